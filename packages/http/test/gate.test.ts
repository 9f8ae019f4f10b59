import { inspect } from 'node:util';
import { AuthError, createAccessToken, requireAnyScope, requireScopes, type Verifier } from '@auth/core';
import { describe, expect, test } from 'vitest';
import { createGate, type GateResult } from '../src/gate.js';
import type { GateRequest } from '../src/gate-request.js';
import { KnownTokens, RESOURCE } from './support/known-tokens.js';

const verifier = new KnownTokens();
const discoverable = { verifier, resource: RESOURCE, authorizationServers: ['https://login.example.com'] };

function request(token?: string, rest: Partial<GateRequest> = {}): GateRequest {
  return {
    method: 'POST',
    url: '/mcp',
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...rest,
  };
}

function refused(result: GateResult<unknown & undefined> | GateResult): {
  status: number;
  challenge: string;
  body: string;
} {
  if (result.ok) throw new Error('the gate let the request in');
  const { status, headers, body } = result.response;
  return { status, challenge: headers['WWW-Authenticate'] ?? '', body };
}

function foreign(result: unknown): Verifier {
  return { verifyToken: async () => result as never };
}

describe('a request', () => {
  const gate = createGate({ verifier });

  test.each<[string, GateRequest]>([
    ['a Fetch Request', new Request('http://localhost/mcp', { headers: { Authorization: 'Bearer good' } })],
    ['a record with a capital letter', { url: '/mcp', headers: { Authorization: 'Bearer good' } }],
    ['a record with a list', { url: '/mcp', headers: { authorization: ['Bearer good'] } }],
    ['raw fields only', { url: '/mcp', headers: {}, rawHeaders: ['AUTHORIZATION', 'Bearer good'] }],
    ['headers that code in front has set', { headers: { authorization: 'Bearer good' }, rawHeaders: ['Host', 'x'] }],
    ['no method and no URL', { headers: { authorization: 'Bearer good' } }],
  ])('can be %s', async (_name, given) => {
    expect(await gate.check(given)).toMatchObject({ ok: true, accessToken: { clientId: 'cli' } });
  });

  test.each<[string, GateRequest]>([
    ['in a record with two spellings', { headers: { authorization: 'Bearer good', Authorization: 'Bearer good' } }],
    ['in a list', { headers: { authorization: ['Bearer good', 'Bearer good'] } }],
    [
      'in raw fields, whatever headers say',
      {
        headers: { authorization: 'Bearer good' },
        rawHeaders: ['Authorization', 'Bearer good', 'authorization', 'Bearer x'],
      },
    ],
  ])('with two Authorization fields %s is refused', async (_name, given) => {
    expect(refused(await gate.check(given)).status).toBe(400);
  });

  test('is looked at by the URL that came, not the one that a router has shortened', async () => {
    const result = await gate.check(request('good', { url: '/', originalUrl: '/mcp?access_token=x' }));
    expect(refused(result).status).toBe(400);
  });

  test('with a query token is refused before any verifier sees the other token', async () => {
    const own = new KnownTokens();
    await createGate({ verifier: own }).check(request('good', { url: '/mcp?access_token=x' }));
    expect(own.asked).toEqual([]);
  });

  test('with the absolute form of another host is refused where hosts are listed', async () => {
    const local = createGate({ verifier, allowedHosts: ['localhost'] });
    const given = request('good', { url: 'http://evil.example/mcp', headers: { host: 'localhost' } });
    expect(refused(await local.check(given)).status).toBe(403);
    expect(refused(await local.check(request('good', { url: 'http://localhost@evil.example/mcp' }))).status).toBe(403);
    const fetched = new Request('http://localhost:3000/mcp', { headers: { Authorization: 'Bearer good' } });
    expect((await local.check(fetched)).ok).toBe(true);
  });

  test('of HTTP/2 names its host in a pseudo field', async () => {
    const local = createGate({ verifier, allowedHosts: ['localhost'] });
    const headers = { authorization: 'Bearer good' };
    expect((await local.check({ headers, rawHeaders: [':authority', 'localhost:1'] })).ok).toBe(true);
    expect((await local.check({ headers, rawHeaders: [':authority', 'evil.example'] })).ok).toBe(false);
    expect((await local.check({ headers, rawHeaders: [':authority', 'evil.example', 'host', 'localhost'] })).ok).toBe(
      false,
    );
  });

  test('without any host is refused where hosts are listed', async () => {
    const local = createGate({ verifier, allowedHosts: ['localhost'] });
    expect(refused(await local.check(request('good'))).status).toBe(403);
  });
});

