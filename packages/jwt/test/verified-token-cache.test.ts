import type { VerifierEvent } from '@auth/core';
import { jsonReply } from '@auth/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { type VerifiedToken, VerifiedTokenCache } from '../src/verified-token-cache.js';
import { jwksOf, startEndpoint } from './jwks-endpoint.js';
import { goodClaims, keyFor, NOW, signed, TRUST } from './signing-keys.js';

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

  it('forgets on demand', () => {
    const cache = new VerifiedTokenCache(4);
    cache.set(entry(named('a')));
    cache.delete(named('a'));
    expect(cache.get(named('a'))).toBeUndefined();
    cache.set(entry(named('b')));
    cache.clear();
    expect(cache.size).toBe(0);
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
