import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import type { JWTVerifierOptions } from '../src/options.js';
import { keyFor } from './signing-keys.js';

const SECRET = 'a shared secret of more than 32 bytes';
const base = { secret: SECRET, issuer: null, audience: null };
const URI = 'https://issuer.example.com/jwks';

const build = (options: unknown): JWTVerifier => new JWTVerifier(options as JWTVerifierOptions);
const without = (name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(base).filter(([key]) => key !== name));

function thrownBy(options: unknown): unknown {
  try {
    build(options);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Each: what is wrong, the options, and the name that the message must hold. */
const WRONG: readonly (readonly [string, unknown, string])[] = [
  ['no options', undefined, 'options'],
  ['options that are null', null, 'options'],
  ['a misspelt option (aud for audience)', { ...base, aud: 'x' }, "'aud'"],
  ['no issuer', without('issuer'), "'issuer'"],
  ['an empty issuer', { ...base, issuer: '' }, "'issuer'"],
  ['a blank issuer', { ...base, issuer: '  ' }, "'issuer'"],
  ['an empty list of issuers', { ...base, issuer: [] }, "'issuer'"],
  ['a list of issuers with a hole', { ...base, issuer: ['a', undefined] }, "'issuer'"],
  ['a RegExp as issuer (CVE-2026-35041)', { ...base, issuer: /x/g }, "'issuer'"],
  ['no audience (CVE-2026-116684)', without('audience'), "'audience'"],
  ['an empty audience', { ...base, audience: '' }, "'audience'"],
  ['an empty list of audiences', { ...base, audience: [] }, "'audience'"],
  ['no key source', without('secret'), 'exactly one'],
  ['two key sources', { ...base, jwksUri: URI }, 'secret'],
  [
    'discover and jwksUri together',
    { jwksUri: URI, discover: true, issuer: 'https://a.example', audience: null },
    'discover',
  ],
  ['discover: false alone', { discover: false, issuer: 'https://a.example', audience: null }, 'exactly one'],
  ['discover that is a text', { discover: 'yes', issuer: 'https://a.example', audience: null }, "'discover'"],
  ['discover without an issuer', { discover: true, issuer: null, audience: null }, "'discover'"],
  [
    'discover with two issuers',
    { discover: true, issuer: ['https://a.example', 'https://b.example'], audience: null },
    "'discover'",
  ],
  ['an http jwksUri', { jwksUri: 'http://issuer.example.com/jwks', issuer: null, audience: null }, "'jwksUri'"],
  ['an empty jwksUri', { jwksUri: '', issuer: null, audience: null }, "'jwksUri'"],
  ['HS256 with jwksUri', { jwksUri: URI, algorithms: 'HS256', issuer: null, audience: null }, "'algorithms'"],
  [
    'HS256 among others with jwksUri',
    { jwksUri: URI, algorithms: ['RS256', 'HS256'], issuer: null, audience: null },
    "'algorithms'",
  ],
  ['RS256 with a secret', { ...base, algorithms: 'RS256' }, "'algorithms'"],
  ['none', { ...base, algorithms: 'none' }, "'algorithms'"],
  ['none in a list', { ...base, algorithms: ['HS256', 'none'] }, "'algorithms'"],
  ['an algorithm in lower case', { ...base, algorithms: 'hs256' }, "'algorithms'"],
  ['Ed448', { jwksUri: URI, algorithms: 'Ed448', issuer: null, audience: null }, "'algorithms'"],
  ['ES256K', { jwksUri: URI, algorithms: 'ES256K', issuer: null, audience: null }, "'algorithms'"],
  ['an inherited name as algorithm', { ...base, algorithms: 'toString' }, "'algorithms'"],
  ['an empty list of algorithms', { ...base, algorithms: [] }, "'algorithms'"],
  ['algorithms that are null', { ...base, algorithms: null }, "'algorithms'"],
  ['a short secret for HS512', { ...base, algorithms: 'HS512' }, "'secret'"],
  ['a secret that is a number', { ...base, secret: 7 }, "'secret'"],
  ['a public key that is none', { publicKey: 'x', issuer: null, audience: null }, "'publicKey'"],
  ['jwks that is a list', { jwks: [], issuer: null, audience: null }, "'jwks'"],
  ['jwks without keys', { jwks: {}, issuer: null, audience: null }, "'jwks'"],
  ['jwks with no key at all', { jwks: { keys: [] }, issuer: null, audience: null }, "'jwks'"],
  [
    'jwks with broken keys only',
    { jwks: { keys: [null, 'x', { kty: 'RSA' }] }, issuer: null, audience: null },
    "'jwks'",
  ],
  ['an unknown profile', { ...base, profile: 'rfc7519' }, "'profile'"],
  ['requireExpiration that is a text', { ...base, requireExpiration: 'no' }, "'requireExpiration'"],
  ['maxTokenAgeSeconds: 0', { ...base, maxTokenAgeSeconds: 0 }, "'maxTokenAgeSeconds'"],
  ['maxTokenAgeSeconds that is a text', { ...base, maxTokenAgeSeconds: '60' }, "'maxTokenAgeSeconds'"],
  ['a tolerance over 300 s', { ...base, clockToleranceSeconds: 301 }, "'clockToleranceSeconds'"],
  ['a negative tolerance', { ...base, clockToleranceSeconds: -1 }, "'clockToleranceSeconds'"],
  ['maxTokenBytes: 0', { ...base, maxTokenBytes: 0 }, "'maxTokenBytes'"],
  ['validate that is a RegExp', { ...base, validate: /x/ }, "'validate'"],
  ['mapClaims that is no function', { ...base, mapClaims: {} }, "'mapClaims'"],
  ['isRevoked that is no function', { ...base, isRevoked: true }, "'isRevoked'"],
  ['a transport that is no function', { ...base, transport: {} }, "'transport'"],
  ['cache: true', { ...base, cache: true }, "'cache'"],
  ['cache: null', { ...base, cache: null }, 'cache'],
  ['an unknown member of cache', { ...base, cache: { size: 5 } }, "'size'"],
  ['cache.maxEntries: 0', { ...base, cache: { maxEntries: 0 } }, "'cache.maxEntries'"],
  ['cache.maxEntries: 1.5', { ...base, cache: { maxEntries: 1.5 } }, "'cache.maxEntries'"],
  ['remoteKeys without remote keys', { ...base, remoteKeys: { ttlSeconds: 5 } }, "'remoteKeys'"],
  [
    'remoteKeys.timeoutMs: 0',
    { jwksUri: URI, issuer: null, audience: null, remoteKeys: { timeoutMs: 0 } },
    'remoteKeys.timeoutMs',
  ],
  ['requiredScopes that are a text', { ...base, requiredScopes: 'a b' }, "'requiredScopes'"],
  ['a clock that is a number', { ...base, clock: 5 }, "'clock'"],
];

describe('construction', () => {
  it.each(WRONG)('refuses %s, naming the option', (_name, options, named) => {
    const error = thrownBy(options);
    expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
    expect((error as Error).message).toContain(named);
    expect(inspect(error)).not.toContain(SECRET);
  });

  it('takes null, and null only, for "do not check"', () => {
    const verifier = build(base);
    expect([verifier.issuer, verifier.audience]).toEqual([null, null]);
  });

  it('shows its configuration as it was given', async () => {
    const { publicKey } = await keyFor('ES256');
    const options = { publicKey, issuer: 'https://a.example', audience: ['x', 'y'], requiredScopes: ['notes:read'] };
    const verifier = build(options);
    expect(verifier.issuer).toBe('https://a.example');
    expect(verifier.audience).toEqual(['x', 'y']);
    expect(verifier.algorithms).toEqual(['ES256']);
    expect(verifier.requiredScopes).toEqual(['notes:read']);
    expect(verifier.jwksUri).toBeUndefined();
    expect(build({ jwksUri: URI, issuer: null, audience: null }).jwksUri).toBe(URI);
  });

  it('copies what it is given: later changes of the options change nothing', () => {
    const issuers = ['https://a.example'];
    const options = { ...base, issuer: issuers };
    const verifier = build(options);
    issuers.push('https://evil.example');
    expect(verifier.issuer).toEqual(['https://a.example']);
    expect(Object.isFrozen(verifier.algorithms)).toBe(true);
    expect(Object.isFrozen(options)).toBe(false);
  });

  it('defaults to HS256 for a secret and to asymmetric algorithms, most common first, for a set', () => {
    expect(build(base).algorithms).toEqual(['HS256']);
    const remote = build({ jwksUri: URI, issuer: null, audience: null }).algorithms;
    expect(remote).toEqual(['RS256', 'ES256', 'EdDSA', 'PS256', 'RS384', 'RS512', 'ES384', 'ES512', 'PS384', 'PS512']);
  });

  it('takes the algorithms that a bare public key can do', async () => {
    const { publicKey } = await keyFor('RS256');
    const verifier = build({ publicKey, issuer: null, audience: null });
    expect(verifier.algorithms).toEqual(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']);
  });

  it('refuses a key that none of the algorithms fits', async () => {
    const { publicKey } = await keyFor('ES384');
    expect(thrownBy({ publicKey, algorithms: 'ES256', issuer: null, audience: null })).toBeInstanceOf(TypeError);
  });

  it('skips unusable keys of inline jwks and uses the others', async () => {
    const { jwk } = await keyFor('ES256');
    expect(() => build({ jwks: { keys: [null, { kty: 'RSA' }, jwk] }, issuer: null, audience: null })).not.toThrow();
  });
});
