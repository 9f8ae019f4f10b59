import { importPublicKey, importSecret, supports } from '#crypto';
import { ALGORITHM_RULES, type Algorithm } from './algorithms.js';
import type { PlatformKey } from './platform-crypto.js';
import { type BoundJwk, readPublicJwk } from './public-jwk.js';
import { modulusBytes } from './weak-keys.js';

/** A key made ready for checking signatures. It says what it may be used for; only `check-signature.ts` looks inside. */
export interface VerificationKey {
  /** The key's name in its set, for selection. Keys given alone have none. */
  readonly kid?: string;
  /** What this key may verify. `EdDSA` and `Ed25519` come together: they are two names of one algorithm. */
  readonly algorithms: readonly Algorithm[];
  /** Length of an RSA signature, in bytes; other lengths follow from the algorithm. */
  readonly rsaSignatureBytes?: number;
  /** What the platform's cryptography works with. Opaque. */
  readonly material: PlatformKey;
}

/** A key, or why there is none: fixed text, free of key material, for logs and events. */
export type KeyImport = { readonly key: VerificationKey } | { readonly ignored: string };

/** Whether this runtime can compute the algorithm. */
export function isSupported(algorithm: Algorithm): boolean {
  return supports(ALGORITHM_RULES[algorithm], algorithm);
}

/**
 * Makes a verification key of a public JWK (RFC 7517), for one of the allowed algorithms. A JWK that is malformed, private,
 * symmetric, too weak, or meant for something else, gives the reason instead; nothing is ever thrown.
 */
export async function importVerificationKey(jwk: unknown, allowed: readonly Algorithm[]): Promise<KeyImport> {
  return importJwk(jwk, allowed);
}

/** {@link importVerificationKey}, at once where the platform can; with `every`, for all allowed algorithms that fit. */
export function importJwk(jwk: unknown, allowed: readonly Algorithm[], every = false): KeyImport | Promise<KeyImport> {
  const reading = readPublicJwk(jwk, allowed.filter(isSupported), every);
  if ('ignored' in reading) return reading;
  try {
    const material = importPublicKey(reading.jwk, reading.algorithms);
    if (!(material instanceof Promise)) return { key: keyOf(reading, material) };
    return material.then(
      (ready) => ({ key: keyOf(reading, ready) }),
      () => NO_KEY,
    );
  } catch {
    // The platform's own message is not kept: it may describe the key.
    return NO_KEY;
  }
}

const NO_KEY: KeyImport = { ignored: 'no key to the platform, for example a point that is not on its curve' };

function keyOf({ jwk, kid, algorithms }: BoundJwk, material: PlatformKey): VerificationKey {
  return Object.freeze({
    algorithms: Object.freeze(algorithms),
    material,
    ...(kid === undefined ? {} : { kid }),
    ...(jwk.kty === 'RSA' ? { rsaSignatureBytes: modulusBytes(jwk.n) } : {}),
  });
}

/** Makes the key of a shared secret, whose length and form were checked. */
export function importSharedSecret(
  bytes: Uint8Array<ArrayBuffer>,
  algorithms: readonly Algorithm[],
): VerificationKey | Promise<VerificationKey> {
  const material = importSecret(bytes, algorithms);
  const made = (ready: PlatformKey): VerificationKey => Object.freeze({ algorithms, material: ready });
  return material instanceof Promise ? material.then(made) : made(material);
}
