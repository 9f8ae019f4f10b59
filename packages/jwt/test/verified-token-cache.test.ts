import { type AccessToken, AuthError, type ClaimCheckContext, createAccessToken, type VerifierEvent } from '@auth/core';
import { jsonReply } from '@auth/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { type ClaimPolicy, claimPolicy } from '../src/options.js';
import { claimChecks } from '../src/profiles.js';
import { type VerifiedToken, VerifiedTokenCache } from '../src/verified-token-cache.js';
import { jwksOf, startEndpoint } from './jwks-endpoint.js';
import { AUDIENCE, goodClaims, ISSUER, keyFor, NOW, signed, TRUST } from './signing-keys.js';

const key = await keyFor('ES256');
const entry = (token: string): VerifiedToken =>
  ({ token, header: {}, claims: {}, hint: { algorithm: 'ES256' }, key: {}, generation: 0 }) as unknown as VerifiedToken;
const named = (name: string): string => `${name}.${'s'.repeat(50)}${name}`;

describe('VerifiedTokenCache', () => {
  it('CVE-2026-35039: a token with the same signature end and another payload is not found', () => {
    const cache = new VerifiedTokenCache(10);
    const good = `header.payload.${'s'.repeat(60)}`;
    cache.set(entry(good));
    expect(cache.get(good)?.token).toBe(good);
    expect(cache.get(`header.forged.${'s'.repeat(60)}`)).toBeUndefined();
    expect(cache.get('s'.repeat(43))).toBeUndefined();
    expect(cache.get('')).toBeUndefined();
  });

  it('never holds more than maxEntries and always finds what was put in last', () => {
    const operations = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 30 })), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), operations, (maxEntries, steps) => {
        const cache = new VerifiedTokenCache(maxEntries);
        for (const [write, number] of steps) {
          const token = named(String(number));
          if (write) cache.set(entry(token));
          const found = cache.get(token);
          if (write) expect(found?.token).toBe(token);
          else if (found !== undefined) expect(found.token).toBe(token);
          expect(cache.size).toBeLessThanOrEqual(maxEntries);
        }
      }),
    );
  });

  it('keeps what is used while others come and go', () => {
    const cache = new VerifiedTokenCache(10);
    cache.set(entry(named('hot')));
    for (let number = 0; number < 1000; number++) {
      cache.set(entry(named(`cold ${number}`)));
      expect(cache.get(named('hot'))?.token).toBe(named('hot'));
    }
    expect(cache.get(named('cold 1'))).toBeUndefined();
  });

  it('never holds more token text than 4096 bytes for each entry allowed', () => {
    const operations = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 20 })), { maxLength: 120 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), operations, (maxEntries, steps) => {
        const cache = new VerifiedTokenCache(maxEntries);
        for (const [write, number] of steps) {
          const token = `${'x'.repeat(number * 700)}.${named(String(number))}`;
          if (write) cache.set(entry(token));
          cache.get(token);
          expect(cache.tokenBytes).toBeLessThanOrEqual(maxEntries * 4096);
          expect(cache.tokenBytes).toBeGreaterThanOrEqual(cache.size * 50);
        }
      }),
    );
  });

  it('counts the text of what it holds: what is put in again, replaced or carried over counts once', () => {
    const cache = new VerifiedTokenCache(4);
    const [a, b, c] = [named('a'), named('bb'), named('ccc')];
    for (const token of [a, b, a, b]) cache.set(entry(token));
    expect(cache.tokenBytes).toBe(a.length + b.length);
    cache.set(entry(c));
    expect(cache.get(a)?.token).toBe(a);
    expect(cache.tokenBytes).toBe(a.length + b.length + c.length);
    cache.set(entry(`longer.${b}`));
    expect(cache.tokenBytes).toBe(a.length + `longer.${b}`.length + c.length);
  });

  it('does not keep a token that is larger than what a generation may hold, nor what it replaces', () => {
    const cache = new VerifiedTokenCache(2);
    const [small, large] = [`${'a'.repeat(4000)}.signature-of-both`, `${'a'.repeat(4090)}.signature-of-both`];
    cache.set(entry(small));
    expect(cache.get(small)?.token).toBe(small);
    cache.set(entry(large));
    expect(cache.get(large)).toBeUndefined();
    expect([cache.size, cache.tokenBytes]).toEqual([0, 0]);
  });

  it('of two tokens with the same signature end the later one stays, and each is only found by its own text', () => {
    const cache = new VerifiedTokenCache(10);
    const [one, other] = [`header.one.${'s'.repeat(60)}`, `header.other.${'s'.repeat(60)}`];
    cache.set(entry(one));
    cache.set(entry(other));
    expect(cache.get(one)).toBeUndefined();
    expect(cache.get(other)?.token).toBe(other);
    expect(cache.size).toBe(1);
  });

  it('forgets everything on demand', () => {
    const cache = new VerifiedTokenCache(4);
    for (const name of ['a', 'b', 'c']) cache.set(entry(named(name)));
    cache.clear();
    expect([cache.size, cache.tokenBytes, cache.get(named('c'))]).toEqual([0, 0, undefined]);
  });
});

