import { safeVerify } from '@auth/core';
import { describe, expect, it } from 'vitest';
import { LookupVerifier, type LookupVerifierOptions } from '../src/index.js';

const lookUp: LookupVerifierOptions['lookUp'] = async (token) =>
  token === 'known' ? { clientId: 'alice', scopes: ['read'] } : undefined;

describe('the lookup verifier', () => {
  it('accepts a token that the lookup knows', async () => {
    const accessToken = await new LookupVerifier({ lookUp }).verifyToken('known');
    expect(accessToken).toMatchObject({ clientId: 'alice', scopes: ['read'] });
  });

  it('refuses a token that the lookup does not know', async () => {
    const result = await safeVerify(new LookupVerifier({ lookUp }), 'unknown');
    expect(result).toMatchObject({ ok: false, error: { code: 'invalid_token', reason: 'not_recognized' } });
  });

  it('never calls a token bad because the lookup failed', async () => {
    const down = new LookupVerifier({ lookUp: () => Promise.reject(new Error('down')) });
    expect(await safeVerify(down, 'known')).toMatchObject({ ok: false, error: { code: 'temporarily_unavailable' } });
  });

  it('asks for the scopes that every token must hold', async () => {
    const verifier = new LookupVerifier({ lookUp, requiredScopes: ['write'] });
    expect(await safeVerify(verifier, 'known')).toMatchObject({ ok: false, error: { code: 'insufficient_scope' } });
  });

  it.each([
    ['no lookup', {}],
    ['a lookup that is no function', { lookUp: 'known' }],
    ['an unknown option', { lookUp, lookup: lookUp }],
  ])('cannot be made with %s', (_what, options) => {
    expect(() => new LookupVerifier(options as LookupVerifierOptions)).toThrow(TypeError);
  });
});
