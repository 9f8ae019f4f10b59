import { type AccessToken, isAuthError, safeVerify, type VerifyResult } from '@auth/core';
import {
  httpReply,
  rawReply,
  type ScriptedAnswer,
  type ScriptedReply,
  scriptedTransport,
  startScriptedServer,
} from '@auth/testing';
import { describe, expect, it } from 'vitest';
import type { IntrospectionTokenVerifierOptions } from '../src/options.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';
import cases from './data/fastmcp-cases.json' with { type: 'json' };
import ourRules from './data/our-rules.json' with { type: 'json' };
import { memoryStore } from './support/memory-store.js';

type Json = Readonly<Record<string, unknown>>;

interface Case {
  readonly id: string;
  readonly source: string;
  readonly setup: Json;
  readonly given: Json;
  readonly expect: Json;
}

/** Cases that are decided otherwise here, and the rule. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'introspection-050':
    'a verifier shows nothing of its transport; that it is used, and left open, is checked by 052 to 054',
  'introspection-057': 'options that make no sense (maxEntries: 0) throw at construction',
  'introspection-095': 'token_use other than access is refused',
  'introspection-122': "verifyToken('') is malformed, and nothing is sent",
  'introspection-126': 'an empty client secret for basic or post throws at construction',
};

const NOW = 1_800_000_000;
const rules = ourRules as Readonly<
  Record<string, { readonly rule: string; readonly setup?: Json; readonly expect?: Json }>
>;
const all = cases as unknown as readonly Case[];
const relevant = all
  .filter(({ id }) => DIFFERENT[id] === undefined)
  .map((item) => ({
    ...item,
    setup: { ...item.setup, ...rules[item.id]?.setup },
    expect: rules[item.id]?.expect ?? item.expect,
  }));

function optionsOf(setup: Json): IntrospectionTokenVerifierOptions {
  const { cache_ttl_seconds: ttlSeconds, max_cache_size: maxEntries, timeout_seconds: timeout } = setup;
  return {
    introspectionUrl: setup.introspection_url as string,
    clientId: setup.client_id as string,
    clientSecret: setup.client_secret as string,
    clientAuthMethod: setup.client_auth_method as 'client_secret_post' | undefined,
    requiredScopes: setup.required_scopes as string[] | undefined,
    ...(typeof timeout === 'number' ? { timeoutMs: timeout * 1_000 } : {}),
    ...(typeof ttlSeconds === 'number' ? { cache: { ttlSeconds, maxEntries: maxEntries as number | undefined } } : {}),
    clock: () => NOW,
  };
}

/** JSON text of a case's value, with the symbols of times and literals filled in. */
function jsonText(value: unknown): string {
  return JSON.stringify(value)
    .replace(/"\$now([+-]\d+)?"/g, (_all, offset: string | undefined) => String(NOW + Number(offset ?? 0)))
    .replace(/"\$rawjson\((.*?)\)"/g, '$1');
}

function replyOf({ status = 200, text, json, content_type: type = 'application/json', error }: Json): ScriptedReply {
  if (error === 'timeout') return () => undefined;
  if (error !== undefined) return rawReply('', 'reset');
  const body = typeof text === 'string' ? text : json === undefined ? '' : jsonText(json);
  return httpReply({ status: Number(status), headers: { 'content-type': String(type) }, body });
}

function assertFields(accessToken: AccessToken, fields: Json): void {
  for (const [name, expected] of Object.entries(fields)) {
    if (name === 'client_id') expect(accessToken.clientId ?? null).toBe(expected);
    else if (name === 'subject') expect(accessToken.subject ?? null).toBe(expected);
    else if (name === 'scopes') expect(accessToken.scopes).toEqual(expected);
    else if (name === 'scopes_contains')
      expect(accessToken.scopes).toEqual(expect.arrayContaining(expected as string[]));
    else if (name === 'claims_contains') expect(accessToken.claims).toMatchObject(expected as object);
    else if (name !== 'expires_at') throw new Error(`unknown field ${name}`);
    else if (expected === 'not null') expect(accessToken.expiresAt).toBeTypeOf('number');
    else expect(accessToken.expiresAt ?? null).toBe(expected);
  }
}

