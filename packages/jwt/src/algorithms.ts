/** The signature algorithms that can be allowed (RFC 7518 §3.1, RFC 8037, RFC 9864, RFC 9964). `none` is not among them. */
export type Algorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519'
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'ML-DSA-44'
  | 'ML-DSA-65'
  | 'ML-DSA-87';

/** JWK key types (RFC 7517 §4.1, RFC 8037 §2, RFC 9964 §3). */
export type KeyType = 'RSA' | 'EC' | 'OKP' | 'AKP' | 'oct';
/** How a signature is computed. */
export type Scheme = 'pkcs1' | 'pss' | 'ecdsa' | 'eddsa' | 'hmac' | 'ml-dsa';

/** What an algorithm demands of a key and of a signature. */
export interface AlgorithmRule {
  readonly scheme: Scheme;
  readonly kty: KeyType;
  /** The curve, for EC and OKP keys. */
  readonly crv?: string;
  /** Bits of the SHA-2 hash, for those that have one. */
  readonly hashBits?: 256 | 384 | 512;
  /** Length of a signature in bytes. With RSA it is that of the modulus instead. */
  readonly signatureBytes?: number;
  /** Length of an AKP public key in bytes. */
  readonly publicKeyBytes?: number;
}

/** The one table that binds an algorithm to its keys: nothing else in this package knows what fits what. */
export const ALGORITHM_RULES: Readonly<Record<Algorithm, AlgorithmRule>> = {
  RS256: { scheme: 'pkcs1', kty: 'RSA', hashBits: 256 },
  RS384: { scheme: 'pkcs1', kty: 'RSA', hashBits: 384 },
  RS512: { scheme: 'pkcs1', kty: 'RSA', hashBits: 512 },
  PS256: { scheme: 'pss', kty: 'RSA', hashBits: 256 },
  PS384: { scheme: 'pss', kty: 'RSA', hashBits: 384 },
  PS512: { scheme: 'pss', kty: 'RSA', hashBits: 512 },
  ES256: { scheme: 'ecdsa', kty: 'EC', crv: 'P-256', hashBits: 256, signatureBytes: 64 },
  ES384: { scheme: 'ecdsa', kty: 'EC', crv: 'P-384', hashBits: 384, signatureBytes: 96 },
  ES512: { scheme: 'ecdsa', kty: 'EC', crv: 'P-521', hashBits: 512, signatureBytes: 132 },
  EdDSA: { scheme: 'eddsa', kty: 'OKP', crv: 'Ed25519', signatureBytes: 64 },
  Ed25519: { scheme: 'eddsa', kty: 'OKP', crv: 'Ed25519', signatureBytes: 64 },
  HS256: { scheme: 'hmac', kty: 'oct', hashBits: 256, signatureBytes: 32 },
  HS384: { scheme: 'hmac', kty: 'oct', hashBits: 384, signatureBytes: 48 },
  HS512: { scheme: 'hmac', kty: 'oct', hashBits: 512, signatureBytes: 64 },
  'ML-DSA-44': { scheme: 'ml-dsa', kty: 'AKP', signatureBytes: 2420, publicKeyBytes: 1312 },
  'ML-DSA-65': { scheme: 'ml-dsa', kty: 'AKP', signatureBytes: 3309, publicKeyBytes: 1952 },
  'ML-DSA-87': { scheme: 'ml-dsa', kty: 'AKP', signatureBytes: 4627, publicKeyBytes: 2592 },
};

/**
 * What a set of keys from elsewhere may use unless the user says otherwise, most common first: a JWK without `alg` serves the
 * first one that fits it. Never HS*: a published key is no secret.
 */
export const DEFAULT_REMOTE_ALGORITHMS: readonly Algorithm[] = Object.freeze([
  'RS256',
  'ES256',
  'EdDSA',
  'PS256',
  'RS384',
  'RS512',
  'ES384',
  'ES512',
  'PS384',
  'PS512',
]);

/** Whether a value is the name of an algorithm; case counts. */
export function isAlgorithm(value: unknown): value is Algorithm {
  return typeof value === 'string' && Object.hasOwn(ALGORITHM_RULES, value);
}

/** Whether two names mean the same algorithm: `EdDSA` and `Ed25519` do (RFC 9864 §2.2), since Ed448 is not offered. */
export function sameAlgorithm(one: unknown, other: unknown): boolean {
  return one === other || (isEdwards(one) && isEdwards(other));
}

/** All names of the algorithm. */
export function namesOf(algorithm: Algorithm): readonly Algorithm[] {
  return isEdwards(algorithm) ? ['EdDSA', 'Ed25519'] : [algorithm];
}

function isEdwards(name: unknown): boolean {
  return name === 'EdDSA' || name === 'Ed25519';
}
