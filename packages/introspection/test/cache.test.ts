import { safeVerify, type TokenCacheStore, type VerifierEvent } from '@auth/core';
import { type ScriptedAnswer, scriptedTransport } from '@auth/testing';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { IntrospectionTokenVerifierOptions } from '../src/options.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';
import { memoryStore } from './support/memory-store.js';
import { outcomeOf } from './support/outcome.js';

const NOW = 1_800_000_000;
const GOOD = { active: true, client_id: 'c', scope: 'read', exp: NOW + 3_600 };

function rig(
  options: Partial<IntrospectionTokenVerifierOptions>,
  answerFor: (token: string) => ScriptedAnswer = () => ({ json: GOOD }),
) {
  const time = { now: NOW };
  const events: VerifierEvent[] = [];
  const server = { answerFor };
  const transport = scriptedTransport(({ body = '' }) =>
    server.answerFor(new URLSearchParams(body).get('token') ?? ''),
  );
  const make = (more: Partial<IntrospectionTokenVerifierOptions> = {}): IntrospectionTokenVerifier =>
    new IntrospectionTokenVerifier({
      introspectionUrl: 'https://auth.example',
      clientId: 'rs',
      clientSecret: 'secret',
      transport,
      clock: () => time.now,
      observer: (event) => events.push(event),
      ...options,
      ...more,
    });
  const verifier = make();
  return { verifier, make, transport, time, events, server, ask: (token: string) => outcomeOf(verifier, token) };
}

describe.each([
  ['memory', () => ({})],
  ['a store', () => ({ store: memoryStore() })],
])('the cache in %s', (_name, where) => {
  it('is off unless asked for: a revoked token is refused at once', async () => {
    const { ask, server, transport } = rig({});
    expect(await ask('token')).toBe('accepted');
    server.answerFor = () => ({ json: { active: false } });
    expect(await ask('token')).toBe('inactive');
    expect(transport.requests.length).toBe(2);
  });

  it('keeps an accepted token for its time: a revoked one is refused within it', async () => {
    const { ask, server, time, transport } = rig({ cache: { ttlSeconds: 60, ...where() } });
    expect(await ask('token')).toBe('accepted');
    server.answerFor = () => ({ json: { active: false } });
    time.now += 59.9;
    expect(await ask('token')).toBe('accepted');
    time.now += 0.2;
    expect(await ask('token')).toBe('inactive');
    expect(transport.requests.length).toBe(2);
  });

  it('never keeps a token past its exp, nor does tolerance stretch that (checklist 34, CVE-2026-107719)', async () => {
    const exp = NOW + 30;
    const { ask, time, transport } = rig({ cache: { ttlSeconds: 300, ...where() } }, () => ({
      json: { ...GOOD, exp },
    }));
    await ask('token');
    time.now = exp - 0.1;
    expect(await ask('token')).toBe('accepted');
    expect(transport.requests.length).toBe(1);
    time.now = exp;
    expect(await ask('token')).toBe('accepted');
    expect(await ask('token')).toBe('accepted');
    expect(transport.requests.length).toBe(3);
    time.now = exp + 5;
    expect(await ask('token')).toBe('expired');
  });

  it('does not keep refusals unless asked to', async () => {
    const { ask, transport } = rig({ cache: { ttlSeconds: 60, ...where() } }, (token) =>
      token === 'odd' ? { status: 400 } : { json: { ...GOOD, active: false } },
    );
    for (const token of ['token', 'token', 'odd', 'odd']) expect(await ask(token)).not.toBe('accepted');
    expect(transport.requests.length).toBe(4);
  });

  it('does not keep a token that the checks refuse, either', async () => {
    const { ask, transport } = rig({ cache: { ttlSeconds: 60, ...where() }, requiredScopes: ['admin'] });
    expect([await ask('token'), await ask('token')]).toEqual(['insufficient_scope', 'insufficient_scope']);
    expect(transport.requests.length).toBe(2);
  });

  it('keeps refusals for their own time when asked to', async () => {
    const cache = { ttlSeconds: 60, negativeTtlSeconds: 5, ...where() };
    const { ask, time, transport, server } = rig({ cache }, (token) =>
      token === 'odd' ? { status: 422 } : { json: { active: false } },
    );
    expect([await ask('odd'), await ask('odd')]).toEqual(['not_recognized', 'not_recognized']);
    expect([await ask('token'), await ask('token')]).toEqual(['inactive', 'inactive']);
    expect(transport.requests.length).toBe(2);
    time.now += 5;
    server.answerFor = () => ({ json: GOOD });
    expect([await ask('odd'), await ask('token')]).toEqual(['accepted', 'accepted']);
  });

  it('never keeps a failure, nor an answer that breaks the protocol', async () => {
    const cache = { ttlSeconds: 60, negativeTtlSeconds: 60, ...where() };
    const { ask, server } = rig({ cache }, () => ({ status: 500 }));
    expect(await ask('token')).toBe('temporarily_unavailable');
    server.answerFor = () => ({ json: {} });
    expect(await ask('token')).toBe('inactive');
    server.answerFor = () => ({ json: GOOD });
    expect(await ask('token')).toBe('accepted');
  });

  it('looks at the times again on every use', async () => {
    const cache = { ttlSeconds: 60, negativeTtlSeconds: 60, ...where() };
    const { ask, time, transport } = rig({ cache }, () => ({ json: { ...GOOD, nbf: NOW + 30 } }));
    expect(await ask('token')).toBe('not_yet_valid');
    time.now += 30;
    expect(await ask('token')).toBe('accepted');
    expect(transport.requests.length).toBe(1);
  });

  it('keeps tokens apart that differ in one character, wherever it is (CVE-2026-35039)', async () => {
    const base = 'x'.repeat(300);
    const { verifier } = rig({ cache: { ttlSeconds: 60, ...where() } }, (token) => ({ json: { ...GOOD, sub: token } }));
    for (let position = 0; position < base.length; position += 7) {
      const token = `${base.slice(0, position)}y${base.slice(position + 1)}`;
      expect((await verifier.verifyToken(token)).claims.sub).toBe('[redacted]');
      expect((await verifier.verifyToken(token)).subject).toBe(token);
    }
  });

  it('gives each caller results that nobody can change for others (OBS-shared-claims)', async () => {
    const { verifier } = rig({ cache: { ttlSeconds: 60, ...where() } }, () => ({
      json: { ...GOOD, nested: { list: [1] } },
    }));
    const first = await verifier.verifyToken('token');
    expect(() => (first.claims.nested as { list: number[] }).list.push(2)).toThrow();
    expect((await verifier.verifyToken('token')).claims.nested).toEqual({ list: [1] });
  });

  it('with a time of 0 keeps nothing', async () => {
    const { ask, transport } = rig({ cache: { ttlSeconds: 0, ...where() } });
    await ask('token');
    await ask('token');
    expect(transport.requests.length).toBe(2);
  });

  it('lets a thousand concurrent callers share one look-up', async () => {
    const { verifier, transport } = rig({ cache: { ttlSeconds: 60, ...where() } });
    await Promise.all(Array.from({ length: 1_000 }, () => verifier.verifyToken('token')));
    await Promise.all(Array.from({ length: 1_000 }, () => verifier.verifyToken('token')));
    expect(transport.requests.length).toBe(1);
  });
});

