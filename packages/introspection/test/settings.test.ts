import { describe, expect, it } from 'vitest';
import type { IntrospectionTokenVerifierOptions } from '../src/options.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';

const BASE = {
  introspectionUrl: 'https://auth.example/introspect',
  clientId: 'rs',
  clientSecret: 'secret-that-is-not-shown',
};
const construct = (options: unknown): IntrospectionTokenVerifier =>
  new IntrospectionTokenVerifier(options as IntrospectionTokenVerifierOptions);
const store = { get: async () => null, set: async () => undefined };

describe('options', () => {
  it.each<[string, unknown, RegExp]>([
    ['no options', undefined, /options must be an object/],
    ['a list', [], /options must be an object/],
    ['an unknown one', { ...BASE, aud: 'x' }, /unknown option 'aud'/],
    ['a misspelt one', { ...BASE, clientSecrets: 'x' }, /unknown option 'clientSecrets'/],
    ['no URL', { ...BASE, introspectionUrl: undefined }, /introspectionUrl/],
    ['an empty URL', { ...BASE, introspectionUrl: '' }, /introspectionUrl/],
    ['plain http', { ...BASE, introspectionUrl: 'http://auth.example/' }, /introspectionUrl/],
    ['a URL with a password', { ...BASE, introspectionUrl: 'https://u:p@auth.example/' }, /introspectionUrl/],
    ['a URL with a fragment', { ...BASE, introspectionUrl: 'https://auth.example/#x' }, /introspectionUrl/],
    ['another scheme', { ...BASE, introspectionUrl: 'file:///etc/passwd' }, /introspectionUrl/],
    ['no client id', { ...BASE, clientId: undefined }, /clientId/],
    ['a blank client id', { ...BASE, clientId: ' ' }, /clientId/],
    ['a client id that is no Unicode', { ...BASE, clientId: '\ud800' }, /clientId/],
    ['no secret', { ...BASE, clientSecret: undefined }, /clientSecret/],
    ['an empty secret', { ...BASE, clientSecret: '' }, /clientSecret/],
    ['an unknown method', { ...BASE, clientAuthMethod: 'client_secret_jwt' }, /clientAuthMethod/],
    ['an empty issuer', { ...BASE, issuer: '' }, /issuer/],
    ['no issuers', { ...BASE, issuer: [] }, /issuer/],
    ['an empty audience', { ...BASE, audience: '' }, /audience/],
    ['no audiences', { ...BASE, audience: [] }, /audience/],
    ['a time-out of 0', { ...BASE, timeoutMs: 0 }, /timeoutMs/],
    ['a negative time-out', { ...BASE, timeoutMs: -1 }, /timeoutMs/],
    ['an endless time-out', { ...BASE, timeoutMs: Number.POSITIVE_INFINITY }, /timeoutMs/],
    ['a time-out that overflows timers', { ...BASE, timeoutMs: 2 ** 31 }, /timeoutMs/],
    ['a time-out as text', { ...BASE, timeoutMs: '5000' }, /timeoutMs/],
    ['no bytes', { ...BASE, maxBytes: 0 }, /maxBytes/],
    ['no requests', { ...BASE, maxConcurrentRequests: 0 }, /maxConcurrentRequests/],
    ['a negative line', { ...BASE, maxQueuedRequests: -1 }, /maxQueuedRequests/],
    ['a tolerance over 300 s', { ...BASE, clockToleranceSeconds: 301 }, /clockToleranceSeconds/],
    ['scopes as text', { ...BASE, requiredScopes: 'read write' }, /requiredScopes/],
    ['a transport that is none', { ...BASE, transport: {} }, /transport/],
    ['a raw switch that is none', { ...BASE, rawBasicCredentials: 'true' }, /rawBasicCredentials/],
    ['a cache that is no object', { ...BASE, cache: true }, /cache/],
    ['a cache without a time', { ...BASE, cache: {} }, /cache\.ttlSeconds/],
    ['a negative time', { ...BASE, cache: { ttlSeconds: -1 } }, /cache\.ttlSeconds/],
    ['an endless time', { ...BASE, cache: { ttlSeconds: Number.POSITIVE_INFINITY } }, /cache\.ttlSeconds/],
    ['no entries', { ...BASE, cache: { ttlSeconds: 1, maxEntries: 0 } }, /cache\.maxEntries/],
    ['a negative negative time', { ...BASE, cache: { ttlSeconds: 1, negativeTtlSeconds: -1 } }, /negativeTtlSeconds/],
    ['half a store', { ...BASE, cache: { ttlSeconds: 1, store: { get: store.get } } }, /cache\.store/],
    ['an unknown cache option', { ...BASE, cache: { ttlSeconds: 1, maxSize: 1 } }, /maxSize/],
    ['no failures', { ...BASE, breaker: { failures: 0 } }, /breaker\.failures/],
    ['no opening', { ...BASE, breaker: { openMs: 0 } }, /breaker\.openMs/],
    ['a longest opening below the first', { ...BASE, breaker: { openMs: 100, maxOpenMs: 50 } }, /breaker\.maxOpenMs/],
    ['an unknown breaker option', { ...BASE, breaker: { threshold: 5 } }, /threshold/],
    ['a URL and discovery', { ...BASE, discover: true, issuer: 'https://i.example' }, /discover/],
    ['discovery without an issuer', { ...BASE, introspectionUrl: undefined, discover: true }, /issuer/],
    [
      'discovery with two',
      { ...BASE, introspectionUrl: undefined, discover: true, issuer: ['https://a.example', 'https://b.example'] },
      /issuer/,
    ],
    [
      'discovery over http',
      { ...BASE, introspectionUrl: undefined, discover: true, issuer: 'http://i.example' },
      /issuer/,
    ],
    [
      'an issuer with a query',
      { ...BASE, introspectionUrl: undefined, discover: true, issuer: 'https://i.example?x=1' },
      /issuer/,
    ],
    ['discovery as text', { ...BASE, discover: 'yes' }, /discover/],
    ['signed answers of nobody', { ...BASE, signedResponses: { jwksUri: 'https://i.example/keys' } }, /issuer/],
    ['signed answers without keys', { ...BASE, issuer: 'https://i.example', signedResponses: true }, /jwksUri/],
    [
      'keys over http',
      { ...BASE, issuer: 'https://i.example', signedResponses: { jwksUri: 'http://i.example' } },
      /jwksUri/,
    ],
    [
      'symmetric signatures',
      {
        ...BASE,
        issuer: 'https://i.example',
        signedResponses: { jwksUri: 'https://i.example', algorithms: ['HS256'] },
      },
      /algorithms/,
    ],
    [
      'no signatures',
      { ...BASE, issuer: 'https://i.example', signedResponses: { jwksUri: 'https://i.example', algorithms: [] } },
      /algorithms/,
    ],
  ])('with %s throw, name the option and repeat no secret', (_name, options, message) => {
    let thrown: unknown;
    try {
      construct(options);
    } catch (error) {
      thrown = error;
    }
    expect(thrown instanceof TypeError || thrown instanceof RangeError).toBe(true);
    expect(String(thrown)).toMatch(message);
    expect(String(thrown)).not.toContain('secret-that-is-not-shown');
  });

  it.each<[string, unknown]>([
    ['null for what is not to be checked', { ...BASE, issuer: null, audience: null }],
    ['http on loopback', { ...BASE, introspectionUrl: 'http://127.0.0.1:9/introspect' }],
    ['an unused secret', { ...BASE, clientAuthMethod: 'none' }],
    [
      'no client id with bearer',
      { introspectionUrl: BASE.introspectionUrl, clientAuthMethod: 'bearer', bearerToken: 'x' },
    ],
    ['a function as the secret', { ...BASE, clientSecret: () => 'x' }],
    ['fractions', { ...BASE, timeoutMs: 0.5, cache: { ttlSeconds: 0.25 }, clockToleranceSeconds: 0.5 }],
    ['cache: false', { ...BASE, cache: false }],
    [
      'everything undefined that may be',
      { ...BASE, cache: undefined, breaker: undefined, discover: undefined, transport: undefined },
    ],
    ['an opening longer than the default longest', { ...BASE, breaker: { openMs: 60_000 } }],
    ['no line', { ...BASE, maxQueuedRequests: 0 }],
  ])('with %s are fine', (_name, options) => {
    expect(construct(options)).toBeInstanceOf(IntrospectionTokenVerifier);
  });
});
