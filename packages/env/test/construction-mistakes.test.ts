import { expect, it } from 'vitest';
import { verifierFromEnv } from '../src/verifier-from-env.js';

const P = 'MCP_SERVER_AUTH';
const GOOD = {
  [P]: 'jwt',
  [`${P}_JWT_JWKS_URI`]: 'https://auth.example.com/jwks',
  [`${P}_JWT_ISSUER`]: 'https://auth.example.com',
  [`${P}_JWT_AUDIENCE`]: 'notes',
};
const { [`${P}_JWT_JWKS_URI`]: _jwksUri, ...KEYLESS } = GOOD;
const PRIVATE = '-----BEGIN PRIVATE KEY-----\\nhunter2\\n-----END PRIVATE KEY-----';

it.each<[mistake: string, env: Record<string, string>, message: string]>([
  [
    '…_JWKS_URL',
    { ...GOOD, [`${P}_JWT_JWKS_URL`]: 'x' },
    '_JWT_JWKS_URL: unknown variable; the nearest known is MCP_SERVER_AUTH_JWT_JWKS_URI',
  ],
  [
    'http',
    { ...GOOD, [`${P}_JWT_JWKS_URI`]: 'http://a.example' },
    '_JWT_JWKS_URI: must be an https URL (http only on loopback), without user, password or fragment; it begins with http://, and is not on this machine',
  ],
  [
    'a private key',
    { ...KEYLESS, [`${P}_JWT_PUBLIC_KEY`]: PRIVATE },
    '_JWT_PUBLIC_KEY: must be a public key as PEM (SPKI, PKCS#1 or X.509), as a JWK or its JSON text, or as DER bytes; ' +
      'this is a private key, which no verifier should have: openssl pkey -in key.pem -pubout writes the public one',
  ],
  [
    'a short secret',
    { ...KEYLESS, [`${P}_JWT_SECRET`]: 'hunter2' },
    '_JWT_SECRET: must be at least 32 bytes long for HS256 (RFC 7518 §3.2); openssl rand -base64 32 makes one',
  ],
  [
    'milliseconds',
    { ...GOOD, [`${P}_JWT_CLOCK_TOLERANCE_SECONDS`]: '5000' },
    '_JWT_CLOCK_TOLERANCE_SECONDS: must be a number at least 0 and at most 300; the unit is seconds, not milliseconds',
  ],
  [
    'a strategy forgotten',
    { ...KEYLESS, [P]: '' },
    ': is not set, but MCP_SERVER_AUTH_JWT_AUDIENCE is; set jwt, introspection, static, debug, or the name of a module',
  ],
  [
    'no issuer',
    { ...GOOD, [`${P}_JWT_ISSUER`]: ' ' },
    '_JWT_ISSUER: is not set; set what tokens must carry, or MCP_SERVER_AUTH_JWT_SKIP_ISSUER=true to leave it unchecked',
  ],
])('verifierFromEnv says what to write instead of %s', async (_mistake, env, message) => {
  const error: unknown = await verifierFromEnv(env).catch((thrown: unknown) => thrown);
  expect(String(error).split('\n').slice(1)).toEqual([`  ${P}${message}`]);
  expect(String(error)).not.toContain('hunter2');
});
