import { constants, createHmac, type KeyObject, sign } from 'node:crypto';

/** Every signature algorithm that a verifier of this family may allow. */
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

/** What node:crypto needs to know of an algorithm, to make a key for it and to sign with it. */
export type AlgorithmTraits =
  | { readonly family: 'rsa'; readonly hash: string; readonly pss: boolean }
  | { readonly family: 'ec'; readonly hash: string; readonly curve: string }
  | { readonly family: 'okp' }
  | { readonly family: 'akp'; readonly type: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87' }
  | { readonly family: 'oct'; readonly hash: string; readonly secretBytes: number };

const TRAITS = {
  RS256: { family: 'rsa', hash: 'sha256', pss: false },
  RS384: { family: 'rsa', hash: 'sha384', pss: false },
  RS512: { family: 'rsa', hash: 'sha512', pss: false },
  PS256: { family: 'rsa', hash: 'sha256', pss: true },
  PS384: { family: 'rsa', hash: 'sha384', pss: true },
  PS512: { family: 'rsa', hash: 'sha512', pss: true },
  ES256: { family: 'ec', hash: 'sha256', curve: 'P-256' },
  ES384: { family: 'ec', hash: 'sha384', curve: 'P-384' },
  ES512: { family: 'ec', hash: 'sha512', curve: 'P-521' },
  EdDSA: { family: 'okp' },
  Ed25519: { family: 'okp' },
  HS256: { family: 'oct', hash: 'sha256', secretBytes: 32 },
  HS384: { family: 'oct', hash: 'sha384', secretBytes: 48 },
  HS512: { family: 'oct', hash: 'sha512', secretBytes: 64 },
  'ML-DSA-44': { family: 'akp', type: 'ml-dsa-44' },
  'ML-DSA-65': { family: 'akp', type: 'ml-dsa-65' },
  'ML-DSA-87': { family: 'akp', type: 'ml-dsa-87' },
} as const satisfies Record<Algorithm, AlgorithmTraits>;

/** Whether a value names an algorithm. */
export function isAlgorithm(value: unknown): value is Algorithm {
  return typeof value === 'string' && Object.hasOwn(TRAITS, value);
}

/** The traits of an algorithm. Throws a `TypeError` that lists the known ones for anything else. */
export function algorithmTraits(algorithm: Algorithm): AlgorithmTraits {
  if (!isAlgorithm(algorithm)) {
    throw new TypeError(`KeyPair: algorithm must be one of ${Object.keys(TRAITS).join(', ')}`);
  }
  return TRAITS[algorithm];
}

/** Signs bytes as JWS does (RFC 7518 §3, RFC 8037 §3.1): no opinion on the size of keys, so that weak ones can be tested. */
export function signBytes(algorithm: Algorithm, key: KeyObject, data: Uint8Array): Uint8Array {
  const traits = algorithmTraits(algorithm);
  switch (traits.family) {
    case 'rsa':
      return traits.pss
        ? sign(traits.hash, data, {
            key,
            padding: constants.RSA_PKCS1_PSS_PADDING,
            saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
          })
        : sign(traits.hash, data, key);
    case 'ec':
      return sign(traits.hash, data, { key, dsaEncoding: 'ieee-p1363' });
    case 'oct':
      return createHmac(traits.hash, key).update(data).digest();
    default:
      return sign(null, data, key);
  }
}

/** `header.payload`, each base64url: what a compact JWS signs (RFC 7515 §5.1). */
export function signingInput(header: string | Uint8Array, payload: string | Uint8Array): string {
  return `${base64url(header)}.${base64url(payload)}`;
}

/** Unpadded base64url of bytes, or of a text's UTF-8 form. */
export function base64url(data: string | Uint8Array): string {
  return Buffer.from(data as Uint8Array).toString('base64url');
}
