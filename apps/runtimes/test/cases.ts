import { constants, sign } from 'node:crypto';
import type { AuthorizationServer, KeyPair } from '@auth/testing';

/** Everything a case makes its token from. */
export interface World {
  readonly server: AuthorizationServer;
  readonly keys: Readonly<Record<string, KeyPair>>;
  readonly secret: KeyPair;
}

export interface SmokeCase {
  readonly name: string;
  /** The path of the server, which names the verifier. */
  readonly path: string;
  /** The credentials of the request; none when absent. */
  readonly token?: (world: World) => string | Promise<string>;
  readonly status: number;
  readonly code?: string;
  readonly reason?: string;
}

/** Algorithms that every runtime has. */
export const ALGORITHMS = ['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const;
export const ML_DSA = 'ML-DSA-44';

const good = { subject: 'alice', scopes: ['read'] };

function signed(algorithm: string, changes: object = {}): (world: World) => Promise<string> {
  return ({ server, keys }) => {
    const key = keys[algorithm];
    if (!key) throw new Error(`no key for ${algorithm}`);
    return key.createToken({ ...good, issuer: server.issuer, audience: server.audience, ...changes });
  };
}

const issued =
  (options: object = {}) =>
  ({ server }: World): Promise<string> =>
    server.issue({ ...good, ...options });

const refused = (reason: string) => ({ status: 401, code: 'invalid_token', reason });
const unavailable = { status: 503, code: 'temporarily_unavailable', reason: '' };

export const CASES: readonly SmokeCase[] = [
  ...ALGORITHMS.map((algorithm) => ({
    name: `${algorithm} with a static key`,
    path: `/static/${algorithm}`,
    token: signed(algorithm),
    status: 200,
  })),
  {
    name: 'HS256 with a secret',
    path: '/secret',
    token: ({ server, secret }) => secret.createToken({ ...good, issuer: server.issuer, audience: server.audience }),
    status: 200,
  },
  { name: 'keys over HTTP', path: '/jwks', token: issued(), status: 200 },
  { name: 'keys of a discovered issuer', path: '/discovery', token: issued(), status: 200 },
  {
    name: 'an opaque token by introspection',
    path: '/introspection',
    token: issued({ format: 'opaque' }),
    status: 200,
  },
  { name: 'no credentials', path: '/jwks', status: 401, code: 'missing_token', reason: '' },
  {
    name: 'an expired token',
    path: '/static/ES256',
    token: signed('ES256', { expiresInSeconds: -600 }),
    ...refused('expired'),
  },
  {
    name: 'a token for someone else',
    path: '/static/ES256',
    token: signed('ES256', { audience: 'https://other.example' }),
    ...refused('audience_mismatch'),
  },
  {
    name: 'a forged token',
    path: '/static/ES256',
    token: async (world) => `${(await signed('ES256')(world)).slice(0, -6)}AAAAAA`,
    ...refused('signature_invalid'),
  },
  ...[
    { name: 'a salt of another length', padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 },
    { name: 'the padding of RS256', padding: constants.RSA_PKCS1_PADDING },
  ].map(({ name, ...options }) => ({
    name: `PS256 with ${name} (RFC 7518 §3.5)`,
    path: '/static/PS256',
    token: async (world: World) => {
      const [header, payload] = (await signed('PS256')(world)).split('.');
      const input = `${header}.${payload}`;
      const key = world.keys.PS256?.privateKeyObject;
      if (key === undefined) throw new Error('no key for PS256');
      return `${input}.${sign('sha256', Buffer.from(input), { key, ...options }).toString('base64url')}`;
    },
    ...refused('signature_invalid'),
  })),
  {
    name: 'a token signed with an unknown key',
    path: '/jwks',
    token: signed('RS256', { kid: 'unknown' }),
    ...refused('unknown_key'),
  },
  {
    name: 'another algorithm than the key has',
    path: '/static/ES256',
    token: signed('RS256'),
    ...refused('algorithm_not_allowed'),
  },
  {
    name: 'an opaque token that nobody issued',
    path: '/introspection',
    token: () => 'unknown-token',
    ...refused('inactive'),
  },
  {
    name: 'a token without the scope',
    path: '/jwks',
    token: issued({ scopes: ['write'] }),
    status: 403,
    code: 'insufficient_scope',
    reason: '',
  },
  { name: 'keys that cannot be had', path: '/jwks-down', token: issued(), ...unavailable },
  { name: 'introspection that cannot be reached', path: '/introspection-down', token: () => 'a-token', ...unavailable },
];