describe('the checks that a remembered token is spared', () => {
  const policies: Partial<ClaimPolicy>[] = [{}, { profile: 'rfc9068' }, { maxTokenAgeSeconds: 60 }];
  const checks = policies.flatMap((policy) => claimChecks({ ...claimPolicy('test', TRUST), ...policy }, 5));

  it('never look at the time, whatever the claims are', () => {
    const value = fc.oneof(fc.constantFrom(ISSUER, AUDIENCE, '', null, [AUDIENCE], NOW, -1), fc.jsonValue());
    const names = ['iss', 'aud', 'sub', 'client_id', 'jti', 'iat', 'exp', 'nbf', 'cnf'];
    const claims = fc.dictionary(fc.constantFrom(...names), value);
    const timeless: ClaimCheckContext = {
      get now(): number {
        throw new Error('looked at the time');
      },
    };
    fc.assert(
      fc.property(claims, (found) => {
        for (const { timeless: spared, check } of checks) if (spared === true) check(found, timeless);
      }),
    );
  });

  it('are all but those of exp, nbf and iat', () => {
    const asked = new Set(checks.filter(({ timeless }) => timeless !== true).map(({ name }) => name));
    expect([...asked]).toEqual(['expiration', 'not before', 'issued at']);
  });
});

describe('a remembered token', () => {
  const token = signed(key, { alg: 'ES256' }, goodClaims({ exp: NOW + 60, nbf: NOW - 5 }));

  it('CVE-2026-107719: is refused once it has expired, and before its nbf when the clock goes back', async () => {
    let now = NOW;
    const verifier = new JWTVerifier({ ...TRUST, publicKey: key.publicKey, clock: () => now });
    await verifier.verifyToken(token);
    await verifier.verifyToken(token);
    now = NOW + 65;
    await expect(verifier.verifyToken(token)).rejects.toMatchObject({ reason: 'expired' });
    now = NOW + 64;
    await expect(verifier.verifyToken(token)).resolves.toMatchObject({ subject: 'alice' });
    now = NOW - 20;
    await expect(verifier.verifyToken(token)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('grows too old like any other', async () => {
    let now = NOW;
    const options = { ...TRUST, publicKey: key.publicKey, clock: () => now, maxTokenAgeSeconds: 20 };
    const verifier = new JWTVerifier(options);
    await verifier.verifyToken(token);
    now += 20;
    await expect(verifier.verifyToken(token)).rejects.toMatchObject({ reason: 'too_old' });
  });

  it('is reported like any other', async () => {
    const events: VerifierEvent[] = [];
    const verifier = new JWTVerifier({ ...TRUST, publicKey: key.publicKey, observer: (event) => events.push(event) });
    await verifier.verifyToken(token);
    await verifier.verifyToken(token);
    expect(events.map(({ type }) => type)).toEqual(['token.accepted', 'token.accepted']);
    expect(events[0]).toEqual(events[1]);
  });

  it('asks validate and the mapping every time', async () => {
    let allowed = true;
    const verifier = new JWTVerifier({
      ...TRUST,
      publicKey: key.publicKey,
      validate: () => allowed,
      mapClaims: () => ({ scopes: allowed ? ['a'] : [] }),
    });
    expect((await verifier.verifyToken(token)).scopes).toEqual(['a']);
    allowed = false;
    await expect(verifier.verifyToken(token)).rejects.toMatchObject({ reason: 'claim_rejected' });
  });

  it('is refused every time by a subclass that refuses it, and narrowed every time by one that narrows it', async () => {
    class Banning extends JWTVerifier {
      protected override async authenticate(text: string): Promise<AccessToken> {
        await super.authenticate(text);
        throw new AuthError('access_denied');
      }
    }
    class Narrowing extends JWTVerifier {
      protected override async authenticate(text: string): Promise<AccessToken> {
        const { subject, claims } = await super.authenticate(text);
        return createAccessToken(text, { subject, claims, scopes: ['narrow'] });
      }
    }
    class Closing extends JWTVerifier {
      open = true;
      protected override assertUsable(accessToken: AccessToken): void {
        super.assertUsable(accessToken);
        if (!this.open) throw new AuthError('access_denied');
      }
    }
    const options = { ...TRUST, publicKey: key.publicKey };
    const [banning, narrowing, closing] = [new Banning(options), new Narrowing(options), new Closing(options)];
    await expect(closing.verifyToken(token)).resolves.toMatchObject({ subject: 'alice' });
    closing.open = false;
    for (let times = 0; times < 3; times++) {
      await expect(banning.verifyToken(token)).rejects.toMatchObject({ code: 'access_denied' });
      expect((await narrowing.verifyToken(token)).scopes).toEqual(['narrow']);
      await expect(closing.verifyToken(token)).rejects.toMatchObject({ code: 'access_denied' });
    }
  });

  it('honours an abort', async () => {
    const verifier = new JWTVerifier({ ...TRUST, publicKey: key.publicKey });
    await verifier.verifyToken(token);
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(verifier.verifyToken(token, { signal })).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });

  it('loses its key when that is removed from the set, and keeps the set fresh by being used', async () => {
    let now = NOW;
    const other = await keyFor('ES256', 'other');
    const endpoint = await startEndpoint(jsonReply(jwksOf(key.jwk, other.jwk)));
    const options = { ...TRUST, jwksUri: endpoint.jwksUri, clock: () => now, remoteKeys: { ttlSeconds: 10 } };
    const verifier = new JWTVerifier(options);
    try {
      const text = signed(key, { alg: 'ES256', kid: key.kid }, goodClaims());
      await verifier.verifyToken(text);
      await verifier.verifyToken(text);
      expect(endpoint.requests).toHaveLength(1);
      endpoint.reply = jsonReply(jwksOf(other.jwk));
      now += 11;
      await expect(verifier.verifyToken(text)).rejects.toMatchObject({ reason: 'unknown_key' });
      expect(endpoint.requests.length).toBeGreaterThan(1);
    } finally {
      await verifier.close();
      await endpoint.close();
    }
  });

  it('is refused past the stale bound while the endpoint is down', async () => {
    let now = NOW;
    const endpoint = await startEndpoint(jsonReply(jwksOf(key.jwk)));
    const remoteKeys = { ttlSeconds: 10, maxStaleSeconds: 20 };
    const verifier = new JWTVerifier({ ...TRUST, jwksUri: endpoint.jwksUri, clock: () => now, remoteKeys });
    try {
      await verifier.verifyToken(token);
      await endpoint.close();
      now += 15;
      await expect(verifier.verifyToken(token)).resolves.toMatchObject({ subject: 'alice' });
      now += 20;
      await expect(verifier.verifyToken(token)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    } finally {
      await verifier.close();
    }
  });
});
