import { type HttpHeaders, headerValue } from '@auth/core';

/** Life of a key set when the server says nothing about it, in seconds. */
export const DEFAULT_TTL_SECONDS = 600;
/** Shortest life that a server can ask for: less would let it make us fetch all the time. */
export const MIN_TTL_SECONDS = 60;
/** Longest life that a server can ask for: a removed key has to go some day. */
export const MAX_TTL_SECONDS = 86_400;

/**
 * How long an answer may be used, in seconds: `Cache-Control: max-age` less `Age` (RFC 9111 §4.2), within 60 s and 24 h.
 * `no-store`, `no-cache` and a `max-age` that is no number mean the least; of several the smallest counts. Undefined when the
 * answer does not say.
 */
export function ttlFromHeaders(headers: HttpHeaders): number | undefined {
  const field = headers['cache-control'];
  const text = typeof field === 'string' ? field : field?.join(',');
  if (text === undefined) return undefined;
  let maxAge: number | undefined;
  for (const directive of text.split(',')) {
    const [name = '', value = ''] = directive.split('=', 2).map((part) => part.trim());
    switch (name.toLowerCase()) {
      case 'no-store':
      case 'no-cache':
        return MIN_TTL_SECONDS;
      case 'max-age':
        maxAge = Math.min(maxAge ?? Number.POSITIVE_INFINITY, deltaSeconds(value) ?? 0);
    }
  }
  if (maxAge === undefined) return undefined;
  const age = deltaSeconds(headerValue(headers, 'age')?.trim() ?? '') ?? 0;
  return Math.min(Math.max(maxAge - age, MIN_TTL_SECONDS), MAX_TTL_SECONDS);
}

/** RFC 9111 §1.2.2; a quoted number is not allowed there, but found in the wild. */
function deltaSeconds(text: string): number | undefined {
  const digits = /^"?(\d{1,15})"?$/.exec(text)?.[1];
  if (digits !== undefined) return Number(digits);
  return /^"?\d+"?$/.test(text) ? Number.MAX_SAFE_INTEGER : undefined;
}
