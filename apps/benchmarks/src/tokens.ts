import { constants, createHmac, generateKeyPair, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import { promisify } from 'node:util';

export const ISSUER = 'https://login.example';
export const AUDIENCE = 'https://mcp.example/mcp';
export const KID = 'benchmark-key-1';

export type BenchAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA' | 'HS256';
export const BENCH_ALGORITHMS: readonly BenchAlgorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'];

export interface SigningKey {
  readonly algorithm: BenchAlgorithm;
  readonly privateKey: KeyObject | undefined;
  readonly publicKey: KeyObject | undefined;
  /** Text of the shared secret, for HS256. */
  readonly secret: string;
}

const makePair = promisify(generateKeyPair) as unknown as (
  type: string,
  parameters: object,
) => Promise<{ privateKey: KeyObject; publicKey: KeyObject }>;

export async function signingKey(algorithm: BenchAlgorithm): Promise<SigningKey> {
  const secret = randomBytes(48).toString('base64url');
  if (algorithm === 'HS256') return { algorithm, privateKey: undefined, publicKey: undefined, secret };
  const pair =
    algorithm === 'ES256'
      ? await makePair('ec', { namedCurve: 'P-256' })
      : algorithm === 'EdDSA'
        ? await makePair('ed25519', {})
        : await makePair('rsa', { modulusLength: 2048 });
  return { algorithm, ...pair, secret };
}

/** The public key as a JWK with kid, alg and use. */
export function publicJwk({ publicKey, algorithm }: SigningKey): Record<string, unknown> & { kty: string } {
  const jwk = publicKey?.export({ format: 'jwk' });
  return { ...jwk, kty: jwk?.kty ?? '', kid: KID, alg: algorithm, use: 'sig' };
}

/** Distinct tokens of twelve claims, as bytes: {@link freshTokens} makes strings of them that nobody has seen. */
export async function tokenPool(key: SigningKey, size: number, header: object = {}): Promise<Buffer[]> {
  return await Promise.all(Array.from({ length: size }, () => makeToken(key, header)));
}

/** `count` new strings, going round the pool. A string that was used before carries its hash, which flatters caches. */
export function freshTokens(pool: readonly Buffer[]): (count: number) => string[] {
  let next = 0;
  return (count) => Array.from({ length: count }, () => pool[next++ % pool.length]?.toString('latin1') ?? '');
}

async function makeToken(key: SigningKey, header: object): Promise<Buffer> {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: ISSUER,
    sub: `auth0|${randomBytes(12).toString('hex')}`,
    aud: [AUDIENCE, 'https://login.example/userinfo'],
    iat: now,
    exp: now + 86_400,
    nbf: now,
    azp: 'notes-web-client',
    client_id: 'notes-web-client',
    scope: 'openid profile notes:read notes:write',
    jti: randomUUID(),
    tenant: 'blue',
    roles: ['editor', 'reviewer'],
  };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ alg: key.algorithm, typ: 'at+jwt', kid: KID, ...header })}.${part(claims)}`;
  return Buffer.from(`${input}.${(await signature(key, input)).toString('base64url')}`, 'latin1');
}

async function signature({ algorithm, privateKey, secret }: SigningKey, input: string): Promise<Buffer> {
  if (privateKey === undefined) return createHmac('sha256', secret).update(input).digest();
  const padding = algorithm === 'PS256' ? constants.RSA_PKCS1_PSS_PADDING : undefined;
  const options =
    algorithm === 'ES256'
      ? { key: privateKey, dsaEncoding: 'ieee-p1363' as const }
      : { key: privateKey, ...(padding === undefined ? {} : { padding, saltLength: 32 }) };
  return await new Promise((resolve, reject) => {
    sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(input), options, (error, bytes) =>
      error === null ? resolve(bytes) : reject(error),
    );
  });
}
