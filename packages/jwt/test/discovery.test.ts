import { assertDiscoverableIssuer, isAuthError, serverMetadataUrls } from '@auth/core';
import { httpReply, jsonReply, type ScriptedReply } from '@auth/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { jwksUriOf } from '../src/discovery.js';
import { down, ecJwk, jwksOf, pathsOf, type Rig, startEndpoint, startRig } from './jwks-endpoint.js';

const A = ecJwk('a');
const B = ecJwk('b');
const OAUTH = '/.well-known/oauth-authorization-server';
const OIDC = '/.well-known/openid-configuration';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Answers by path; everything else is 404. */
const site =
  (pages: Record<string, ScriptedReply>): ScriptedReply =>
  (request, socket) => {
    const page = pages[request.target] ?? httpReply({ status: 404 });
    return page(request, socket);
  };

async function discover(
  pages: (origin: string) => Record<string, ScriptedReply>,
  path = '',
  init: Parameters<typeof startRig>[1] = () => ({}),
): Promise<Rig> {
  const rig = await startRig(down, (endpoint) => ({
    discoverIssuer: `${endpoint.origin}${path}`,
    ...init(endpoint),
  }));
  rig.endpoint.reply = site(pages(rig.endpoint.origin));
  ends.push(() => rig.close());
  return rig;
}

const failureOf = async (rig: Rig): Promise<unknown> => {
  const error = await rig.find('a').catch((thrown: unknown) => thrown);
  if (!isAuthError(error) || error.code !== 'temporarily_unavailable')
    throw new Error('expected temporarily_unavailable');
  return (rig.events.at(-1) as { failure?: string }).failure;
};

test.each([
  ['https://as.example', `https://as.example${OAUTH}`, `https://as.example${OIDC}`],
  ['https://as.example/', `https://as.example${OAUTH}`, `https://as.example${OIDC}`],
  ['https://as.example/tenant', `https://as.example${OAUTH}/tenant`, `https://as.example/tenant${OIDC}`],
  ['https://as.example:8443/a/b/', `https://as.example:8443${OAUTH}/a/b`, `https://as.example:8443/a/b${OIDC}`],
])('the metadata of %s is looked for at both well-known places', (issuer, oauth, oidc) => {
  expect(serverMetadataUrls(issuer)).toEqual([oauth, oidc]);
});

test.each([
  'http://as.example',
  'https://as.example?x',
  'https://as.example?',
  'https://as.example#x',
  'https://user@as.example',
  'as.example',
  '',
])('%j is no issuer that can be discovered', (issuer) => {
  expect(() => assertDiscoverableIssuer('Owner', issuer)).toThrow(/^Owner: option 'issuer'/);
});

describe('where the keys are', () => {
  const issuer = 'https://as.example';
  const BAD: readonly (readonly [name: string, metadata: Record<string, unknown>, failure: string])[] = [
    ['no issuer', { jwks_uri: 'https://as.example/jwks' }, 'issuer_mismatch'],
    ['another issuer', { issuer: 'https://evil.example', jwks_uri: 'https://as.example/jwks' }, 'issuer_mismatch'],
    ['a trailing slash', { issuer: `${issuer}/`, jwks_uri: 'https://as.example/jwks' }, 'issuer_mismatch'],
    ['another case', { issuer: 'https://AS.example', jwks_uri: 'https://as.example/jwks' }, 'issuer_mismatch'],
    ['the default port', { issuer: `${issuer}:443`, jwks_uri: 'https://as.example/jwks' }, 'issuer_mismatch'],
    ['a list of issuers', { issuer: [issuer], jwks_uri: 'https://as.example/jwks' }, 'issuer_mismatch'],
    ['no jwks_uri', { issuer }, 'no_jwks_uri'],
    ['a jwks_uri over http', { issuer, jwks_uri: 'http://as.example/jwks' }, 'insecure_jwks_uri'],
    ['a jwks_uri on this machine', { issuer, jwks_uri: 'http://127.0.0.1:8080/jwks' }, 'insecure_jwks_uri'],
    ['one on this machine over https', { issuer, jwks_uri: 'https://localhost/jwks' }, 'insecure_jwks_uri'],
    ['one on this machine in IPv6', { issuer, jwks_uri: 'https://[::1]/jwks' }, 'insecure_jwks_uri'],
    ['one on this machine in disguise', { issuer, jwks_uri: 'https://2130706433/jwks' }, 'insecure_jwks_uri'],
    ['a jwks_uri with a password', { issuer, jwks_uri: 'https://a:b@as.example/jwks' }, 'insecure_jwks_uri'],
    ['a file', { issuer, jwks_uri: 'file:///etc/passwd' }, 'insecure_jwks_uri'],
    ['data', { issuer, jwks_uri: 'data:application/json,{"keys":[]}' }, 'insecure_jwks_uri'],
    ['a relative reference', { issuer, jwks_uri: '/jwks' }, 'insecure_jwks_uri'],
    ['a list', { issuer, jwks_uri: ['https://as.example/jwks'] }, 'insecure_jwks_uri'],
    ['null', { issuer, jwks_uri: null }, 'insecure_jwks_uri'],
  ];

  test.each(BAD)('metadata with %s is refused', (_name, metadata, failure) => {
    expect(jwksUriOf(metadata, issuer)).toEqual({ failure });
  });

  test('inherited members of the document do not count', () => {
    expect(jwksUriOf(Object.create({ issuer, jwks_uri: 'https://as.example/jwks' }), issuer)).toEqual({
      failure: 'issuer_mismatch',
    });
  });

  test('the keys may be at another host, over https', () => {
    const metadata = { issuer, jwks_uri: 'https://keys.example/certs' };
    expect(jwksUriOf(metadata, issuer)).toEqual({ jwksUri: 'https://keys.example/certs' });
  });
});