/** One call or several against a real server that answers as the case says. */
async function runExchange({ setup, given, expect: expected }: Case): Promise<void> {
  const responses = (given.responses ?? [given.response]) as Json[];
  const calls = (given.calls ?? [(given.token as Json | undefined)?.raw ?? 'test-token']) as string[];
  await using server = await startScriptedServer((request, socket) =>
    replyOf(responses[server.requests.length - 1] ?? responses[0] ?? {})(request, socket),
  );
  const times = responses.some((response) => response.error === 'timeout') ? { timeoutMs: 50 } : {};
  const verifier = new IntrospectionTokenVerifier({
    ...optionsOf(setup),
    ...times,
    introspectionUrl: `${server.origin}/oauth/introspect`,
  });
  const results: VerifyResult[] = [];
  for (const token of calls) results.push(await safeVerify(verifier, token));
  await verifier.close();
  expect(results.map(({ ok }) => ok)).toEqual([expected.accepted].flat());
  const [first] = results;
  if (first?.ok) assertFields(first.accessToken, (expected.fields ?? {}) as Json);
  else if (first !== undefined) {
    if ('code' in expected) expect(first.error.code).toBe(expected.code);
    if ('reason' in expected) expect([expected.reason].flat()).toContain(first.error.reason);
  }
  if ('codes' in expected)
    expect(results.map((result) => (result.ok ? null : result.error.code))).toEqual(expected.codes);
  if ('client_ids' in expected) {
    expect(results.map((result) => (result.ok ? result.accessToken.clientId : null))).toEqual(expected.client_ids);
  }
  if ('requests' in expected) expect(server.requests.length).toBe(expected.requests);
  const {
    method,
    headers = {},
    headers_present: present = [],
    form_absent: absent = [],
  } = (expected.request ?? {}) as {
    method?: string;
    headers?: Record<string, string>;
    headers_present?: string[];
    form_absent?: string[];
  };
  const [request] = server.requests;
  if (method !== undefined) expect(request?.method).toBe(method);
  for (const [name, value] of Object.entries(headers)) {
    expect(request?.headers[name.toLowerCase()]).toMatch(value.endsWith('...') ? value.replace('...', '') : value);
  }
  for (const name of present) expect(request?.headers).toHaveProperty([name.toLowerCase()]);
  const form = new URLSearchParams(request?.body);
  for (const name of absent) expect(form.has(name)).toBe(false);
}

function runConstruction({ setup, expect: expected }: Case): void {
  const options = optionsOf(setup.construct as Json);
  if (expected.constructs === false) {
    expect(() => new IntrospectionTokenVerifier(options)).toThrow(Error);
    return;
  }
  const verifier = new IntrospectionTokenVerifier(options);
  const { client_auth_method: method, cache_ttl: ttl, cache_max: max } = (expected.fields ?? {}) as Json;
  if (method !== undefined) expect(verifier.clientAuthMethod).toBe(method);
  if (ttl !== undefined) expect(verifier.cacheTtlSeconds).toBe(ttl);
  if (max !== undefined) expect(verifier.cacheMaxEntries).toBe(max);
}

/** A verifier with a cache, for the cases about its parts, which are no API of ours. */
function cached(
  cache: IntrospectionTokenVerifierOptions['cache'],
  json: unknown = { active: true, client_id: 'user-1' },
) {
  const time = { now: NOW };
  const respond = (): ScriptedAnswer => ({ text: jsonText(json) });
  const transport = scriptedTransport(respond);
  const verifier = new IntrospectionTokenVerifier({
    introspectionUrl: 'https://auth.example.com/oauth/introspect',
    clientId: 'test-client',
    clientSecret: 'test-secret',
    clock: () => time.now,
    transport,
    cache,
  });
  return { verifier, transport, time };
}

async function keysOf(...tokens: string[]): Promise<string[]> {
  const store = memoryStore();
  const keys: string[] = [];
  const spying = { ...store, get: async (key: string) => void keys.push(key) };
  for (const token of tokens) await cached({ ttlSeconds: 300, store: spying }).verifier.verifyToken(token);
  return keys;
}

async function requestsAfter(cache: IntrospectionTokenVerifierOptions['cache'], ...tokens: string[]): Promise<number> {
  const { verifier, transport } = cached(cache);
  for (const token of tokens) await verifier.verifyToken(token);
  return transport.requests.length;
}

