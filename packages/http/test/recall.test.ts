import { JWTVerifier } from '@auth/jwt';
import { KeyPair } from '@auth/testing';
import { describe, expect, test } from 'vitest';
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

  test.each<[string, () => unknown, number]>([
    ['an empty object', () => ({}), 401],
    ['a text', () => 'yes', 401],
    ['null', () => null, 401],
    ['a promise', () => Promise.resolve({ scopes: [] }), 401],
    [
      'an error',
      () => {
        throw new Error('a fault');
      },
      503,
    ],
  ])('and gives or throws %s lets nobody in', async (_what, recallToken, status) => {
    class Broken extends RecallingTokens {
      override recallToken(): never {
        return recallToken() as never;
      }
    }
    const result = await createGate({ verifier: new Broken() }).check({ headers: { authorization: 'Bearer unknown' } });
    expect(result).toMatchObject({ ok: false, response: { status } });
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
  expect(verifier.recallToken(token)).toBeUndefined();
  const first = await check();
  expect(await check()).toEqual(first);
  expect(verifier.recallToken(token)).toBe(first.ok ? first.accessToken : undefined);
  now = 2000;
  expect(verifier.recallToken(token)).toBeUndefined();
  expect(await check()).toMatchObject({ ok: false, response: { status: 401 } });
});
