import type { AccessToken } from '@auth/core';
import type { Gate } from './gate.js';

/**
 * The gate for servers that speak Fetch (Workers, Deno, Bun, route handlers): resolves to the caller's token, or to the
 * `Response` to send instead. Metadata requests and preflights are answered as well.
 *
 *     const caller = await authenticate(request);
 *     if (caller instanceof Response) return caller;
 *
 * Never rejects. From an optional gate, a caller without a token is `undefined`.
 */
export function fetchGate<Caller extends AccessToken | undefined>(
  gate: Gate<Caller>,
): (request: Request) => Promise<Caller | Response> {
  return async (request) => {
    const result = await gate.check(request);
    if (result.ok) return result.accessToken;
    const { status, headers, body } = result.response;
    return new Response(body === '' ? null : body, { status, headers });
  };
}