/** Cases about FastMCP's inner parts, told as what a user of ours can see. */
const TOLD_OTHERWISE: Readonly<Record<string, (item: Case) => Promise<void>>> = {
  'introspection-045': async () => {
    const [first, second, third] = await keysOf('test-token', 'test-token', 'different-token');
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  },
  'introspection-046': async () => {
    const store = memoryStore();
    const json = { active: true, client_id: 'user-123', exp: '$now+60' };
    await cached({ ttlSeconds: 300, store }, json).verifier.verifyToken('test-token');
    expect(store.lives).toEqual([60]);
  },
  'introspection-053': async () => {
    let closed = 0;
    const transport = Object.assign(
      scriptedTransport(() => ({ json: { active: true } })),
      { close: async () => void closed++ },
    );
    const verifier = new IntrospectionTokenVerifier({
      introspectionUrl: 'https://auth.example.com',
      clientId: 'c',
      clientSecret: 's',
      transport,
    });
    await verifier.verifyToken('test-token');
    await verifier.close();
    expect([transport.requests.length, closed]).toEqual([1, 0]);
  },
  'introspection-054': async () => {
    const { verifier, transport } = cached(undefined);
    for (let call = 0; call < 3; call++) await verifier.verifyToken('test-token');
    expect(transport.requests.length).toBe(3);
  },
  'introspection-056': async () => expect(await requestsAfter({ ttlSeconds: 0, maxEntries: 100 }, 't', 't')).toBe(2),
  'introspection-058': async () => expect(() => cached({ ttlSeconds: -1 })).toThrow(RangeError),
  'introspection-060': async () => expect(await requestsAfter({ ttlSeconds: 0 }, 't', 't')).toBe(2),
  'introspection-061': async () => {
    const store = memoryStore();
    await cached({ ttlSeconds: 0, store }).verifier.verifyToken('t');
    expect(store.entries.size).toBe(0);
  },
  'introspection-063': async () => {
    const { verifier, transport } = cached({ ttlSeconds: 300 });
    await verifier.verifyToken('tok-1');
    expect((await verifier.verifyToken('tok-1')).clientId).toBe('user-1');
    expect(transport.requests.length).toBe(1);
  },
  'introspection-064': async () => expect(await requestsAfter({ ttlSeconds: 300 }, 'known', 'unknown')).toBe(2),
  'introspection-066': unchangedWhenMutated,
  'introspection-067': unchangedWhenMutated,
  'introspection-068': async () => {
    const { verifier, transport, time } = cached({ ttlSeconds: 300 });
    await verifier.verifyToken('t');
    time.now += 300;
    await verifier.verifyToken('t');
    expect(transport.requests.length).toBe(2);
  },
  'introspection-069': async () => {
    const store = memoryStore();
    const json = { active: true, client_id: 'user-1', exp: '$now+30' };
    await cached({ ttlSeconds: 300, store }, json).verifier.verifyToken('t');
    expect(store.lives).toEqual([30]);
  },
  'introspection-071': async () => {
    expect(await requestsAfter({ ttlSeconds: 300, maxEntries: 2 }, '0', '1', '2', '1', '2')).toBe(3);
    expect(await requestsAfter({ ttlSeconds: 300, maxEntries: 2 }, '0', '1', '2', '0')).toBe(4);
  },
  'introspection-074': async () => expect(new Set(await keysOf('abc', 'abc')).size).toBe(1),
  'introspection-075': async () => expect(new Set(await keysOf('abc', 'xyz')).size).toBe(2),
  'introspection-076': async () => expect((await keysOf('anything'))[0]).toHaveLength(64),
};

async function unchangedWhenMutated(): Promise<void> {
  const { verifier } = cached({ ttlSeconds: 300 }, { active: true, client_id: 'user-1', nested: { a: 1 } });
  const first = await verifier.verifyToken('t');
  expect(() => Object.assign(first.claims.nested as object, { a: 2 })).toThrow();
  expect((await verifier.verifyToken('t')).claims.nested).toEqual({ a: 1 });
}

async function run(item: Case): Promise<void> {
  const own = TOLD_OTHERWISE[item.id];
  if (own !== undefined) return own(item);
  if ('construct' in item.setup) return runConstruction(item);
  return runExchange(item);
}

describe('FastMCP’s behaviours', () => {
  it.each(relevant)('$id $source', run);

  it('are all there, and each that differs names its rule', () => {
    expect(all.length).toBe(68);
    expect(relevant.length + Object.keys(DIFFERENT).length).toBe(all.length);
  });

  it('that differ are decided by our rules', async () => {
    const url = 'https://auth.example.com';
    const base = { introspectionUrl: url, clientId: 'c', clientSecret: 's' };
    expect(() => new IntrospectionTokenVerifier({ ...base, cache: { ttlSeconds: 300, maxEntries: 0 } })).toThrow(
      RangeError,
    );
    expect(() => new IntrospectionTokenVerifier({ ...base, clientSecret: '' })).toThrow(TypeError);
    const { verifier, transport } = cached(undefined);
    await expect(
      cached(undefined, { active: true, token_use: 'refresh' }).verifier.verifyToken('t'),
    ).rejects.toMatchObject({
      reason: 'unsupported_type',
    });
    const error = await verifier.verifyToken('').catch((thrown: unknown) => thrown);
    expect(isAuthError(error) && error.reason).toBe('malformed');
    expect(transport.requests).toEqual([]);
  });
});
