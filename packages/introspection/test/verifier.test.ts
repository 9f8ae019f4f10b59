import { inspect } from 'node:util';
import { type AuthError, safeVerify, type VerifierEvent } from '@auth/core';
import {
  jsonReply,
  type ScriptedAnswer,
  type ScriptedTransport,
  scriptedTransport,
  startScriptedServer,
} from '@auth/testing';
import { describe, expect, it } from 'vitest';
import type { IntrospectionTokenVerifierOptions } from '../src/options.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';

const NOW = 1_800_000_000;
const GOOD = { active: true, client_id: 'c', sub: 's', scope: 'read write', exp: NOW + 3_600 };

/** A verifier over a scripted server, with a clock to turn. */
function rig(
  respond: (body: URLSearchParams, count: number) => ScriptedAnswer | Promise<ScriptedAnswer>,
  options: Partial<IntrospectionTokenVerifierOptions> = {},
) {
  const time = { now: NOW };
  const events: VerifierEvent[] = [];
  const transport: ScriptedTransport = scriptedTransport(({ body = '' }) =>
    respond(new URLSearchParams(body), transport.requests.length),
  );
  const verifier = new IntrospectionTokenVerifier({
    introspectionUrl: 'https://auth.example/introspect?key=hidden',
    clientId: 'rs',
    clientSecret: 'top-secret-value',
    transport,
    clock: () => time.now,
    observer: (event) => events.push(event),
    ...options,
  });
  const errorOf = async (token: string): Promise<AuthError> => {
    const result = await safeVerify(verifier, token);
    if (result.ok) throw new Error('accepted');
    return result.error;
  };
  const eventsOf = (type: VerifierEvent['type']): VerifierEvent[] => events.filter((event) => event.type === type);
  return { verifier, transport, time, events, eventsOf, errorOf };
}

