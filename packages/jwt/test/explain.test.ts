import { inspect } from 'node:util';
import { type AuthError, isAuthError } from '@auth/core';
import { forgedTokens, RSAKeyPair } from '@auth/testing';
import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import type { JWTVerifierOptions } from '../src/options.js';
import { AUDIENCE, encoded, goodClaims, ISSUER, keyFor, NOW, signed, TRUST } from './signing-keys.js';

const key = await keyFor('ES256');
const hs = await keyFor('HS256');
const build = (options: Partial<JWTVerifierOptions> = {}): JWTVerifier =>
  new JWTVerifier({ ...TRUST, publicKey: key.publicKey, ...options } as JWTVerifierOptions);
const token = (extra: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string =>
  signed(key, { alg: 'ES256', ...header }, goodClaims(extra));

const line = async (text: string, name: string, verifier = build()) => {
  const { checks } = await verifier.explain(text);
  return checks.find((check) => check.name === name);
};

const thrown = async (verifier: JWTVerifier, text: string): Promise<AuthError | undefined> => {
  const outcome: unknown = await verifier.verifyToken(text).catch((error: unknown) => error);
  return isAuthError(outcome) ? outcome : undefined;
};

describe('explain', () => {
  it('names every check of a good token as passed', async () => {
    const { accepted, error, checks } = await build({ requiredScopes: ['notes:read'] }).explain(token());
    expect([accepted, error]).toEqual([true, undefined]);
    expect(checks.map(({ name, outcome }) => [name, outcome])).toEqual(
      [
        ['size', 'form', 'header', 'algorithm', 'type', 'critical header', 'key id', 'key', 'signature', 'payload'],
        ['expiration', 'not before', 'issued at', 'issuer', 'audience', 'sender constraint', 'claim mapping', 'scopes'],
      ]
        .flat()
        .map((name) => [name, 'passed']),
    );
  });

  it('goes on to the end after a failure, and says what it could not check', async () => {
    const text = signed(await keyFor('ES256', 'other'), { alg: 'ES256' }, goodClaims({ aud: 'x', exp: NOW - 60 }));
    const { accepted, error, checks } = await build({ validate: () => true }).explain(text);
    expect([accepted, error?.reason]).toEqual([false, 'signature_invalid']);
    const outcomes = Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome]));
    expect(outcomes).toMatchObject({ signature: 'failed', expiration: 'failed', issuer: 'passed', audience: 'failed' });
    expect(outcomes.validate).toBe('skipped');
    const garbage = await build().explain('garbage');
    expect(garbage.checks.filter(({ outcome }) => outcome === 'skipped')).toHaveLength(garbage.checks.length - 2);
  });

  it('runs no function of the user and asks for no key once something failed', async () => {
    let calls = 0;
    const count = (): true => {
      calls++;
      return true;
    };
    const options = { validate: count, mapClaims: () => ({ clientId: String(count()) }), isRevoked: count };
    await build(options).explain(token({ exp: 5 }));
    expect(calls).toBe(0);
    let requests = 0;
    const transport = (): Promise<never> => {
      requests++;
      return Promise.reject(new Error('no network here'));
    };
    const remote = new JWTVerifier({ ...TRUST, jwksUri: 'https://issuer.example/jwks', transport });
    for (const header of [{ alg: 'none' }, { typ: 'dpop+jwt' }, { crit: ['x'] }]) {
      await remote.explain(token({}, header));
      await thrown(remote, token({}, header));
    }
    expect(requests).toBe(0);
    expect((await remote.explain(token())).error?.code).toBe('temporarily_unavailable');
    expect(requests).toBe(1);
  });

  it('never rejects, whatever it is given, and reports no event', async () => {
    const events: unknown[] = [];
    const verifier = build({ observer: (event) => void events.push(event) });
    for (const odd of [undefined, null, 7, {}, '', '.', 'a.b.c', 'x'.repeat(20_000)]) {
      expect((await verifier.explain(odd as string)).accepted).toBe(false);
    }
    const clock = (): number => {
      throw new Error('the clock stopped');
    };
    await expect(build({ clock }).explain(token())).resolves.toMatchObject({ accepted: false });
    expect(events).toEqual([]);
  });

  it('is never less strict than verifyToken, nor stricter: both agree on the whole corpus', async () => {
    const trust = { issuer: ISSUER, audience: AUDIENCE };
    const signer = await keyFor('RS256');
    for (const options of [
      {},
      { profile: 'rfc9068' as const },
      { requiredScopes: ['admin'] },
      { maxTokenAgeSeconds: 1e-9 },
    ]) {
      const verifier = new JWTVerifier({ ...trust, publicKey: signer.publicKey, algorithms: 'RS256', ...options });
      const corpus = (await forgedTokens(signer, trust)).map((forged) => forged.token);
      corpus.push(await signer.createToken({ ...trust }), await signer.createToken({ ...trust, scopes: ['admin'] }));
      for (const text of corpus) {
        const explained = await verifier.explain(text);
        const error = await thrown(verifier, text);
        expect([explained.accepted, explained.error?.code, explained.error?.reason]).toEqual([
          error === undefined,
          error?.code,
          error?.reason,
        ]);
        expect(explained.checks.some(({ outcome }) => outcome === 'failed')).toBe(error !== undefined);
      }
    }
  });

  it('holds no token, no signature and no key', async () => {
    const text = token({ aud: 'x' });
    const explained = await build().explain(text);
    const printed = `${inspect(explained, { depth: 9, showHidden: true })} ${JSON.stringify(explained)}`;
    for (const secret of [text, text.split('.')[2] ?? text, String(key.jwk.x), key.publicKey.split('\n')[1] ?? 'x']) {
      expect(printed).not.toContain(secret);
    }
  });
});

