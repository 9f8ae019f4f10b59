import { decodeBase64Url, encodeBase64Url } from '#crypto';

/**
 * The bytes of a base64url text in its one canonical form (RFC 4648 §3.5 and §5): no padding, no blanks, no spare bits, no
 * other character. Undefined for anything else. Each byte string has exactly one such text, so two spellings of one token cannot
 * exist: the text has to be what its bytes are written as, whatever else the platform's decoder puts up with.
 */
export function bytesOfBase64Url(text: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (typeof text !== 'string') return undefined;
  const bytes = decodeBase64Url(text);
  return encodeBase64Url(bytes) === text ? bytes : undefined;
}
