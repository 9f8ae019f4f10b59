import { describe, expect, test } from 'vitest';
import { createGate } from '../src/gate.js';
import { LOOPBACK_HOSTS } from '../src/index.js';
import { KnownTokens, RESOURCE } from './support/known-tokens.js';

const verifier = new KnownTokens();
const base = { verifier, resource: RESOURCE };
const servers = ['https://login.example.com'];

/** What is given beside a good verifier and resource, and the option that the error has to name. */
const REFUSED: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
  ['an unknown option', { issuer: 'x' }, 'issuer'],
  ['a misspelt option', { requiredScope: ['a'] }, 'requiredScope'],
  ['no verifier', { verifier: undefined }, 'verifier'],
  ['a verifier that is a function', { verifier: () => true }, 'verifier'],
  ['an empty resource', { resource: '' }, 'resource'],
  ['a resource that is no URL', { resource: 'notes' }, 'resource'],
  ['http for a resource that is not on loopback (checklist 46)', { resource: 'http://notes.example.com' }, 'resource'],
  ['a resource with a fragment (checklist 46)', { resource: 'https://notes.example.com/#mcp' }, 'resource'],
  ['a resource with a password', { resource: 'https://a:hunter2@notes.example.com/' }, 'resource'],
  ['null as resource', { resource: null }, 'resource'],
  ['no authorization server in the list', { authorizationServers: [] }, 'authorizationServers'],
  ['a text for the list of authorization servers', { authorizationServers: servers[0] }, 'authorizationServers'],
  ['an authorization server that is no URL', { authorizationServers: ['login'] }, 'authorizationServers'],
  ['authorization servers without a resource', { authorizationServers: servers, resource: undefined }, 'resource'],
  ['a text for scopes', { requiredScopes: 'notes:read' }, 'requiredScopes'],
  ['a scope with a blank', { requiredScopes: ['a b'] }, 'requiredScopes'],
  ['a scope with a quote', { scopesSupported: ['a"b'] }, 'scopesSupported'],
  ['a list as hierarchy', { scopeHierarchy: ['a'] }, 'scopeHierarchy'],
  ['an empty map of challenge scopes', { challengeScopes: {} }, 'challengeScopes'],
  ['a challenge scope with a quote', { challengeScopes: { a: 'b"c' } }, 'challengeScopes'],
  ['a list of challenge scopes', { challengeScopes: ['a'] }, 'challengeScopes'],
  ['a text for requireResourceAudience', { requireResourceAudience: 'false' }, 'requireResourceAudience'],
  [
    'a demand for an audience that is not known',
    { requireResourceAudience: true, resource: undefined },
    'requireResourceAudience',
  ],
  ['no host in the list', { allowedHosts: [] }, 'allowedHosts'],
  ['a text for hosts', { allowedHosts: 'localhost' }, 'allowedHosts'],
  ['a URL for a host', { allowedHosts: ['http://localhost'] }, 'allowedHosts'],
  ['a star for a host', { allowedHosts: ['*'] }, 'allowedHosts'],
  ['an empty host', { allowedHosts: [''] }, 'allowedHosts'],
  ['no origin in the list', { allowedOrigins: [] }, 'allowedOrigins'],
  ['a star for an origin', { allowedOrigins: ['*'] }, 'allowedOrigins'],
  ['null for an origin', { allowedOrigins: ['null'] }, 'allowedOrigins'],
  ['an origin with a path', { allowedOrigins: ['https://app.example.com/'] }, 'allowedOrigins'],
  ['an origin in capitals', { allowedOrigins: ['https://App.example.com'] }, 'allowedOrigins'],
  ['an origin with its default port', { allowedOrigins: ['https://app.example.com:443'] }, 'allowedOrigins'],
  ['a host for an origin', { allowedOrigins: ['localhost:3000'] }, 'allowedOrigins'],
  ['a blank name', { resourceName: ' ' }, 'resourceName'],
  ['documentation that is no URL', { resourceDocumentation: 'see wiki' }, 'resourceDocumentation'],
  ['onDecision that is no function', { onDecision: {} }, 'onDecision'],
  ['a clock that is no function', { clock: 5 }, 'clock'],
];

describe('createGate', () => {
  test.each(REFUSED)('refuses %s and names the option', (_name, options, named) => {
    const make = (): unknown => createGate({ ...base, ...options } as never);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(new RegExp(`'${named}'`));
  });

  test.each([undefined, null, 'verifier', []])('refuses %j for its options', (options) => {
    expect(() => createGate(options as never)).toThrow(TypeError);
  });

  test('never repeats a password that stands in a URL', () => {
    expect(() => createGate({ verifier, resource: 'https://a:hunter2@notes.example.com/' })).not.toThrow(/hunter2/);
  });

  test('takes a server on a developer machine', () => {
    const resource = 'http://127.0.0.1:3000/mcp';
    const gate = createGate({
      verifier,
      resource,
      authorizationServers: ['http://localhost:9000'],
      allowedHosts: LOOPBACK_HOSTS,
    });
    expect(gate.resourceMetadataUrl).toBe('http://127.0.0.1:3000/.well-known/oauth-protected-resource/mcp');
  });

  test('copies its options and changes none of them', async () => {
    const requiredScopes = ['notes:read'];
    const allowedHosts = ['localhost'];
    const options = Object.freeze({ ...base, requiredScopes, allowedHosts, authorizationServers: servers });
    const gate = createGate(options);
    requiredScopes.length = 0;
    allowedHosts.push('evil.example');
    const headers = { authorization: 'Bearer scopeless' };
    expect(await gate.check({ headers: { ...headers, host: 'localhost' } })).toMatchObject({
      response: { status: 403, body: expect.stringContaining('insufficient_scope') },
    });
    expect(await gate.check({ headers: { ...headers, host: 'evil.example' } })).toMatchObject({
      response: { body: expect.stringContaining('host_not_allowed') },
    });
  });

  test('ignores required scopes of a foreign verifier that are no scopes', async () => {
    const odd = { verifyToken: verifier.verifyToken.bind(verifier), requiredScopes: ['fine', 'not" fine', 5] };
    const result = await createGate({ verifier: odd }).check({ headers: {} });
    expect(result).toMatchObject({ response: { headers: { 'WWW-Authenticate': 'Bearer scope="fine"' } } });
  });
});