describe('the cache in memory', () => {
  it('holds as many entries as it may, and lets the least recently used go', async () => {
    const { ask, transport } = rig({ cache: { ttlSeconds: 60, maxEntries: 2 } });
    for (const token of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(token);
    expect(transport.requests.map(({ body }) => new URLSearchParams(body).get('token'))).toEqual(['a', 'b', 'c', 'b']);
  });
});

describe('the cache in a store', () => {
  const TOKEN = 'token-that-nobody-may-see';

  it('has keys of 64 hexadecimal digits and values of JSON, without the token, for whole seconds (checklist 56)', async () => {
    const store = memoryStore();
    const { ask } = rig({ cache: { ttlSeconds: 1.5, store } });
    await ask(TOKEN);
    const [[key = '', value = ''] = []] = store.entries;
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(value)).toMatchObject({ answer: GOOD });
    expect(value + key).not.toContain(TOKEN);
    expect(store.lives).toEqual([2]);
  });

  it('does not take an answer that repeats the token', async () => {
    const store = memoryStore();
    const { ask } = rig({ cache: { ttlSeconds: 60, store } }, (token) => ({ json: { ...GOOD, access_token: token } }));
    expect([await ask(TOKEN), await ask('"quotes" and \u0001')]).toEqual(['accepted', 'accepted']);
    expect(store.entries.size).toBe(0);
  });

  it('is shared by verifiers with the same configuration and no others (checklist 36)', async () => {
    const store = memoryStore();
    const { make, transport } = rig({ cache: { ttlSeconds: 60, store } });
    await make().verifyToken(TOKEN);
    await make().verifyToken(TOKEN);
    expect(transport.requests.length).toBe(1);
    const others: Partial<IntrospectionTokenVerifierOptions>[] = [
      { clientId: 'other' },
      { introspectionUrl: 'https://auth.example/other' },
      { clientAuthMethod: 'client_secret_post' },
      { issuer: 'https://i.example' },
      { audience: 'https://api.example' },
      { requiredScopes: ['admin'] },
      { clockToleranceSeconds: 1 },
    ];
    for (const other of others) await safeVerify(make(other), TOKEN);
    expect(transport.requests.length).toBe(1 + others.length);
  });

  it.each<[string, (value: string) => unknown]>([
    ['garbage', () => 'garbage'],
    ['an empty text', () => ''],
    ['a bare answer', () => JSON.stringify({ active: true, scope: 'admin' })],
    ['null', () => null],
    ['a number', () => 42],
    ['an object', () => ({ active: true })],
    ['1 MiB', () => 'x'.repeat(1_048_576)],
    ['more scopes', (value) => value.replace('"read"', '"read admin"')],
    ['a longer life', (value) => value.replace(/"expiresAt":\d+/, '"expiresAt":9999999999')],
    ['another seal', (value) => value.replace(/"seal":"./, '"seal":"0')],
    ['no seal', (value) => value.replace(/,"seal":"\w+"/, '')],
    ['a second answer', (value) => value.replace('"answer"', '"answer":{"active":true},"answer"')],
    ['white space', (value) => ` ${value}`],
  ])('is ignored where somebody put %s', async (_name, tamper) => {
    const store = memoryStore();
    const { ask, transport, make } = rig({ cache: { ttlSeconds: 60, store } });
    await ask(TOKEN);
    for (const [key, value] of store.entries) store.entries.set(key, tamper(value) as string);
    const accessToken = await make().verifyToken(TOKEN);
    expect(accessToken.scopes).toEqual(['read']);
    expect(transport.requests.length).toBe(2);
  });

  it("ignores another token's entry under this token's key", async () => {
    const store = memoryStore();
    const { verifier } = rig({ cache: { ttlSeconds: 60, store } }, (token) => ({
      json: { ...GOOD, sub: `of ${token}` },
    }));
    await verifier.verifyToken('mine');
    await verifier.verifyToken('yours');
    const [[mine = '', value = ''] = [], [yours = ''] = []] = [...store.entries];
    expect(mine).not.toBe(yours);
    store.entries.set(yours, value);
    expect((await verifier.verifyToken('yours')).subject).toBe('of yours');
  });

  const never = (): Promise<never> => new Promise(() => undefined);
  const fail = async (): Promise<never> => Promise.reject(new Error('redis://user:password@host'));
  const broken: readonly [string, TokenCacheStore, string][] = [
    ['rejects', { get: fail, set: fail }, 'error'],
    [
      'throws',
      {
        get: () => {
          throw new Error('password');
        },
        set: () => {
          throw new Error('password');
        },
      },
      'error',
    ],
    ['hangs', { get: never, set: never }, 'timeout'],
  ];
  it.each(broken)('that %s is as good as none, and reported in fixed words', async (_name, store, failure) => {
    const { ask, transport, events } = rig({ cache: { ttlSeconds: 60, store, storeTimeoutMs: 5 } });
    expect(await ask('token')).toBe('accepted');
    expect(await ask('token')).toBe('accepted');
    expect(transport.requests.length).toBe(2);
    expect(events).toContainEqual({ type: 'cache.degraded', operation: 'get', failure });
    // Nobody waits for a write.
    await vi.waitFor(
      () => expect(events).toContainEqual({ type: 'cache.degraded', operation: 'set', failure }),
      10_000,
    );
    expect(JSON.stringify(events)).not.toContain('password');
  });

  it.each<[string, boolean]>([
    ['hangs', true],
    ['takes what is written, but hangs when it is read', false],
  ])('that %s is left alone after a few calls, and tried again later', async (_name, setHangs) => {
    let [reads, calls] = [0, 0];
    const store: TokenCacheStore = {
      get: () => {
        reads++;
        calls++;
        return never();
      },
      set: async () => {
        calls++;
        if (setHangs) await never();
      },
    };
    const { ask, time } = rig({ cache: { ttlSeconds: 60, store, storeTimeoutMs: 1 } });
    for (let call = 0; call < 20; call++) expect(await ask(`token ${call}`)).toBe('accepted');
    // A write that went well says nothing about reads, each of which lets a caller wait.
    expect(reads).toBe(5);
    expect(calls).toBeLessThan(20);
    const before = reads;
    time.now += 60;
    expect(await ask('token')).toBe('accepted');
    expect(reads).toBeGreaterThan(before);
  });

  it('never decides differently from no cache at all, while the server says the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(4), fc.nat(40)), { maxLength: 30 }), async (calls) => {
        const answerFor = (token: string): ScriptedAnswer => {
          const kind = Number(token) % 5;
          if (kind === 0) return { json: { ...GOOD, exp: NOW + 100 } };
          if (kind === 1) return { json: { ...GOOD, nbf: NOW + 50 } };
          if (kind === 2) return { json: { active: false } };
          if (kind === 3) return { json: { ...GOOD, scope: 'other' } };
          return { status: 400 };
        };
        const cache = { ttlSeconds: 20, negativeTtlSeconds: 10 };
        const options = { requiredScopes: ['read'] };
        const rigs = [
          rig(options, answerFor),
          rig({ ...options, cache }, answerFor),
          rig({ ...options, cache: { ...cache, store: memoryStore() } }, answerFor),
        ];
        for (const [token, wait] of calls) {
          for (const { time } of rigs) time.now += wait;
          const outcomes = await Promise.all(rigs.map(({ ask }) => ask(String(token))));
          expect(new Set(outcomes).size).toBe(1);
        }
      }),
      { numRuns: 50 },
    );
  });
});
