import { ALGORITHM_RULES, type Algorithm, sameAlgorithm } from './algorithms.js';
import { bytesOfBase64Url } from './base64url.js';
import { bytesOfBase64, readDer, readSequence, TAG } from './der.js';

/** Marks of keys that are published, or that belong to another algorithm, wherever they stand in the text and in any case. */
const KEY_MARKS: readonly RegExp[] = [
  /-{4,5} ?begin /i,
  /"(?:kty|keys)"\s*:/i,
  /(?:^|\s)(?:ssh-[a-z0-9]+|ecdsa-sha2-[a-z0-9-]+|sk-[a-z0-9@.-]+)\s+aaaa/i,
  /putty-user-key-file/i,
];

/**
 * Whether bytes are key material of another kind: PEM, JWK, certificate, DER, ssh or PuTTY keys. As an HMAC secret, a public
 * key would let everyone sign, and a private key would be in the wrong place.
 */
export function isForeignKeyMaterial(bytes: Uint8Array<ArrayBuffer>): boolean {
  if (isKeyDer(bytes)) return true;
  // Latin-1 reads any bytes; zero bytes go, so that UTF-16 shows its ASCII.
  const text = new TextDecoder('latin1').decode(bytes).replaceAll('\0', '');
  if (KEY_MARKS.some((mark) => mark.test(text))) return true;
  // The body of a PEM without its armour, as some consoles show it.
  const body = bytesOfBase64(text.replaceAll('\\n', '').trim());
  return body !== undefined && isKeyDer(body);
}

/** A DER sequence of at least two members: chance does not make one. */
function isKeyDer(bytes: Uint8Array<ArrayBuffer>): boolean {
  const members = readSequence(bytes);
  if (members === undefined || members.length < 2) return false;
  return members.every(({ tag, content }) => tag !== TAG.sequence || readDer(content) !== undefined);
}

/** Shortest secret for the algorithms (RFC 7518 §3.2): as long as the longest hash. */
export function minimumSecretBytes(algorithms: readonly Algorithm[]): number {
  return Math.max(...algorithms.map((algorithm) => (ALGORITHM_RULES[algorithm].hashBits ?? 0) / 8));
}

/**
 * The bytes of the option `secret`. Throws a `TypeError` when it is neither text nor bytes, or key material of another kind,
 * and a `RangeError` when it is too short for the algorithms.
 */
export function sharedSecretBytes(
  owner: string,
  secret: unknown,
  algorithms: readonly Algorithm[],
): Uint8Array<ArrayBuffer> {
  const wrong = (what: string): TypeError => new TypeError(`${owner}: option 'secret' must be ${what}`);
  if (typeof secret === 'string' && !secret.isWellFormed()) throw wrong('a text of whole characters');
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) throw wrong('a text or bytes (Uint8Array)');
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : Uint8Array.from(secret);
  const minimum = minimumSecretBytes(algorithms);
  if (bytes.length < minimum) {
    throw new RangeError(
      `${owner}: option 'secret' must be at least ${minimum} bytes long for ${algorithms.join(', ')} (RFC 7518 §3.2)`,
    );
  }
  if (isForeignKeyMaterial(bytes)) {
    throw wrong("a shared secret; PEM, JWK, DER, certificates and ssh keys are none (a public key is for 'publicKey')");
  }
  return bytes;
}

/** The bytes of a symmetric JWK (RFC 7518 §6.4) under the same rules, or undefined when it must not serve the algorithm. */
export function secretOfJwk(
  jwk: Readonly<Record<string, unknown>>,
  algorithm: Algorithm,
): Uint8Array<ArrayBuffer> | undefined {
  const { kty, k, alg, use, key_ops: operations } = jwk;
  const meant =
    kty === 'oct' &&
    (alg === undefined || sameAlgorithm(alg, algorithm)) &&
    (use === undefined || use === 'sig') &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')));
  const bytes = meant ? bytesOfBase64Url(k) : undefined;
  if (bytes === undefined || bytes.length < minimumSecretBytes([algorithm])) return undefined;
  return isForeignKeyMaterial(bytes) ? undefined : bytes;
}