describe('discovery', () => {
  const document = (origin: string, path: string, jwksPath = '/jwks'): ScriptedReply =>
    jsonReply({ issuer: `${origin}${path}`, jwks_uri: `${origin}${jwksPath}` });

  test('asks at the RFC 8414 address first, with the path behind the well-known part', async () => {
    const rig = await discover(
      (origin) => ({ [`${OAUTH}/t`]: document(origin, '/t'), '/jwks': jsonReply(jwksOf(A)) }),
      '/t',
    );
    expect(await rig.find('a')).toBe(1);
    expect(pathsOf(rig.endpoint)).toEqual([`${OAUTH}/t`, '/jwks']);
    expect(rig.events).toMatchObject([{ type: 'keys.refreshed', url: `${rig.endpoint.origin}/jwks` }]);
  });

  test('then at the OpenID Connect address', async () => {
    const rig = await discover(
      (origin) => ({ [`/t${OIDC}`]: document(origin, '/t'), '/jwks': jsonReply(jwksOf(A)) }),
      '/t',
    );
    expect(await rig.find('a')).toBe(1);
    expect(pathsOf(rig.endpoint)).toEqual([`${OAUTH}/t`, `/t${OIDC}`, '/jwks']);
  });

  test.each<readonly [name: string, reply: ScriptedReply]>([
    ['about somebody else', jsonReply({ issuer: 'https://evil.example', jwks_uri: 'https://evil.example/jwks' })],
    ['without jwks_uri', (request, socket) => jsonReply({ issuer: `http://${request.headers.host}` })(request, socket)],
    ['that is HTML', httpReply({ body: '<html>' })],
    ['that redirects', httpReply({ status: 302, headers: { location: '/elsewhere' } })],
    ['that fails', down],
  ])('a first document %s leaves the second one', async (_name, reply) => {
    const rig = await discover((origin) => ({
      [OAUTH]: reply,
      [OIDC]: document(origin, ''),
      '/jwks': jsonReply(jwksOf(A)),
    }));
    expect(await rig.find('a')).toBe(1);
    expect(pathsOf(rig.endpoint)).toEqual([OAUTH, OIDC, '/jwks']);
  });

  test('OBS-discovery-issuer: an issuer that says it is another one is not believed, and its jwks_uri is not asked', async () => {
    const other = await startEndpoint(jsonReply(jwksOf(A)));
    ends.push(() => other.close());
    for (const named of [`${other.origin}`, 'https://issuer.example', 7, null]) {
      const rig = await discover(() => ({ [OAUTH]: jsonReply({ issuer: named, jwks_uri: other.jwksUri }) }));
      expect(await failureOf(rig)).toBe('issuer_mismatch');
    }
    expect(pathsOf(other)).toEqual([]);
  });

  test('an issuer that differs by a trailing slash is another issuer', async () => {
    const rig = await discover((origin) => ({ [OAUTH]: document(origin, '/'), '/jwks': jsonReply(jwksOf(A)) }));
    expect(await failureOf(rig)).toBe('issuer_mismatch');
    const slash = await discover((origin) => ({ [OAUTH]: document(origin, '/'), '/jwks': jsonReply(jwksOf(A)) }), '/');
    expect(await slash.find('a')).toBe(1);
  });

  test('a redirect of the metadata is not followed', async () => {
    const other = await startEndpoint(() => undefined);
    ends.push(() => other.close());
    const rig = await discover(() => ({
      [OAUTH]: httpReply({ status: 307, headers: { location: `${other.origin}${OAUTH}` } }),
    }));
    expect(await failureOf(rig)).toBe('redirect');
    expect(pathsOf(other)).toEqual([]);
  });

  test('OBS-first-jwks-uri: the jwks_uri is read again with every refresh, so keys that move are followed', async () => {
    const pages: Record<string, ScriptedReply> = {
      '/jwks': jsonReply(jwksOf(A), { headers: { etag: '"1"' } }),
      '/new': jsonReply(jwksOf(B)),
    };
    const rig = await discover((origin) => {
      pages[OAUTH] = document(origin, '');
      return pages;
    });
    expect(await rig.find('a')).toBe(1);
    pages[OAUTH] = document(rig.endpoint.origin, '', '/new');
    expect(await rig.find('b')).toBe(1);
    expect(await rig.find('a')).toBe(0);
    expect(pathsOf(rig.endpoint)).toEqual([OAUTH, '/jwks', OAUTH, '/new']);
    // What the old place said about its answer means nothing at the new one.
    expect(rig.endpoint.requests.at(-1)?.headers['if-none-match']).toBeUndefined();
  });

  test('metadata that turns bad counts as an outage: the set at hand stays, within its bound', async () => {
    const pages: Record<string, ScriptedReply> = { '/jwks': jsonReply(jwksOf(A)) };
    const rig = await discover((origin) => {
      pages[OAUTH] = document(origin, '');
      return pages;
    });
    await rig.find('a');
    pages[OAUTH] = jsonReply({ issuer: 'https://evil.example', jwks_uri: 'https://evil.example/jwks' });
    rig.clock.now += 600;
    expect(await rig.find('a')).toBe(1);
    rig.clock.now += 3600;
    expect(await failureOf(rig)).toBe('issuer_mismatch');
  });

  test('500 concurrent cold callers cause one round of it, and a failing one backs off', async () => {
    const rig = await discover((origin) => ({ [OAUTH]: document(origin, ''), '/jwks': jsonReply(jwksOf(A)) }));
    await Promise.all(Array.from({ length: 500 }, () => rig.find('a')));
    expect(pathsOf(rig.endpoint)).toEqual([OAUTH, '/jwks']);
    const broken = await discover(() => ({}));
    for (let call = 0; call < 100; call++) expect(await failureOf(broken)).toBe('status');
    expect(pathsOf(broken.endpoint)).toEqual([OAUTH, OIDC]);
  });

  test('OBS-discovery-deadline: one deadline covers all of it', async () => {
    const rig = await discover(
      (origin) => ({ [OAUTH]: document(origin, ''), '/jwks': () => undefined }),
      '',
      () => ({ remoteKeys: { timeoutMs: 300 } }),
    );
    expect(await failureOf(rig)).toBe('timeout');
    const silent = await discover(
      () => ({ [OAUTH]: () => undefined }),
      '',
      () => ({ remoteKeys: { timeoutMs: 50 } }),
    );
    expect(await failureOf(silent)).toBe('timeout');
    // Time is up: the second place is not asked any more.
    expect(pathsOf(silent.endpoint)).not.toContain(OIDC);
  });

  test('a metadata document beyond the cap is not read', async () => {
    const rig = await discover(
      (origin) => ({
        [OAUTH]: jsonReply({ issuer: origin, jwks_uri: `${origin}/jwks`, pad: 'x'.repeat(5000) }),
        '/jwks': jsonReply(jwksOf(A)),
      }),
      '',
      () => ({ remoteKeys: { maxBytes: 4000 } }),
    );
    expect(await failureOf(rig)).toBe('too_large');
  });
});
