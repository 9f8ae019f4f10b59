import { ALGORITHM_RULES, type Algorithm, sameAlgorithm } from './algorithms.js';
import { bytesOfBase64Url } from './base64url.js';
import { bytesOfBase64, readDer, readSequence, TAG } from './der.js';

/** Marks of keys that are published, or that belong to another algorithm, wherever they stand in the text and in any case. */
const KEY_MARKS: readonly RegExp[] = [
  /-{4,5} ?(?:begin|end) /i,
  /"(?:kty|keys)"\s*:/i,
  /(?:^|\s)(?:ssh-[a-z0-9@.-]+|ecdsa-sha2-[a-z0-9@.-]+|sk-[a-z0-9@.-]+)\s+aaaa/i,
  /putty-user-key-file/i,
];

/** What follows the length in front of an ssh key's own name of its algorithm (RFC 4253 §6.6). */
const SSH_NAME = /^(?:ssh-|ecdsa-|sk-)/;

/**
 * Whether bytes are key material of another kind: PEM, JWK, certificate, DER, ssh or PuTTY keys, also as base64, base64url or
 * hexadecimal text. As an HMAC secret, a public key would let everyone sign, and a private key would be in the wrong place.
 */
export function isForeignKeyMaterial(bytes: Uint8Array<ArrayBuffer>): boolean {
  const text = latin1(bytes);
  return isKeyMaterial(bytes) || decodings(text).some(isKeyMaterial);
}

function isKeyMaterial(bytes: Uint8Array<ArrayBuffer>): boolean {
  const text = latin1(bytes);
  // A line break that an editor added does not make it another key.
  if (isKeyDer(bytes) || isKeyDer(bytesOfLatin1(text.trim())) || isSshBlob(bytes, text)) return true;
  // Zero bytes go, so that UTF-16 shows its ASCII.
  const shown = text.replaceAll('\0', '');
  return KEY_MARKS.some((mark) => mark.test(shown)) || isJwkJson(bytes);
}

function isSshBlob(bytes: Uint8Array<ArrayBuffer>, text: string): boolean {
  const [first, second, third, length = 0] = bytes;
  return first === 0 && second === 0 && third === 0 && length > 0 && SSH_NAME.test(text.slice(4));
}

/** The bytes that a text may stand for: the body of a PEM without its armour, for example, as some consoles show it. */
function decodings(text: string): readonly Uint8Array<ArrayBuffer>[] {
  const compact = text.replaceAll('\0', '').replaceAll('\\n', '').replace(/\s/g, '');
  const hex = /^(?:[0-9a-f]{2})+$/i.test(compact)
    ? Uint8Array.from(compact.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    : undefined;
  const found = [bytesOfBase64(compact), bytesOfBase64Url(compact.replace(/=+$/, '')), hex];
  return found.filter((candidate) => candidate !== undefined);
}

/** However its member names are spelt: `{"\u006bty":"RSA"}` is a JWK as well. */
function isJwkJson(bytes: Uint8Array<ArrayBuffer>): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null && ('kty' in value || 'keys' in value);
  } catch {
    return false;
  }
}

/** Latin-1 reads any bytes, one character each. */
function latin1(bytes: Uint8Array<ArrayBuffer>): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function bytesOfLatin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
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
      `${owner}: option 'secret' must be at least ${minimum} bytes long for ${algorithms.join(', ')} (RFC 7518 §3.2); ` +
        `openssl rand -base64 ${minimum} makes one`,
    );
  }
  // An unset variable that was padded, or a buffer that was never filled: white space or zeros.
  if (bytes.every((byte) => byte === 0 || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)))
    throw wrong('a secret, not blanks or zero bytes');
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
