import { parseJsonObject } from '@auth/core';
import { decodeBase64Url } from '#crypto';
import { endsCanonically } from './base64url.js';

/** The parts of a compact JWS (RFC 7515 §7.1), each canonical base64url. */
export interface CompactToken {
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
  /** What is signed: header and payload with the dot between them. ASCII. */
  readonly signingInput: string;
}

const THREE_PARTS = /^[\w-]+\.[\w-]*\.[\w-]*$/;

/** Takes a token apart. Undefined unless it has exactly three parts, each of which is canonical base64url. */
export function splitToken(token: string): CompactToken | undefined {
  if (!THREE_PARTS.test(token)) return undefined;
  const first = token.indexOf('.');
  const last = token.lastIndexOf('.');
  const canonical =
    endsCanonically(token, 0, first) &&
    endsCanonically(token, first + 1, last) &&
    endsCanonically(token, last + 1, token.length);
  if (!canonical) return undefined;
  return {
    header: token.slice(0, first),
    payload: token.slice(first + 1, last),
    signature: token.slice(last + 1),
    signingInput: token.slice(0, last),
  };
}

/** The JSON object in a part of a token. Throws core's `JsonError` for anything else. */
export function readJsonPart(part: string): Readonly<Record<string, unknown>> {
  return parseJsonObject(decodeBase64Url(part));
}
