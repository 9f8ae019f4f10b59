import { verifyWith } from '#crypto';
import { ALGORITHM_RULES, type Algorithm } from './algorithms.js';
import type { CompactToken } from './compact-token.js';
import type { VerificationKey } from './verification-key.js';

/**
 * Whether the key made the token's signature with this algorithm. False for every fault of the token and for a key that does
 * not serve the algorithm. At once where the platform can, never a throw or a rejection.
 */
export function checkSignature(
  token: CompactToken,
  key: VerificationKey,
  algorithm: Algorithm,
): boolean | Promise<boolean> {
  if (!key.algorithms.includes(algorithm)) return false;
  // Checked here, as not every platform does: RFC 8017 §8.2.2, RFC 7518 §3.4, RFC 8032 §5.1.7.
  const length = key.rsaSignatureBytes ?? ALGORITHM_RULES[algorithm].signatureBytes;
  if (token.signature.length !== length) return false;
  try {
    return verifyWith(algorithm, key.material, token.signingInput, token.signature);
  } catch {
    return false;
  }
}
