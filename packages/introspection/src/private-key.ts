import { platformPrivateKey } from '#private-key';

/** Algorithms that sign a client assertion, and a signed introspection response: asymmetric ones only. */
export const SIGNING_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** An algorithm for client assertions and signed introspection responses: asymmetric ones only. */
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** A private key that is ready to be imported. */
export interface PrivateKey {
  readonly algorithm: SigningAlgorithm;
  readonly kid?: string;
  /** A JWK, or PKCS#8 PEM on runtimes that read it only later. */
  readonly material: Record<string, unknown> | string;
}

/** Key type (and curve) → algorithms; the first one is the default. */
const ALGORITHMS_OF: Readonly<Record<string, readonly SigningAlgorithm[]>> = {
  RSA: ['RS256', 'PS256', 'RS384', 'RS512', 'PS384', 'PS512'],
  'EC P-256': ['ES256'],
  'EC P-384': ['ES384'],
  'EC P-521': ['ES512'],
  'OKP Ed25519': ['EdDSA', 'Ed25519'],
};

/** RFC 7518 §3.3: at least 2048 bits, which is 342 characters of base64url. */
const MIN_RSA_MODULUS_LENGTH = 342;

/**
 * Reads the `privateKey` option: PEM (literal `\n` accepted, as environment variables have it), a JWK, or a JWK's JSON text.
 * Throws a `TypeError` that names the option and never shows the key.
 */
export function privateKeyOption(owner: string, key: unknown, algorithm: unknown): PrivateKey {
  const fail = (expected: string): never => {
    throw new TypeError(`${owner}: option 'privateKey' must be ${expected}`);
  };
  if (algorithm !== undefined && !(SIGNING_ALGORITHMS as readonly unknown[]).includes(algorithm)) {
    throw new TypeError(`${owner}: option 'signingAlgorithm' must be one of ${SIGNING_ALGORITHMS.join(', ')}`);
  }
  const chosen = algorithm as SigningAlgorithm | undefined;
  const source = typeof key === 'string' ? (jwkText(key) ?? key.replaceAll('\\n', '\n').trim()) : key;
  if (typeof source === 'string' && !/^-----BEGIN (RSA |EC )?PRIVATE KEY-----/.test(source)) {
    return fail('an unencrypted private key, as PEM or JWK');
  }
  if (typeof source !== 'string' && !isAsymmetricPrivateJwk(source)) {
    return fail('an asymmetric private key, as PEM or JWK');
  }
  let jwk: Record<string, unknown> | undefined;
  try {
    jwk = platformPrivateKey(source as string | Record<string, unknown>);
  } catch {
    // The platform's message may quote the key.
    return fail('a readable private key, as PEM or JWK');
  }
  if (jwk === undefined) {
    if (chosen === undefined) throw new TypeError(`${owner}: option 'signingAlgorithm' is needed for a PEM key here`);
    return { algorithm: chosen, material: source as string };
  }
  const { alg, use, kid } = typeof source === 'string' ? {} : (source as Record<string, unknown>);
  const possible = ALGORITHMS_OF[[jwk.kty, jwk.crv].filter(Boolean).join(' ')] ?? [];
  const fitting = alg === undefined ? possible : possible.filter((candidate) => candidate === alg);
  const [fallback] = fitting;
  if (fallback === undefined) return fail('of type RSA, EC (P-256, P-384, P-521) or Ed25519, and for signatures');
  if (use !== undefined && use !== 'sig') return fail('a key for signatures');
  if (jwk.kty === 'RSA' && String(jwk.n).length < MIN_RSA_MODULUS_LENGTH) return fail('at least 2048 bits long');
  if (chosen !== undefined && !fitting.includes(chosen)) {
    throw new TypeError(`${owner}: option 'signingAlgorithm' does not fit the key; it can do ${fitting.join(', ')}`);
  }
  return {
    algorithm: chosen ?? fallback,
    material: jwk,
    ...(typeof kid === 'string' && kid !== '' ? { kid } : {}),
  };
}

function jwkText(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function isAsymmetricPrivateJwk(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { kty, d } = value as Record<string, unknown>;
  return typeof kty === 'string' && kty !== 'oct' && typeof d === 'string' && d !== '';
}
