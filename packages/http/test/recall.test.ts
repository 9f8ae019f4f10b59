import { recallToken, type Verifier } from '@auth/core';
import { JWTVerifier } from '@auth/jwt';
import { KeyPair } from '@auth/testing';
import { describe, expect, test, vi } from 'vitest';
import { createGate } from '../src/gate.js';
import type { GateRequest } from '../src/gate-request.js';
import { GATES, gatesWith } from './support/gates.js';
import { RESOURCE, RecallingTokens } from './support/known-tokens.js';
import { REQUEST_CASES, type RequestCase } from './support/request-cases.js';

/** The request as an HTTP parser gives it. */
function requestOf({ method, target, host, lines = [] }: RequestCase): GateRequest {
  const fields = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')];
  });
  const rawHeaders = [...(host === null ? [] : [['Host', host ?? 'localhost']]), ...fields].flat();
  return { method: method ?? 'GET', url: target ?? '/mcp', headers: {}, rawHeaders };
}

describe('a verifier that recalls tokens', () => {
  const cases = REQUEST_CASES.filter(({ expect: { byParser } }) => byParser !== true);
  const recalling = gatesWith(RecallingTokens);

  test.each(cases)('decides as before, the first and the second time: $gate, $name', async (given) => {
    const request = requestOf(given);
    const usual = await GATES[given.gate].check(request);
    expect(await recalling[given.gate].check(request)).toEqual(usual);
    expect(await recalling[given.gate].check(request)).toEqual(usual);
  });

  test('is asked to verify once, and never to recall what came in another form', async () => {
    const verifier = new RecallingTokens();
    const gate = createGate({ verifier });
    const check = (authorization: string, url = '/mcp') => gate.check({ url, headers: { authorization } });
    for (const authorization of ['Bearer good', 'Bearer good', 'bearer good', 'Bearer  good'])
      await check(authorization);
    expect(verifier.asked).toEqual(['good', 'good', 'good']);
    expect(verifier.recalled).toEqual(['good']);
    expect((await check('Bearer good', '/mcp?access_token=x')).ok).toBe(false);
    expect(verifier.recalled).toEqual(['good']);
  });
});

test('a remembered JWT is recalled until it expires', async () => {
  const key = await KeyPair.generate('ES256');
  let now = 1000;
  const verifier = new JWTVerifier({
    publicKey: key.publicKey,
    issuer: 'https://i.example',
    audience: RESOURCE,
    clock: () => now,
  });
  const token = await key.createToken({
    issuer: 'https://i.example',
    audience: RESOURCE,
    now: 1000,
    expiresInSeconds: 60,
  });
  const gate = createGate({ verifier });
  const check = () => gate.check({ headers: { authorization: `Bearer ${token}` } });
  expect(recallToken(verifier, token)).toBeUndefined();
  const first = await check();
  expect(await check()).toEqual(first);
  expect(recallToken(verifier, token)).toBe(first.ok ? first.accessToken : undefined);
  now = 2000;
  expect(recallToken(verifier, token)).toBeUndefined();
  expect(await check()).toMatchObject({ ok: false, response: { status: 401 } });
});

describe('a deny list around a verifier that remembers the token', () => {
  const ISSUER = 'https://i.example';
  const denied = new Set<string>();
  /** What an application puts in front of `verifyToken`. */
  const guarded =
    (verifier: Verifier): Verifier['verifyToken'] =>
    async (token, options) => {
      if (denied.has(token)) throw new Error('denied');
      return verifier.verifyToken(token, options);
    };

  test.each<[string, (verifier: JWTVerifier) => Verifier]>([
    ['an object', (verifier) => ({ verifyToken: guarded(verifier) })],
    ['a copy', (verifier) => ({ ...verifier, verifyToken: guarded(verifier) })],
    [
      'a proxy that binds',
      (verifier) =>
        new Proxy(verifier, {
          get(target, name) {
            if (name === 'verifyToken') return guarded(verifier);
            const value: unknown = Reflect.get(target, name, target);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        }),
    ],
    [
      'a proxy',
      (verifier) =>
        new Proxy(verifier, {
          get: (target, name) => (name === 'verifyToken' ? guarded(verifier) : Reflect.get(target, name)),
        }),
    ],
    ['a derived object', (verifier) => Object.create(verifier, { verifyToken: { value: guarded(verifier) } })],
  ])('is asked each time: %s', async (_what, wrap) => {
    const key = await KeyPair.generate('ES256');
    const verifier = new JWTVerifier({ publicKey: key.publicKey, issuer: ISSUER, audience: RESOURCE });
    const token = await key.createToken({ issuer: ISSUER, audience: RESOURCE });
    await verifier.verifyToken(token);
    const gate = createGate({ verifier: wrap(verifier) });
    const check = () => gate.check({ headers: { authorization: `Bearer ${token}` } });
    expect((await check()).ok).toBe(true);
    denied.add(token);
    expect(await check()).toMatchObject({ ok: false, response: { status: 503 } });
  });

  test('is asked each time: a patched prototype', async () => {
    const key = await KeyPair.generate('ES256');
    const verifier = new JWTVerifier({ publicKey: key.publicKey, issuer: ISSUER, audience: RESOURCE });
    const token = await key.createToken({ issuer: ISSUER, audience: RESOURCE });
    const gate = createGate({ verifier });
    const check = () => gate.check({ headers: { authorization: `Bearer ${token}` } });
    expect((await check()).ok).toBe(true);
    const patch = vi.spyOn(JWTVerifier.prototype, 'verifyToken').mockRejectedValue(new Error('denied'));
    try {
      expect(await check()).toMatchObject({ ok: false, response: { status: 503 } });
    } finally {
      patch.mockRestore();
    }
    expect((await check()).ok).toBe(true);
  });
});