describe('hints for the classic mistakes', () => {
  it.each<[string, string, string, RegExp, Partial<JWTVerifierOptions>?]>([
    ['a trailing slash in iss', token({ iss: `${ISSUER}/` }), 'issuer', /trailing slash/],
    ['a trailing slash in aud', token({ aud: `${AUDIENCE}/` }), 'audience', /trailing slash/],
    [
      'an Entra v1 issuer',
      token({ iss: 'https://sts.windows.net/t/' }),
      'issuer',
      /v1 token.*presets\.entraV1/,
      { issuer: 'https://login.microsoftonline.com/t/v2.0' },
    ],
    [
      'an Entra v2 issuer',
      token({ iss: 'https://login.microsoftonline.com/t/v2.0' }),
      'issuer',
      /v2 token/,
      { issuer: 'https://sts.windows.net/t/' },
    ],
    ['an ID token', token({ aud: 'notes-cli', nonce: 'n' }), 'audience', /ID token/],
    ["Keycloak's ID token", token({ aud: 'notes-cli', typ: 'ID' }), 'audience', /ID token/],
    ['Keycloak without an audience mapper', token({ aud: 'account', realm_access: {} }), 'audience', /audience mapper/],
    ['Keycloak without any audience', token({ aud: undefined, realm_access: {} }), 'audience', /audience mapper/],
    ['a token for Microsoft Graph', token({ aud: '00000003-0000-0000-c000-000000000000' }), 'audience', /Graph/],
    ["Cognito's access token", token({ aud: undefined, token_use: 'access' }), 'audience', /presets\.cognito/],
    ['HS256 against a public key', signed(hs, { alg: 'HS256' }, goodClaims()), 'algorithm', /shared secret/],
    ['an unsigned token', `${encoded({ alg: 'none' })}.${encoded(goodClaims())}.`, 'algorithm', /unsigned/],
    ['an opaque token', 'dGhpc2lzb3BhcXVl', 'form', /introspection/],
    ['an encrypted token', 'a.b.c.d.e', 'form', /JWE/],
    ['the scheme in front', `Bearer ${token()}`, 'form', /scheme/],
    ['padding', `${token()}==`, 'form', /padding/],
    ['an expired token', token({ exp: NOW - 37 }), 'expiration', /expired 37 s ago/],
    ['milliseconds', token({ exp: (NOW + 60) * 1000 }), 'expiration', /milliseconds/],
    ['a clock that is behind, by nbf', token({ nbf: NOW + 90 }), 'not before', /in 90 s.*clocks/],
    ['a clock that is behind, by iat', token({ iat: NOW + 90 }), 'issued at', /90 s ahead/],
    ['a DPoP proof', token({}, { typ: 'dpop+jwt' }), 'type', /proof/],
    ['a DPoP-bound token', token({ cnf: {} }), 'sender constraint', /DPoP/],
    ['missing scopes', token(), 'scopes', /missing: admin/, { requiredScopes: ['admin', 'notes:read'] }],
    ['a plain JWT for the strict profile', token({}, { typ: 'JWT' }), 'type', /rfc9068/, { profile: 'rfc9068' }],
  ])('%s', async (_name, text, check, hint, options = {}) => {
    const found = await line(text, check, build(options));
    expect(found?.outcome).toBe('failed');
    expect(found?.hint).toMatch(hint);
  });

  it('a kid that is not in the set, with the kids that are', async () => {
    const verifier = new JWTVerifier({ ...TRUST, jwks: { keys: [{ ...key.jwk, kid: 'summer' }] } });
    const found = await line(token({}, { kid: 'winter' }), 'key', verifier);
    expect(found).toMatchObject({ outcome: 'failed', expected: ['summer'], actual: 'winter' });
    expect(found?.hint).toMatch(/not in the set/);
  });
});

describe('explain while keys cannot be fetched', () => {
  it('says so, and from where, instead of blaming the key of the token', async () => {
    const pair = await RSAKeyPair.generate();
    const jwksUri = 'http://127.0.0.1:1/jwks';
    const verifier = new JWTVerifier({ jwksUri, issuer: null, audience: null });
    const { error, checks } = await verifier.explain(await pair.createToken({ kid: 'a' }));
    expect(error).toMatchObject({ code: 'temporarily_unavailable' });
    const hint = checks.find(({ name }) => name === 'key')?.hint;
    expect(hint).toContain(`keys could not be fetched from ${jwksUri}: ECONNREFUSED`);
    await verifier.close();
  });
});
