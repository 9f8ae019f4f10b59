import { parseJsonObject } from '@auth/core';
import { type Algorithm, isAlgorithm, sameAlgorithm } from './algorithms.js';
import { checkSignature } from './check-signature.js';
import { splitToken } from './compact-token.js';
import { secretOfJwk } from './shared-secret.js';
import { importSharedSecret, importVerificationKey, isSupported, type VerificationKey } from './verification-key.js';

/** What {@link verifySignature} looks at. */
export interface SignatureInput {
  /** A compact JWS (RFC 7515 §7.1). Its payload may be anything. */
  readonly token: string;
  /** The one key that may have signed it: a public JWK, or a symmetric one for HS*. */
  readonly jwk: unknown;
  /** The one algorithm that may have been used; what the token says must be the same. */
  readonly algorithm: Algorithm;
}

/**
 * Whether the signature of a compact JWS is good, by exactly the code and the rules for keys that verify tokens: a seam for
 * published signature vectors. A broken token, an unusable key and an unknown algorithm are `false`; it never rejects.
 */
export async function verifySignature({ token, jwk, algorithm }: SignatureInput): Promise<boolean> {
  if (typeof token !== 'string' || !isAlgorithm(algorithm) || !isSupported(algorithm)) return false;
  const parts = splitToken(token);
  if (parts === undefined || !headerAllows(parts.header.bytes, algorithm)) return false;
  const key = await keyOf(jwk, algorithm);
  return key !== undefined && checkSignature(parts, key, algorithm);
}

function headerAllows(bytes: Uint8Array, algorithm: Algorithm): boolean {
  try {
    const header = parseJsonObject(bytes);
    // RFC 7797: an unencoded payload is another format; critical extensions are none of ours.
    if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) return false;
    return sameAlgorithm(header.alg, algorithm);
  } catch {
    return false;
  }
}

async function keyOf(jwk: unknown, algorithm: Algorithm): Promise<VerificationKey | undefined> {
  if (typeof jwk !== 'object' || jwk === null) return undefined;
  if (!algorithm.startsWith('HS')) {
    const imported = await importVerificationKey(jwk, [algorithm]);
    return 'key' in imported ? imported.key : undefined;
  }
  const secret = secretOfJwk(jwk as Readonly<Record<string, unknown>>, algorithm);
  return secret === undefined ? undefined : importSharedSecret(secret, [algorithm]);
}