describe('the metadata', () => {
  const gate = createGate({ ...discoverable, requiredScopes: ['notes:read', 'offline_access'], resourceName: 'Notes' });

  test('names the resource exactly as configured and the required scopes, but no refresh token (checklist 45, 61)', () => {
    expect(gate.metadata).toEqual({
      resource: RESOURCE,
      authorization_servers: ['https://login.example.com'],
      scopes_supported: ['notes:read'],
      bearer_methods_supported: ['header'],
      resource_name: 'Notes',
    });
    expect(gate.resourceMetadataUrl).toBe('https://notes.example.com/.well-known/oauth-protected-resource/mcp');
  });

  test('is what the gate serves', async () => {
    const result = await gate.check({ method: 'GET', url: gate.resourceMetadataUrl, headers: {} });
    expect(JSON.parse(refused(result).body)).toEqual(gate.metadata);
  });

  test('leaves empty lists out (checklist 47)', () => {
    expect(createGate(discoverable).metadata).not.toHaveProperty('scopes_supported');
    expect(createGate({ ...discoverable, scopesSupported: [] }).metadata).not.toHaveProperty('scopes_supported');
  });

  test('is absent without authorization servers, and so is the pointer to it (http-088)', () => {
    const silent = createGate({ verifier, resource: RESOURCE });
    expect([silent.metadata, silent.resourceMetadataUrl]).toEqual([undefined, undefined]);
  });

  test('no challenge asks for a refresh token (checklist 61)', async () => {
    expect(refused(await gate.check(request())).challenge).toContain('scope="notes:read"');
  });
});

describe('a fault', () => {
  test.each<[string, Verifier]>([
    ['rejects with something foreign', { verifyToken: () => Promise.reject(new Error('secret')) }],
    [
      'throws instead of rejecting',
      {
        verifyToken: () => {
          throw new TypeError('secret');
        },
      },
    ],
    ['rejects with nothing', { verifyToken: () => Promise.reject(undefined) }],
    ['resolves to nothing', foreign(undefined)],
    ['resolves to null', foreign(null)],
    ['resolves to true', foreign(true)],
    ['resolves to a text', foreign('alice')],
    ['resolves to scopes as a text', foreign({ clientId: 'x', scopes: 'admin' })],
  ])('of a verifier that %s answers 503 and lets nobody in', async (_name, broken) => {
    for (const gate of [createGate({ verifier: broken }), createGate({ verifier: broken }).optional()]) {
      const { status, challenge, body } = refused((await gate.check(request('good'))) as GateResult);
      expect([status, challenge]).toEqual([503, '']);
      expect(body).not.toContain('secret');
    }
  });

  test('of the request itself answers 503', async () => {
    const gate = createGate({ verifier });
    const hostile = {
      get headers(): never {
        throw new Error('secret');
      },
    };
    expect(refused(await gate.check(hostile)).status).toBe(503);
    expect(refused(await gate.check({} as GateRequest)).status).toBe(503);
    expect(refused(await gate.check(undefined as never)).status).toBe(503);
  });

  test('of a clock or of onDecision changes no decision', async () => {
    const broken = (): never => {
      throw new Error('secret');
    };
    const rejecting = async (): Promise<void> => broken();
    for (const onDecision of [broken, rejecting]) {
      const gate = createGate({ verifier, onDecision });
      expect((await gate.check(request('good'))).ok).toBe(true);
      expect(refused(await gate.check(request('bad'))).status).toBe(401);
    }
    const clockless = createGate({ verifier, onDecision: () => undefined, clock: broken });
    expect((await clockless.check(request('good'))).ok).toBe(true);
    expect(refused(await clockless.check(request('bad'))).status).toBe(401);
  });

  test('of a verifier that calls a presented token missing does not open an optional gate', async () => {
    const confused: Verifier = { verifyToken: () => Promise.reject(new AuthError('missing_token')) };
    expect((await createGate({ verifier: confused }).optional().check(request('good'))).ok).toBe(false);
  });
});

