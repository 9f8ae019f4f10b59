import { encodeBase64Url } from '#crypto';
import { bytesOfBase64Url } from './base64url.js';

/** One part of a token: its text, which was canonical base64url, and the bytes that it stands for. */
export interface TokenPart {
  readonly text: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The parts of a compact JWS (RFC 7515 §7.1). */
export interface CompactToken {
  readonly header: TokenPart;
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
  /** What is signed: header and payload as they stand in the token, with the dot between them. ASCII. */
  readonly signingInput: string;
}

/**
 * Takes a token apart. Undefined unless it has exactly three parts, each of which is canonical base64url, and a header. Where the
 * header is the one of an earlier token, that part is given back as it was, and not decoded again.
 */
export function splitToken(token: string, earlierHeader?: TokenPart | undefined): CompactToken | undefined {
  const first = token.indexOf('.');
  // A further dot would be in a part, where no encoder writes one.
  const last = token.lastIndexOf('.');
  if (first <= 0 || first === last) return undefined;
  const headerText = token.slice(0, first);
  const header = headerText === earlierHeader?.text ? earlierHeader : partOf(headerText);
  const payload = bytesOfBase64Url(token.slice(first + 1, last));
  const signature = bytesOfBase64Url(token.slice(last + 1));
  if (header === undefined || payload === undefined || signature === undefined) return undefined;
  return { header, payload, signature, signingInput: token.slice(0, last) };
}

/** The part as it may be kept: cut from a token, its text and bytes are views that keep the whole of it alive. */
export function keptPart({ bytes }: TokenPart): TokenPart {
  return { text: encodeBase64Url(bytes), bytes: new Uint8Array(bytes) };
}

function partOf(text: string): TokenPart | undefined {
  const bytes = bytesOfBase64Url(text);
  return bytes === undefined ? undefined : { text, bytes };
}
