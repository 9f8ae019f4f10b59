import { describe, expect, it } from 'vitest';
import { likelyOption } from '../src/option-names.js';

const JWT = ['jwksUri', 'publicKey', 'secret', 'jwks', 'issuer', 'audience', 'algorithms', 'requiredScopes'];
const MORE = [...JWT, 'clockToleranceSeconds', 'maxTokenAgeSeconds', 'remoteKeys', 'transport', 'profile', 'observer'];
const INTROSPECTION = [
  'introspectionUrl',
  'clientId',
  'clientSecret',
  'clientAuthMethod',
  'timeoutMs',
  'cache',
  'issuer',
];
const GATE = ['verifier', 'resource', 'authorizationServers', 'requiredScopes', 'scopeHierarchy', 'onDecision'];

describe('the option that was probably meant', () => {
  it.each([
    // Claims.
    ['aud', MORE, 'audience'],
    ['iss', MORE, 'issuer'],
    ['alg', MORE, 'algorithms'],
    ['sub', ['subject'], 'subject'],
    ['exp', ['expiresInSeconds'], 'expiresInSeconds'],
    ['scope', ['scopes', 'requiredScopes'], 'scopes'],
    // FastMCP.
    ['jwks_uri', MORE, 'jwksUri'],
    ['public_key', MORE, 'publicKey'],
    ['required_scopes', MORE, 'requiredScopes'],
    ['algorithm', MORE, 'algorithms'],
    ['http_client', MORE, 'transport'],
    ['introspection_url', INTROSPECTION, 'introspectionUrl'],
    ['client_secret', INTROSPECTION, 'clientSecret'],
    ['base_url', GATE, 'resource'],
    // jose, express-oauth2-jwt-bearer, the MCP SDK.
    ['issuerBaseURL', MORE, 'issuer'],
    ['tokenSigningAlg', MORE, 'algorithms'],
    ['clockTolerance', MORE, 'clockToleranceSeconds'],
    ['maxTokenAge', MORE, 'maxTokenAgeSeconds'],
    ['leeway', MORE, 'clockToleranceSeconds'],
    ['tokenVerifier', GATE, 'verifier'],
    ['hierarchy', GATE, 'scopeHierarchy'],
    // Slips of the pen.
    ['jwksUrl', MORE, 'jwksUri'],
    ['JWKSURI', MORE, 'jwksUri'],
    ['audiance', MORE, 'audience'],
    ['authorizationServer', GATE, 'authorizationServers'],
  ])('%s among %j is %s', (unknown, known, meant) => {
    expect(likelyOption(unknown, known)).toBe(`; did you mean '${meant}'?`);
  });

  it.each([
    ['timeout_seconds', INTROSPECTION, 'timeoutMs', 'timeoutMs: 5000 for five seconds'],
    ['timeout', MORE, 'remoteKeys', 'remoteKeys: { timeoutMs: 5000 } for five seconds'],
    ['cache_ttl_seconds', INTROSPECTION, 'cache', 'cache: { ttlSeconds: 60 }'],
    ['max_cache_size', INTROSPECTION, 'cache', 'cache: { maxEntries: 1000 }'],
    ['ssrf_safe', MORE, 'transport', 'transport: guardedTransport()'],
    ['scopes', MORE, 'requiredScopes', "requiredScopes: ['notes:read']"],
    ['issuerUrl', GATE, 'authorizationServers', "authorizationServers: ['https://auth.example.com']"],
  ])('%s among %j is %s, written differently', (unknown, known, meant, write) => {
    expect(likelyOption(unknown, known)).toBe(`; did you mean '${meant}'? Write ${write}.`);
  });

  it.each([
    ['nothing that is near', 'colour', MORE],
    ['a short name, to which everything is near', 'jwt', ['jwks']],
    ['what is meant but not an option here', 'aud', GATE],
    ['a member of every object', 'constructor', MORE],
  ])('is not guessed for %s', (_what, unknown, known) => {
    expect(likelyOption(unknown, known)).toBe('');
  });
});