describe('what a foreign verifier returns', () => {
  const found = { token: 'good', clientId: 'c', scopes: ['a'], claims: { jti: 'good' } };

  test.each<[string, object]>([
    ['an object', found],
    ['an object that is frozen itself', Object.freeze({ ...found, audience: [] })],
    ['an object whose lists are frozen too', Object.freeze({ ...found, audience: Object.freeze([]) })],
    [
      'an object that hides its credential, but has open lists',
      Object.freeze(Object.defineProperty({ ...found, audience: [] }, 'token', { enumerable: false })),
    ],
    [
      'an object with getters of its class',
      new (class {
        readonly clientId = 'c';
        readonly scopes = ['a'];
        get claims(): object {
          return found.claims;
        }
      })(),
    ],
  ])('%s becomes a frozen token whose credential nothing shows', async (_what, returned) => {
    const result = await createGate({ verifier: foreign(returned) }).check(request('good'));
    if (!result.ok) throw new Error('refused');
    expect(Object.isFrozen(result.accessToken.scopes)).toBe(true);
    expect(result.accessToken.claims).toEqual({ jti: '[redacted]' });
    expect(Object.isFrozen(result.accessToken)).toBe(true);
    expect(result.accessToken.token).toBe('good');
    expect(JSON.stringify(result.accessToken) + inspect(result.accessToken, { showHidden: true })).not.toContain(
      'good',
    );
    expect(result.accessToken.audience).toEqual([]);
  });

  test('is handed on as it is when it is a proper token', async () => {
    const token = createAccessToken('good', { clientId: 'c' });
    expect(await createGate({ verifier: foreign(token) }).check(request('good'))).toEqual({
      ok: true,
      accessToken: token,
    });
  });
});

describe('a derived gate', () => {
  const gate = createGate({ ...discoverable, requiredScopes: ['notes:read'] });

  test('demands more without changing the gate it comes from', async () => {
    const write = gate.require('notes:write');
    expect(refused(await write.check(request('good'))).challenge).toContain('scope="notes:read notes:write"');
    expect((await gate.check(request('good'))).ok).toBe(true);
  });

  test('can be derived from again', async () => {
    const both = gate.require('notes:write').require('notes:admin');
    expect(refused(await both.check(request('writer'))).challenge).toContain(
      'scope="notes:read notes:write notes:admin"',
    );
  });

  test('names the scopes of all its checks in one challenge (checklist 59)', async () => {
    const mixed = gate.require(requireAnyScope('notes:write', 'notes:admin'), requireScopes('notes:export'));
    const scopes = 'scope="notes:read notes:write notes:admin notes:export"';
    expect(refused(await mixed.check(request('scopeless'))).challenge).toContain(scopes);
    expect(refused(await mixed.check(request())).challenge).toContain(scopes);
    expect(refused(await mixed.check(request('expired'))).challenge).toContain(scopes);
  });

  test('names the scopes of the verifier too', async () => {
    const strict = createGate({
      verifier: new KnownTokens({ requiredScopes: ['openid'] }),
      requiredScopes: ['notes:read'],
    });
    const result = refused(await strict.require('notes:write').check(request('good')));
    expect(result.challenge).toContain('scope="openid notes:read notes:write"');
    expect(JSON.parse(result.body)).toMatchObject({ scope: 'openid notes:read notes:write' });
  });

  test('gives its checks the token and the hierarchy', async () => {
    const seen: unknown[] = [];
    const custom = createGate({ verifier, scopeHierarchy: { 'notes:admin': ['notes:read'] } }).require((context) => {
      seen.push(context.accessToken?.clientId, context.scopeHierarchy);
      return true;
    }, requireScopes('notes:read'));
    expect((await custom.check(request('admin'))).ok).toBe(true);
    expect(seen).toEqual(['cli', { 'notes:admin': ['notes:read'] }]);
  });

  test('lets only exactly true pass', async () => {
    for (const truthy of [1, 'true', {}, undefined]) {
      const result = await gate.require((() => truthy) as never).check(request('good'));
      expect(refused(result).status).toBe(403);
    }
  });

  test('answers with the error that a check throws', async () => {
    const stepUp = gate.require(() => {
      throw new AuthError('insufficient_scope', { requiredScopes: ['tenant:blue'] });
    });
    expect(refused(await stepUp.check(request('good'))).challenge).toContain('scope="notes:read tenant:blue"');
  });

  test('is never asked about a token that was refused', async () => {
    let asked = 0;
    await gate.require(() => ++asked > 0).check(request('expired'));
    expect(asked).toBe(0);
  });

  test('can be optional, before or after it got its requirement', async () => {
    for (const optional of [gate.require('notes:write').optional(), gate.optional().require('notes:write')]) {
      expect(await optional.check(request())).toEqual({ ok: true, accessToken: undefined });
      expect(refused((await optional.check(request('good'))) as GateResult).status).toBe(403);
      expect(await optional.check(request('writer'))).toMatchObject({ ok: true, accessToken: { subject: 'bob' } });
    }
  });

  test('needs a scope or a check', () => {
    expect(() => gate.require()).toThrow(TypeError);
    expect(() => gate.require('')).toThrow(TypeError);
    expect(() => gate.require('two scopes')).toThrow(TypeError);
    expect(() => gate.require(undefined as never)).toThrow(TypeError);
    expect(() => gate.require(['notes:read'] as never)).toThrow(TypeError);
  });
});

