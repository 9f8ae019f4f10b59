import { toAuthInfo } from '@auth/http';
import { fetchGate } from '@auth/http/fetch';
import { gate, notes } from './notes.js';

const authenticate = fetchGate(gate);

/** For Workers, Deno and Bun. */
export async function fetch(request: Request): Promise<Response> {
  const caller = await authenticate(request);
  if (caller instanceof Response) return caller;
  return notes.fetch(request, { authInfo: toAuthInfo(caller, gate) });
}