describe('IntrospectionTokenVerifier', () => {
  it('asks by POST form, authenticated (checklist 32)', async () => {
    const { verifier, transport } = rig(() => ({ json: GOOD }));
    await verifier.verifyToken('a token+with&signs');
    const [request] = transport.requests;
    expect(request).toMatchObject({
      url: 'https://auth.example/introspect?key=hidden',
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${btoa('rs:top-secret-value')}`,
      },
      body: 'token=a+token%2Bwith%26signs&token_type_hint=access_token',
    });
  });

  it('says who the caller is and what the caller may do', async () => {
    const { verifier } = rig(() => ({ json: { ...GOOD, iss: 'https://i.example', aud: 'x', exp: NOW + 60.9 } }));
    const accessToken = await verifier.verifyToken('token');
    expect(accessToken).toMatchObject({
      token: 'token',
      clientId: 'c',
      subject: 's',
      issuer: 'https://i.example',
      audience: ['x'],
      scopes: ['read', 'write'],
      expiresAt: NOW + 60,
      claims: { active: true, client_id: 'c' },
    });
    expect(Object.isFrozen(accessToken.claims)).toBe(true);
  });

  it.each([
    ['https://one.example', 'https://one.example'],
    [['https://one.example'], 'https://one.example'],
    [['https://one.example', 'https://two.example'], undefined],
    [null, undefined],
    [undefined, undefined],
  ])('takes the only configured issuer (%j) when the answer names none', async (issuer, expected) => {
    const { verifier } = rig(() => ({ json: GOOD }), { issuer });
    expect((await verifier.verifyToken('token')).issuer).toBe(expected);
  });

  it('never makes up a principal', async () => {
    const { verifier } = rig(() => ({ json: { active: true } }));
    const accessToken = await verifier.verifyToken('token');
    expect([accessToken.clientId, accessToken.subject, accessToken.scopes]).toEqual([undefined, undefined, []]);
  });

  it('asks nothing about a token that is empty, too large or no Unicode', async () => {
    const { errorOf, transport } = rig(() => ({ json: GOOD }));
    expect((await errorOf('')).reason).toBe('malformed');
    expect((await errorOf('x'.repeat(16_385))).reason).toBe('too_large');
    expect((await errorOf('\ud800')).reason).toBe('malformed');
    expect((await errorOf(undefined as unknown as string)).reason).toBe('malformed');
    expect(transport.requests).toEqual([]);
  });

  it('names all required scopes and the missing ones', async () => {
    const { errorOf } = rig(() => ({ json: GOOD }), { requiredScopes: ['read', 'admin'] });
    expect(await errorOf('token')).toMatchObject({
      code: 'insufficient_scope',
      status: 403,
      requiredScopes: ['read', 'admin'],
      missingScopes: ['admin'],
    });
  });

  it('hints at what people overlook', async () => {
    const { errorOf } = rig(() => ({ json: { ...GOOD, aud: 'https://api.example/' } }), {
      audience: 'https://api.example',
    });
    expect((await errorOf('token')).details?.hint).toMatch(/trailing slash/);
  });

  it('lets a thousand concurrent callers of one token share one request', async () => {
    await using server = await startScriptedServer(jsonReply(GOOD));
    const verifier = new IntrospectionTokenVerifier({
      introspectionUrl: server.origin,
      clientId: 'rs',
      clientSecret: 'secret',
      clock: () => NOW,
    });
    const tokens = await Promise.all(Array.from({ length: 1_000 }, () => verifier.verifyToken('token')));
    expect(server.requests.length).toBe(1);
    expect(new Set(tokens).size).toBe(1_000);
    await verifier.verifyToken('token');
    expect(server.requests.length).toBe(2);
    await verifier.close();
  });

  it('gives concurrent callers errors of their own', async () => {
    const { verifier, transport } = rig(() => ({ json: { active: false } }));
    const results = await Promise.all([1, 2, 3].map(() => safeVerify(verifier, 'token')));
    expect(transport.requests.length).toBe(1);
    expect(new Set(results.map((result) => (result.ok ? undefined : result.error))).size).toBe(3);
  });

  it('never mixes up concurrent callers with different tokens (CVE-2026-25536)', async () => {
    const { verifier } = rig(async (form) => {
      const token = form.get('token') ?? '';
      for (let turn = 0; turn < token.charCodeAt(0) % 7; turn++) await Promise.resolve();
      return { json: { ...GOOD, sub: `owner of ${token}` } };
    });
    const tokens = Array.from({ length: 300 }, (_, index) => `${String.fromCharCode(65 + (index % 50))}${index}`);
    const results = await Promise.all(tokens.map((token) => verifier.verifyToken(token)));
    expect(results.map(({ subject }) => subject)).toEqual(tokens.map((token) => `owner of ${token}`));
  });

  it("ends a caller's wait by its signal, and only its", async () => {
    let answer: (value: ScriptedAnswer) => void = () => undefined;
    const { verifier, transport } = rig(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const controller = new AbortController();
    const impatient = verifier.verifyToken('token', { signal: controller.signal });
    const patient = verifier.verifyToken('token');
    controller.abort();
    await expect(impatient).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    answer({ json: GOOD });
    expect((await patient).clientId).toBe('c');
    expect(transport.requests.length).toBe(1);
    await expect(verifier.verifyToken('other', { signal: controller.signal })).rejects.toMatchObject({
      code: 'temporarily_unavailable',
    });
    expect(transport.requests.length).toBe(1);
  });

  it.each([
    ['"false"', 'false'],
    ['"true"', 'true'],
    ['1', 1],
    ['null', null],
    ['nothing', undefined],
  ])('reports active: %s as a protocol violation (checklist 33, OBS-active-text)', async (_name, active) => {
    const { errorOf, eventsOf } = rig(() => ({ json: { ...GOOD, active } }));
    expect((await errorOf('token')).reason).toBe('inactive');
    expect(eventsOf('introspection.protocol_violation')).toEqual([
      {
        type: 'introspection.protocol_violation',
        url: 'https://auth.example/introspect',
        violation: 'active is not a boolean',
      },
    ]);
  });

  it('reports no violation for a plain no', async () => {
    const { errorOf, events } = rig(() => ({ json: { active: false } }));
    expect((await errorOf('token')).reason).toBe('inactive');
    expect(events.map(({ type }) => type)).toEqual(['token.rejected']);
  });

  it('reports wrong credentials of our own once a minute, and never tells the caller 401', async () => {
    const { errorOf, eventsOf, time } = rig(() => ({ status: 401 }), { breaker: { failures: 1_000 } });
    for (let call = 0; call < 50; call++) expect((await errorOf(`token ${call}`)).status).toBe(503);
    expect(eventsOf('introspection.failed')).toEqual([
      { type: 'introspection.failed', url: 'https://auth.example/introspect', failure: 'unauthorized', status: 401 },
    ]);
    time.now += 59.9;
    await errorOf('token');
    expect(eventsOf('introspection.failed').length).toBe(1);
    time.now += 0.2;
    await errorOf('token');
    expect(eventsOf('introspection.failed').length).toBe(2);
  });

  it('opens the breaker after five failures, probes with one call, and closes it', async () => {
    let status = 500;
    const { errorOf, verifier, transport, time, eventsOf } = rig(() => ({ status, json: GOOD }));
    for (let call = 0; call < 20; call++) await errorOf(`token ${call}`);
    expect(transport.requests.length).toBe(5);
    const error = await errorOf('token');
    expect(error).toMatchObject({ code: 'temporarily_unavailable', retryAfterSeconds: 1 });
    time.now += 1;
    status = 200;
    const both = await Promise.all([safeVerify(verifier, 'first'), safeVerify(verifier, 'second')]);
    expect(both.map(({ ok }) => ok)).toEqual([true, false]);
    expect(transport.requests.length).toBe(6);
    expect((await safeVerify(verifier, 'second')).ok).toBe(true);
    expect(eventsOf('breaker.opened')).toHaveLength(1);
    expect(eventsOf('breaker.closed')).toEqual([{ type: 'breaker.closed', url: 'https://auth.example/introspect' }]);
  });

  it.each([400, 413, 414, 422])('is not opened by %i, which callers can bring about', async (status) => {
    const { errorOf, transport, eventsOf } = rig(() => ({ status }));
    for (let call = 0; call < 20; call++) expect((await errorOf(`token ${call}`)).reason).toBe('not_recognized');
    expect(transport.requests.length).toBe(20);
    expect(eventsOf('breaker.opened')).toEqual([]);
  });

  it.each([429, 503])('honours Retry-After of a %i: tells the caller, and stays away that long', async (status) => {
    let busy = true;
    const { errorOf, verifier, transport, time } = rig(() =>
      busy ? { status, headers: { 'retry-after': '7' } } : { json: GOOD },
    );
    expect((await errorOf('a')).retryAfterSeconds).toBe(7);
    busy = false;
    time.now += 5;
    expect((await errorOf('b')).retryAfterSeconds).toBe(2);
    expect(transport.requests.length).toBe(1);
    time.now += 2;
    expect((await verifier.verifyToken('b')).clientId).toBe('c');
  });

  it('caps the requests under way, and refuses at once beyond its line', async () => {
    const waiting: (() => void)[] = [];
    const { verifier, transport } = rig(
      () => new Promise((resolve) => void waiting.push(() => resolve({ json: GOOD }))),
      { maxConcurrentRequests: 2, maxQueuedRequests: 3 },
    );
    const results = Array.from({ length: 7 }, (_, index) => safeVerify(verifier, `token ${index}`));
    const refused = await Promise.all(results.slice(5));
    expect(refused.map((result) => (result.ok ? '' : result.error.details?.actual))).toEqual([
      'overloaded',
      'overloaded',
    ]);
    expect(transport.requests.length).toBe(2);
    const finished = Promise.all(results.slice(0, 5));
    while (transport.requests.length < 5 || waiting.length > 0) {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await finished).every(({ ok }) => ok)).toBe(true);
  });

  it('does not send those in line once the breaker has opened', async () => {
    const { verifier, transport } = rig(() => ({ status: 500 }), {
      maxConcurrentRequests: 1,
      breaker: { failures: 1 },
    });
    const results = await Promise.all(Array.from({ length: 10 }, (_, index) => safeVerify(verifier, `token ${index}`)));
    expect(results.every((result) => !result.ok && result.error.code === 'temporarily_unavailable')).toBe(true);
    expect(transport.requests.length).toBe(1);
  });

  it('survives an observer that throws', async () => {
    const { verifier } = rig(() => ({ json: { ...GOOD, active: 'x' } }), {
      observer: () => {
        throw new Error('observer');
      },
    });
    await expect(verifier.verifyToken('token')).rejects.toMatchObject({ reason: 'inactive' });
  });

  it('shows its configuration, but no secret, however it is printed', () => {
    const { verifier } = rig(() => ({ json: GOOD }), { timeoutMs: 1_234, issuer: 'https://i.example', audience: null });
    const { introspectionUrl, clientId, clientAuthMethod, issuer, audience, timeoutMs, maxBytes, cacheTtlSeconds } =
      verifier;
    expect({
      introspectionUrl,
      clientId,
      clientAuthMethod,
      issuer,
      audience,
      timeoutMs,
      maxBytes,
      cacheTtlSeconds,
    }).toEqual({
      introspectionUrl: 'https://auth.example/introspect?key=hidden',
      clientId: 'rs',
      clientAuthMethod: 'client_secret_basic',
      issuer: ['https://i.example'],
      audience: null,
      timeoutMs: 1_234,
      maxBytes: 262_144,
      cacheTtlSeconds: 0,
    });
    const printed = [
      inspect(verifier, { depth: 20, showHidden: true, getters: true }),
      JSON.stringify(verifier),
      JSON.stringify({ ...verifier }),
      String(verifier),
    ].join('\n');
    expect(printed).not.toContain('top-secret-value');
    expect(printed).not.toContain(btoa('rs:top-secret-value'));
  });

  it('goes on when the options object is changed afterwards, and leaves it as it was', async () => {
    const options: {
      -readonly [Name in keyof IntrospectionTokenVerifierOptions]: IntrospectionTokenVerifierOptions[Name];
    } = {
      introspectionUrl: 'https://auth.example',
      clientId: 'rs',
      clientSecret: 'secret',
      issuer: ['https://i.example'],
      transport: scriptedTransport(() => ({ json: { ...GOOD, iss: 'https://i.example' } })),
      clock: () => NOW,
    };
    const copy = { ...options };
    const verifier = new IntrospectionTokenVerifier(options);
    expect(options).toEqual(copy);
    (options.issuer as string[]).length = 0;
    options.clientSecret = '';
    await expect(verifier.verifyToken('token')).resolves.toMatchObject({ clientId: 'c' });
  });
});
