import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { safeVerify, type VerifierEvent } from '@auth/core';
import { forgeToken, jsonReply, KeyPair } from '@auth/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { down, type Endpoint, ecJwk, type Jwk, jwksOf, startEndpoint } from './jwks-endpoint.js';

const ISSUER = 'https://as.example';
const AUDIENCE = 'https://mcp.example';
const NOW = 1_800_000_000;

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

interface Signer {
  readonly jwk: Jwk;
  token(kid?: string, claims?: Record<string, unknown>): Promise<string>;
}

async function signer(kid: string): Promise<Signer> {
  const key = await KeyPair.generate('ES256', { kid });
  return {
    jwk: key.jwk as Jwk,
    token: async (named = kid, claims = {}) => {
      const payload = { jti: String(Math.random()), client_id: 'c', ...claims };
      const issued = { iss: ISSUER, aud: AUDIENCE, exp: NOW + 100_000 };
      return forgeToken({ header: { alg: 'ES256', kid: named }, payload: { ...payload, ...issued }, signWith: key });
    },
  };
}

interface World {
  readonly endpoint: Endpoint;
  readonly clock: { now: number };
  readonly events: VerifierEvent[];
  /** `accepted`, or the reason, or the code. */
  outcome(token: string): Promise<string>;
}

async function world(cache: false | { maxEntries?: number } = false): Promise<World> {
  const endpoint = await startEndpoint(down);
  const clock = { now: NOW };
  const events: VerifierEvent[] = [];
  const verifier = new JWTVerifier({
    jwksUri: endpoint.jwksUri,
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: 'ES256',
    cache,
    clock: () => clock.now,
    observer: (event) => events.push(event),
  });
  ends.push(
    () => verifier.close(),
    () => endpoint.close(),
  );
  return {
    endpoint,
    clock,
    events,
    outcome: async (token) => {
      const result = await safeVerify(verifier, token);
      return result.ok ? 'accepted' : (result.error.reason ?? result.error.code);
    },
  };
}

test('500 concurrent cold callers with good tokens: one fetch, all accepted', async () => {
  const key = await signer('a');
  const { endpoint, outcome } = await world();
  endpoint.reply = jsonReply(jwksOf(key.jwk));
  const tokens = await Promise.all(Array.from({ length: 500 }, () => key.token()));
  expect(new Set(await Promise.all(tokens.map(outcome)))).toEqual(new Set(['accepted']));
  expect(endpoint.requests).toHaveLength(1);
});

test('good tokens are accepted all through a flood of forged ones, with one fetch a cooldown', async () => {
  const [key, forger] = await Promise.all([signer('a'), signer('f')]);
  const { endpoint, clock, outcome } = await world();
  endpoint.reply = jsonReply(jwksOf(key.jwk));
  expect(await outcome(await key.token())).toBe('accepted');
  const good = await Promise.all(Array.from({ length: 30 }, () => key.token()));
  for (const token of good) {
    const forged = await Promise.all(Array.from({ length: 20 }, () => forger.token(`forged-${Math.random()}`)));
    const outcomes = await Promise.all([...forged.map(outcome), outcome(token)]);
    expect(outcomes.at(-1)).toBe('accepted');
    expect(new Set(outcomes.slice(0, -1))).toEqual(new Set(['unknown_key']));
    clock.now += 1 / 3;
  }
  expect(endpoint.requests).toHaveLength(2);
});

test.each([
  ['remembered', {}],
  ['not remembered', false as const],
])(
  'OBS-outage-401, CVE-2026-31837: an outage of an hour: %s tokens pass up to the stale bound and are then unavailable',
  async (_name, cache) => {
    const key = await signer('a');
    const { endpoint, clock, outcome } = await world(cache);
    endpoint.reply = jsonReply(jwksOf(key.jwk));
    const token = await key.token();
    expect(await outcome(token)).toBe('accepted');
    endpoint.reply = down;
    for (let second = 60; second < 4200; second += 60) {
      clock.now = NOW + second;
      expect(await outcome(token)).toBe('accepted');
    }
    clock.now = NOW + 4200;
    expect(await outcome(token)).toBe('temporarily_unavailable');
    expect(await outcome(await key.token('forged'))).toBe('temporarily_unavailable');
    endpoint.reply = jsonReply(jwksOf(key.jwk));
    clock.now += 60;
    expect(await outcome(token)).toBe('accepted');
  },
);

