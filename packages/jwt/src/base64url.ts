import { decodeBase64Url } from '#crypto';

const ALPHABET = /^[\w-]*$/;
/** Last characters whose unused low bits are zero, by the number of characters after the last group of four. */
const LAST_OF_TWO = 'AQgw';
const LAST_OF_THREE = 'AEIMQUYcgkosw048';

/**
 * Whether a text is base64url in its one canonical form (RFC 4648 §3.5 and §5): no padding, no blanks, no spare bits. Each
 * byte string has exactly one such text, so two spellings of one token cannot exist.
 */
export function isCanonicalBase64Url(text: string): boolean {
  return ALPHABET.test(text) && endsCanonically(text, 0, text.length);
}

/** The length and the last character of the part from `start` to `end`, whose alphabet was checked already, are canonical. */
export function endsCanonically(text: string, start: number, end: number): boolean {
  const rest = (end - start) % 4;
  if (rest === 0) return true;
  if (rest === 1) return false;
  return (rest === 2 ? LAST_OF_TWO : LAST_OF_THREE).includes(text.charAt(end - 1));
}

/** The bytes of a canonical base64url text; undefined for anything else. */
export function bytesOfBase64Url(text: unknown): Uint8Array<ArrayBuffer> | undefined {
  return typeof text === 'string' && isCanonicalBase64Url(text) ? decodeBase64Url(text) : undefined;
}