describe('the gate', () => {
  test('verifies on every request: it keeps nothing about a caller (checklist 54, 55)', async () => {
    const own = new KnownTokens();
    const gate = createGate({ verifier: own });
    await gate.check(request('good'));
    await gate.check(request('good'));
    expect(own.asked).toEqual(['good', 'good']);
  });

  test('never mixes up callers that come at the same time (CVE-2026-25536)', async () => {
    const gate = createGate({ verifier });
    const tokens = Array.from({ length: 300 }, (_, index) => ['good', 'writer', 'bad'][index % 3] ?? '');
    const results = await Promise.all(tokens.map((token) => gate.check(request(token))));
    const subjects = results.map((result) => (result.ok ? result.accessToken.subject : undefined));
    expect(subjects).toEqual(tokens.map((token) => ({ good: 'alice', writer: 'bob' })[token]));
  });

  test('shows no secret and no key of its verifier when it is printed', () => {
    const gate = createGate({ ...discoverable, verifier: Object.assign(new KnownTokens(), { secret: 'hidden-key' }) });
    const printed = JSON.stringify(gate) + inspect(gate, { showHidden: true, depth: 9 }) + inspect({ ...gate });
    expect(printed).not.toContain('hidden-key');
  });

  test('shares no answer that a caller could change', async () => {
    const gate = createGate(discoverable);
    const result = await gate.check(request());
    if (result.ok) throw new Error('let in');
    expect(Object.isFrozen(result.response) && Object.isFrozen(result.response.headers)).toBe(true);
    expect(Object.isFrozen(gate) && Object.isFrozen(gate.metadata)).toBe(true);
  });

  test('answers HEAD with the fields of GET and no content', async () => {
    const gate = createGate({ ...discoverable });
    const metadata = { url: '/.well-known/oauth-protected-resource', headers: {} };
    for (const given of [metadata, request('bad')]) {
      const [get, head] = [
        await gate.check({ ...given, method: 'GET' }),
        await gate.check({ ...given, method: 'HEAD' }),
      ];
      if (get.ok || head.ok) throw new Error('let in');
      expect(get.response.body).not.toBe('');
      expect(head.response).toEqual({ ...get.response, body: '' });
    }
  });

  test('rounds Retry-After up to whole seconds', async () => {
    const result = await createGate({ verifier }).check(request('outage'));
    expect(!result.ok && result.response.headers['Retry-After']).toBe('8');
  });
});
