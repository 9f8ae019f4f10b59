import { serverMetadataUrls } from '@auth/core';
import { type ScriptedAnswer, scriptedTransport } from '@auth/testing';
import { describe, expect, it } from 'vitest';
import { Discovery } from '../src/discovery.js';
import type { ClientAuthMethod, IntrospectionTokenVerifierOptions } from '../src/options.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';
import { outcomeOf } from './support/outcome.js';

const ISSUER = 'https://auth.example/tenant';
const [OAUTH = '', OIDC = ''] = serverMetadataUrls(ISSUER);
const METADATA = {
  issuer: ISSUER,
  introspection_endpoint: 'https://auth.example/introspect',
  jwks_uri: 'https://auth.example/keys',
};

function rig(documents: Record<string, ScriptedAnswer>) {
  const time = { now: 1_000 };
  const transport = scriptedTransport(({ url }) => documents[url] ?? { status: 404 });
  const discovery = new Discovery({ issuer: ISSUER, transport, clock: () => time.now });
  return { time, transport, discovery, documents, urls: () => transport.requests.map(({ url }) => url) };
}

describe('serverMetadataUrls', () => {
  it.each([
    [
      'https://auth.example',
      'https://auth.example/.well-known/oauth-authorization-server',
      'https://auth.example/.well-known/openid-configuration',
    ],
    [
      'https://auth.example/',
      'https://auth.example/.well-known/oauth-authorization-server',
      'https://auth.example/.well-known/openid-configuration',
    ],
    [
      'https://auth.example:8443/a/b/',
      'https://auth.example:8443/.well-known/oauth-authorization-server/a/b',
      'https://auth.example:8443/a/b/.well-known/openid-configuration',
    ],
  ])(
    'of %s put the path where the standards say (RFC 8414 §3.1, OpenID Connect Discovery §4)',
    (issuer, oauth, oidc) => {
      expect(serverMetadataUrls(issuer)).toEqual([oauth, oidc]);
    },
  );
});

describe('Discovery', () => {
  it('reads RFC 8414 metadata first, and OpenID Connect’s where there are none', async () => {
    const first = rig({ [OAUTH]: { json: METADATA } });
    expect(await first.discovery.get(1_000)).toEqual({
      introspectionEndpoint: METADATA.introspection_endpoint,
      authMethods: undefined,
      jwksUri: METADATA.jwks_uri,
    });
    expect(first.urls()).toEqual([OAUTH]);
    const second = rig({ [OIDC]: { json: METADATA } });
    await second.discovery.get(1_000);
    expect(second.urls()).toEqual([OAUTH, OIDC]);
  });

  it.each<[string, unknown]>([
    ['another issuer', { ...METADATA, issuer: 'https://evil.example' }],
    ['an issuer with a slash more', { ...METADATA, issuer: `${ISSUER}/` }],
    ['no issuer', { ...METADATA, issuer: undefined }],
    ['a list of issuers', { ...METADATA, issuer: [ISSUER] }],
    ['no endpoint', { ...METADATA, introspection_endpoint: undefined }],
    ['an endpoint over http', { ...METADATA, introspection_endpoint: 'http://auth.example/introspect' }],
    ['an endpoint that is no URL', { ...METADATA, introspection_endpoint: 'introspect' }],
    ['an endpoint with a password', { ...METADATA, introspection_endpoint: 'https://a:b@auth.example/' }],
    ['keys over http', { ...METADATA, jwks_uri: 'http://auth.example/keys' }],
  ])('refuses metadata with %s', async (_name, json) => {
    const { discovery } = rig({ [OAUTH]: { json }, [OIDC]: { json } });
    await expect(discovery.get(1_000)).rejects.toMatchObject({ failure: 'discovery' });
  });

  it.each<[string, ScriptedAnswer]>([
    ['a redirect', { status: 302, headers: { location: 'https://evil.example' } }],
    ['no JSON', { text: '<html>' }],
    ['an error', { status: 500 }],
  ])('refuses %s', async (_name, answer) => {
    const { discovery } = rig({ [OAUTH]: answer, [OIDC]: answer });
    await expect(discovery.get(1_000)).rejects.toMatchObject({ failure: 'discovery' });
  });

  it('shares one load among callers, and keeps the outcome for an hour', async () => {
    const { discovery, urls, time } = rig({ [OAUTH]: { json: METADATA } });
    await Promise.all(Array.from({ length: 50 }, () => discovery.get(1_000)));
    time.now += 3_599;
    await discovery.get(1_000);
    expect(urls().length).toBe(1);
    time.now += 1;
    await discovery.get(1_000);
    expect(urls().length).toBe(2);
  });

  it('uses the old metadata while new ones cannot be had, and asks once a minute', async () => {
    const { discovery, urls, time, documents } = rig({ [OAUTH]: { json: METADATA } });
    await discovery.get(1_000);
    documents[OAUTH] = { status: 500 };
    time.now += 4_000;
    expect((await discovery.get(1_000)).introspectionEndpoint).toBe(METADATA.introspection_endpoint);
    await discovery.get(1_000);
    expect(urls().length).toBe(3);
    documents[OAUTH] = { json: { ...METADATA, introspection_endpoint: 'https://auth.example/new' } };
    time.now += 60;
    expect((await discovery.get(1_000)).introspectionEndpoint).toBe('https://auth.example/new');
  });

  it('gives a renewal half of the time: a server that hangs must not use up what the old metadata need', async () => {
    const { discovery, time, transport } = rig({ [OAUTH]: { json: METADATA } });
    await discovery.get(1_000);
    time.now += 4_000;
    await discovery.get(1_000);
    const [first = 0, renewal = 0] = transport.requests.map(({ deadlineMs }) => deadlineMs);
    expect(first).toBeGreaterThan(500);
    expect(renewal).toBeLessThanOrEqual(500);
  });

  it('tries again after a failed first load', async () => {
    const { discovery, documents } = rig({});
    await expect(discovery.get(1_000)).rejects.toMatchObject({ failure: 'discovery' });
    documents[OAUTH] = { json: METADATA };
    await expect(discovery.get(1_000)).resolves.toMatchObject({ jwksUri: METADATA.jwks_uri });
  });
});