test('a removed key ends with the life of the set, for remembered tokens too', async () => {
  const [a, b] = await Promise.all([signer('a'), signer('b')]);
  const { endpoint, clock, outcome } = await world({});
  endpoint.reply = jsonReply(jwksOf(a.jwk, b.jwk));
  const [ofA, ofB] = await Promise.all([a.token(), b.token()]);
  expect(await Promise.all([outcome(ofA), outcome(ofB)])).toEqual(['accepted', 'accepted']);
  endpoint.reply = jsonReply(jwksOf(b.jwk));
  clock.now += 600;
  expect(await outcome(ofA)).toBe('unknown_key');
  expect(await outcome(ofB)).toBe('accepted');
});

test('a key that is replaced under its own kid is noticed, for remembered tokens too', async () => {
  const [old, young] = await Promise.all([signer('same'), signer('same')]);
  const { endpoint, clock, outcome } = await world({});
  endpoint.reply = jsonReply(jwksOf(old.jwk));
  const token = await old.token();
  expect(await outcome(token)).toBe('accepted');
  endpoint.reply = jsonReply(jwksOf(young.jwk));
  clock.now += 600;
  expect(await outcome(token)).toBe('signature_invalid');
});

describe('nothing a caller puts in a token', () => {
  test.each([
    ['alg none', { alg: 'none' }],
    ['an HMAC', { alg: 'HS256', kid: 'a' }],
    ['an algorithm that is not allowed', { alg: 'RS256', kid: 'a' }],
    ['another type', { alg: 'ES256', kid: 'a', typ: 'dpop+jwt' }],
    ['crit', { alg: 'ES256', kid: 'a', crit: ['x'], x: 1 }],
    ['a kid that is no text', { alg: 'ES256', kid: 7 }],
  ])('causes a fetch by %s (OBS-forged-kids)', async (_name, header) => {
    const { endpoint, outcome } = await world();
    endpoint.reply = jsonReply(jwksOf(ecJwk('a')));
    const payload = { iss: ISSUER, aud: AUDIENCE, exp: NOW + 60 };
    await outcome(forgeToken({ header, payload, signature: 'AAAA' }));
    expect(endpoint.requests).toHaveLength(0);
  });

  test('sends us elsewhere for keys: jku, x5u, jwk and iss are not followed (checklist 15)', async () => {
    const trap = await startEndpoint(jsonReply(jwksOf(ecJwk('a'))));
    ends.push(() => trap.close());
    const { endpoint, outcome } = await world();
    endpoint.reply = jsonReply(jwksOf(ecJwk('a')));
    const header = { alg: 'ES256', kid: 'b', jku: trap.jwksUri, x5u: trap.jwksUri, jwk: ecJwk('b') };
    const payload = { iss: trap.origin, aud: AUDIENCE, exp: NOW + 60 };
    const token = forgeToken({ header, payload, signature: 'A'.repeat(86) });
    expect(await outcome(token)).toBe('unknown_key');
    expect(trap.requests).toHaveLength(0);
  });
});

test('a process that has fetched keys ends by itself, without close()', async () => {
  const endpoint = await startEndpoint(jsonReply(jwksOf(ecJwk('a'))));
  ends.push(() => endpoint.close());
  const source = fileURLToPath(new URL('../dist/index.js', import.meta.url));
  const script = `
    const { JWTVerifier } = await import(${JSON.stringify(source)});
    const jwksUri = ${JSON.stringify(endpoint.jwksUri)};
    const verifier = new JWTVerifier({ jwksUri, issuer: 'https://i.example', audience: 'https://a.example' });
    await verifier.ready();
    console.log('ready');
  `;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 });
  const ended = once(run.child, 'exit');
  const { stdout } = await run;
  expect(stdout.trim()).toBe('ready');
  expect(endpoint.requests).toHaveLength(1);
  expect(await ended).toEqual([0, null]);
});
