import { inspect } from 'node:util';
import { isAuthError, type VerifierEvent } from '@auth/core';
import { forgedTokens } from '@auth/testing';
import { describe, expect, it } from 'vitest';
import * as entry from '../src/index.js';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { AUDIENCE, goodClaims, ISSUER, keyFor, NOW, signed, TRUST } from './signing-keys.js';

const SECRET = 'a secret that must never be printed anywhere';
const printed = (value: unknown): string => {
  const spread = typeof value === 'object' && value !== null ? { ...value } : {};
  let json = '';
  try {
    json = JSON.stringify([value, spread]);
  } catch {
    json = '';
  }
  return `${inspect(value, { depth: 20, showHidden: true, getters: true })} ${inspect(spread, { depth: 20 })} ${json} ${String(value)}`;
};

describe('nothing leaks', () => {
  it('a printed, spread or stringified verifier shows no secret, no key and no token', async () => {
    const key = await keyFor('RS256');
    const token = await key.createToken({ issuer: ISSUER, audience: AUDIENCE });
    const bySecret = new JWTVerifier({ ...TRUST, secret: SECRET });
    const byKey = new JWTVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      publicKey: key.publicKey,
      algorithms: 'RS256',
    });
    await byKey.verifyToken(token);
    const material = [
      SECRET,
      Buffer.from(SECRET).toString('hex'),
      Buffer.from(SECRET).toString('base64'),
      'a secret that',
    ];
    for (const text of material) expect(printed(bySecret)).not.toContain(text);
    for (const text of [token, token.split('.')[2] ?? token, String(key.jwk.n), key.publicKey.split('\n')[2] ?? 'x']) {
      expect(printed(byKey)).not.toContain(text);
    }
  });

  it('no error and no event of a refused token holds the token, a part of its signature, or key material', async () => {
    const key = await keyFor('ES256');
    const events: VerifierEvent[] = [];
    const trust = { issuer: ISSUER, audience: AUDIENCE };
    const verifier = new JWTVerifier({ ...trust, jwks: key.jwks, observer: (event) => events.push(event) });
    for (const { token } of await forgedTokens(key, trust)) {
      events.length = 0;
      const error: unknown = await verifier.verifyToken(token).catch((thrown: unknown) => thrown);
      expect(isAuthError(error)).toBe(true);
      const seen = `${printed(error)} ${printed(events)} ${(error as Error).stack}`;
      const signature = token.split('.')[2] ?? '';
      if (token.length > 10) expect(seen).not.toContain(token);
      if (signature.length > 20) expect(seen).not.toContain(signature.slice(0, 20));
      expect(seen).not.toContain(String(key.jwk.x));
    }
  });

  it('a claim cannot forge a line of the log', async () => {
    const key = await keyFor('ES256');
    const verifier = new JWTVerifier({ ...TRUST, publicKey: key.publicKey });
    const token = signed(key, { alg: 'ES256' }, goodClaims({ iss: 'x\nERROR admin logged in\u2028' }));
    const error: unknown = await verifier.verifyToken(token).catch((thrown: unknown) => thrown);
    expect(JSON.stringify((error as { details: unknown }).details)).not.toMatch(/\\n|\u2028/);
  });
});

describe('nothing is shared that should not be', () => {
  it('OBS-shared-claims: what is handed out is frozen through and through, remembered or not', async () => {
    const key = await keyFor('ES256');
    const verifier = new JWTVerifier({ ...TRUST, publicKey: key.publicKey });
    const token = signed(key, { alg: 'ES256' }, goodClaims({ deep: { list: [{ a: 1 }] } }));
    for (let round = 0; round < 3; round++) {
      const { claims, scopes } = await verifier.verifyToken(token);
      const deep = claims.deep as { list: { a: number }[] };
      expect(() => Object.assign(deep.list[0] ?? {}, { a: 2 })).toThrow(TypeError);
      expect(() => (scopes as string[]).push('admin')).toThrow(TypeError);
    }
  });

  it('CVE-2026-25536: verifications that run at the same time never mix up their callers', async () => {
    const key = await keyFor('ES256');
    const stranger = await keyFor('ES256', 'stranger');
    const verifier = new JWTVerifier({
      ...TRUST,
      jwks: key.jwks,
      cache: { maxEntries: 3 },
      validate: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return true;
      },
    });
    const work = Array.from({ length: 300 }, async (_item, index) => {
      const sub = `user-${index % 60}`;
      const forged = index % 3 === 0;
      const token = signed(forged ? stranger : key, { alg: 'ES256' }, goodClaims({ sub, jti: String(index % 60) }));
      const outcome = await verifier.verifyToken(token).catch((error: unknown) => error);
      if (forged) expect(outcome).toMatchObject({ reason: 'signature_invalid' });
      else expect(outcome).toMatchObject({ subject: sub, token });
    });
    await Promise.all(work);
  });

  it('two verifiers with one key and different rules do not share what they remember', async () => {
    const key = await keyFor('ES256');
    const token = signed(key, { alg: 'ES256' }, goodClaims());
    const one = new JWTVerifier({ ...TRUST, publicKey: key.publicKey });
    const two = new JWTVerifier({ ...TRUST, publicKey: key.publicKey, audience: 'https://other.example' });
    await one.verifyToken(token);
    await expect(two.verifyToken(token)).rejects.toMatchObject({ reason: 'audience_mismatch' });
  });

  it('a subclass and a foreign clock cannot make anything but an AuthError escape', async () => {
    const key = await keyFor('ES256');
    const token = signed(key, { alg: 'ES256' }, goodClaims());
    let broken = false;
    const clock = (): number => {
      if (broken) throw new Error('the clock stopped');
      return NOW;
    };
    const verifier = new JWTVerifier({ ...TRUST, publicKey: key.publicKey, clock });
    await verifier.verifyToken(token);
    broken = true;
    await expect(verifier.verifyToken(token)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });
});

describe('the public entry', () => {
  it('exports what it says, and nothing else', () => {
    expect(Object.keys(entry).sort()).toEqual([
      'JWTVerifier',
      'environment',
      'fromEnv',
      'issuerRouter',
      'presets',
      'rolesOf',
    ]);
  });
});
