import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formBody, formEncode } from '../src/form-encoding.js';

describe('formEncode (RFC 6749 appendix B)', () => {
  it('encodes the example of the standard', () => {
    expect(formEncode(' %&+£€')).toBe('+%25%26%2B%C2%A3%E2%82%AC');
  });

  it('leaves plain texts as they are', () => {
    expect(formEncode('abc-XYZ_0.9*')).toBe('abc-XYZ_0.9*');
    expect(formEncode('')).toBe('');
  });

  it('is undone by a form decoder, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (first, second) => {
        const decoded = new URLSearchParams(formBody({ token: first, client_secret: second }));
        expect([...decoded]).toEqual([
          ['token', first],
          ['client_secret', second],
        ]);
        expect(formEncode(first)).toMatch(/^[A-Za-z0-9*\-._%+]*$/);
      }),
    );
  });
});
