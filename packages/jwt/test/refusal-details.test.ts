import { AuthError, type AuthErrorDetails } from '@auth/core';
import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import type { JWTVerifierOptions } from '../src/options.js';
import { encoded, goodClaims, keyFor, signed, TRUST } from './signing-keys.js';

const key = await keyFor('ES256');
const stranger = await keyFor('ES256', 'stranger');
const jwks = { keys: [{ ...key.jwk, kid: 'one' }] };
const build = (options: Partial<JWTVerifierOptions> = {}): JWTVerifier =>
  new JWTVerifier({ ...TRUST, jwks, algorithms: ['ES256'], ...options } as JWTVerifierOptions);

const FORM = 'three parts of canonical base64url';
const OBJECT = 'a JSON object';
const NO_EXTENSION = 'no crit, no b64';
const ANY_TYPE = 'JWT, at+jwt or none';
const header = (extra: object): string =>
  signed(key, { alg: 'ES256', kid: 'one', ...extra }, goodClaims({ jti: 'unused' }));

async function refusal(verifier: JWTVerifier, token: string): Promise<AuthErrorDetails | undefined> {
  const thrown: unknown = await verifier.verifyToken(token).catch((error: unknown) => error);
  if (!(thrown instanceof AuthError)) throw new Error('the token was accepted');
  return thrown.details;
}

describe('what a log says of a refused token', () => {
  it.each<[string, string, AuthErrorDetails]>([
    ['two parts', 'a.b', { check: 'form', expected: FORM }],
    [
      'a header that is a list',
      `${encoded('[]')}..`,
      { check: 'header', expected: OBJECT, actual: 'not a JSON object' },
    ],
    ['a header that is no text', '_w..', { check: 'header', expected: OBJECT, actual: 'not valid UTF-8' }],
    ['another algorithm', header({ alg: 'HS256' }), { check: 'algorithm', expected: ['ES256'], actual: 'HS256' }],
    ['another type', header({ typ: 'dpop+jwt' }), { check: 'type', expected: ANY_TYPE, actual: 'dpop+jwt' }],
    ['a critical header', header({ crit: [] }), { check: 'critical header', expected: NO_EXTENSION }],
    ['an unencoded payload', header({ b64: true }), { check: 'critical header', expected: NO_EXTENSION }],
    [
      'a kid of another type',
      header({ kid: 7 }),
      { check: 'key id', expected: 'kid: a text that is not empty', actual: 7 },
    ],
    ['an empty kid', header({ kid: '' }), { check: 'key id', expected: 'kid: a text that is not empty', actual: '' }],
    ['an unknown kid', header({ kid: 'two' }), { check: 'key', expected: ['one'], actual: 'two' }],
    ["a stranger's signature", signed(stranger, { alg: 'ES256', kid: 'one' }, {}), { check: 'signature' }],
    [
      'a payload that is a list',
      signed(key, { alg: 'ES256', kid: 'one' }, '[]'),
      { check: 'payload', expected: OBJECT, actual: 'not a JSON object' },
    ],
  ])('%s', async (_what, token, details) => {
    // The second time the header is one that was read before, good or bad.
    const verifier = build();
    await verifier.verifyToken(header({}));
    expect(await refusal(verifier, token)).toEqual(details);
    expect(await refusal(verifier, token)).toEqual(details);
  });

  it('the type that a strict profile wants, which is all of the text', async () => {
    const verifier = build({ profile: 'rfc9068' });
    for (const typ of ['JWT', 'at+jwtx', 'xat+jwt', 'at+jwt ']) {
      expect(await refusal(verifier, header({ typ }))).toEqual({ check: 'type', expected: 'at+jwt', actual: typ });
    }
    await expect(verifier.verifyToken(header({ typ: 'at+jwt' }))).resolves.toMatchObject({ subject: 'alice' });
    await expect(verifier.verifyToken(header({ typ: 'application/AT+JWT' }))).resolves.toBeDefined();
  });

  it('of many kids no more than twenty', async () => {
    const kids = Array.from({ length: 25 }, (_, index) => `kid-${index}`);
    const verifier = build({ jwks: { keys: kids.map((kid) => ({ ...key.jwk, kid })) } });
    expect(await refusal(verifier, header({ kid: 'two' }))).toMatchObject({ expected: kids.slice(0, 20) });
  });
});

describe('what `explain` expects', () => {
  it('of each check about the header and the form of a token', async () => {
    const { checks } = await build().explain(header({}));
    expect(checks.slice(1, 10).map(({ name, expected }) => [name, expected])).toEqual([
      ['form', FORM],
      ['header', OBJECT],
      ['algorithm', ['ES256']],
      ['type', ANY_TYPE],
      ['critical header', NO_EXTENSION],
      ['key id', 'a text, or none'],
      ['key', undefined],
      ['signature', undefined],
      ['payload', OBJECT],
    ]);
  });

  it('nothing is taken apart that is too large to be looked at', async () => {
    const { checks } = await build().explain('a'.repeat(17_000));
    expect(checks.map(({ outcome }) => outcome)).toEqual(['failed', ...checks.slice(1).map(() => 'skipped')]);
  });
});

describe('RFC 9068 §2.2 where no audience is configured', () => {
  const verifier = build({ profile: 'rfc9068', audience: null });
  const withAudience = (aud: unknown): string =>
    signed(key, { alg: 'ES256', kid: 'one', typ: 'at+jwt' }, goodClaims({ aud }));

  it.each<[unknown]>([['one'], [['one']], [['one', 'two']]])('aud %j is one', async (aud) => {
    await expect(verifier.verifyToken(withAudience(aud))).resolves.toMatchObject({ subject: 'alice' });
  });

  it.each<[unknown]>([[''], [[]], [['']], [['one', '']], [['one', 7]], [7], [{}], [null], [undefined]])(
    'aud %j is none',
    async (aud) => {
      expect(await refusal(verifier, withAudience(aud))).toMatchObject({ check: 'required claims', expected: ['aud'] });
    },
  );
});
