import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearMissHint, ownClaim, shown } from '../src/claim-values.js';

describe('ownClaim', () => {
  it('reads an own member', () => {
    expect(ownClaim({ sub: 'alice' }, 'sub')).toBe('alice');
    expect(ownClaim(JSON.parse('{"__proto__":"x"}'), '__proto__')).toBe('x');
  });

  it.each(['toString', 'constructor', '__proto__', 'missing'])(
    'finds no %s that an object inherits (CVE-2024-34273)',
    (name) => {
      expect(ownClaim({}, name)).toBeUndefined();
      expect(ownClaim(Object.create({ missing: 1 }), name)).toBeUndefined();
    },
  );
});

describe('shown', () => {
  it.each<[string, unknown, unknown]>([
    ['a text', 'https://issuer.example', 'https://issuer.example'],
    ['a long text, cut', 'a'.repeat(300), `${'a'.repeat(200)}…`],
    [
      'a text with every mark of direction, without them',
      '\u061c\u200e\u200f\u202a\u202e\u2066\u2069',
      '\ufffd'.repeat(7),
    ],
    ['a number', 7, 7],
    ['null', null, null],
    ['nothing', undefined, undefined],
    ['an object, by kind only', { secret: 'x' }, '[object]'],
    ['a list', ['a', 1, null, { b: 1 }, ['c']], ['a', 1, null, '[object]', '[object]']],
    ['a long list, cut', Array.from({ length: 50 }, () => 'a'), Array.from({ length: 10 }, () => 'a')],
  ])('shows %s', (_what, value, expected) => {
    expect(shown(value)).toEqual(expected);
  });

  it('never lets a claim forge a line of a log, nor fill it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const result = shown(text) as string;
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
        expect(result).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
        expect(result.length).toBeLessThanOrEqual(201);
      }),
    );
    expect(shown(['x\r\ny'])).toEqual(['x\ufffd\ufffdy']);
  });
});

describe('nearMissHint', () => {
  it.each([
    ['a trailing slash', 'https://a.example/', 'https://a.example', 'a trailing slash'],
    ['a missing slash', 'https://a.example/api', 'https://a.example/api/', 'a trailing slash'],
    ['case', 'https://A.example', 'https://a.example', 'upper and lower case or a port'],
    ['the https port', 'https://a.example:443/x', 'https://a.example/x', 'upper and lower case or a port'],
    ['the http port', 'http://a.example', 'http://a.example:80', 'upper and lower case or a port'],
  ])('names %s', (_what, actual, wanted, difference) => {
    expect(nearMissHint([7, actual], ['https://other.example', wanted])).toEqual({
      hint: `differs from what is configured only by ${difference}; the comparison is exact`,
    });
  });

  it.each([
    ['another host', ['https://b.example'], ['https://a.example']],
    ['the port of the other scheme', ['http://a.example:443'], ['http://a.example']],
    ['no text', [undefined, null, 7, {}], ['https://a.example']],
    ['nothing', [], ['https://a.example']],
    ['a text too long to be worth it', [`https://a.example${'/'.repeat(3_000)}`], ['https://a.example']],
  ])('says nothing about %s', (_what, actual, wanted) => {
    expect(nearMissHint(actual, wanted)).toEqual({});
  });
});