describe('discover: true', () => {
  const options = (methods: unknown, more: Omit<IntrospectionTokenVerifierOptions, 'transport'>) => {
    const transport = scriptedTransport(({ url }) => {
      if (url === METADATA.introspection_endpoint) return { json: { active: true, client_id: 'c' } };
      return { json: { ...METADATA, introspection_endpoint_auth_methods_supported: methods } };
    });
    return { discover: true, issuer: ISSUER, clientId: 'rs', ...more, transport } as const;
  };
  const methodOf = (authorization: string | undefined, body = ''): ClientAuthMethod => {
    if (authorization?.startsWith('Basic ')) return 'client_secret_basic';
    if (authorization?.startsWith('Bearer ')) return 'bearer';
    return new URLSearchParams(body).has('client_secret') ? 'client_secret_post' : 'none';
  };

  it.each<[unknown, Omit<IntrospectionTokenVerifierOptions, 'transport'>, string]>([
    [undefined, { clientSecret: 's' }, 'client_secret_basic'],
    [['client_secret_basic', 'client_secret_post'], { clientSecret: 's' }, 'client_secret_basic'],
    [['client_secret_post'], { clientSecret: 's' }, 'client_secret_post'],
    [['private_key_jwt', 1, 'client_secret_post'], { clientSecret: 's' }, 'client_secret_post'],
    ['client_secret_post', { clientSecret: 's' }, 'client_secret_basic'],
    [['none'], {}, 'none'],
    [['bearer'], { bearerToken: 't' }, 'bearer'],
    [['client_secret_basic'], { clientSecret: 's', clientAuthMethod: 'client_secret_post' }, 'client_secret_post'],
  ])('with %j and %j authenticates by %s', async (methods, more, expected) => {
    const made = options(methods, more);
    expect(await outcomeOf(new IntrospectionTokenVerifier(made), 'token')).toBe('accepted');
    const last = made.transport.requests.at(-1);
    expect(methodOf(last?.headers.authorization, last?.body)).toBe(expected);
  });

  it('sends no secret when the server supports none of our methods', async () => {
    const made = options(['private_key_jwt'], { clientSecret: 'a-secret' });
    expect(await outcomeOf(new IntrospectionTokenVerifier(made), 'token')).toBe('temporarily_unavailable');
    expect(made.transport.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('counts failed discovery for the breaker', async () => {
    const transport = scriptedTransport(() => ({ status: 500 }));
    const verifier = new IntrospectionTokenVerifier({
      ...options(undefined, { clientSecret: 's' }),
      transport,
      clock: () => 1,
    });
    for (let call = 0; call < 20; call++)
      expect(await outcomeOf(verifier, `token ${call}`)).toBe('temporarily_unavailable');
    expect(transport.requests.length).toBe(10);
  });
});
