import type { HttpRequest, HttpTransport } from '@auth/core';

/** What a scripted transport answers. */
export interface ScriptedAnswer {
  /** Default 200. */
  readonly status?: number | undefined;
  /** Header fields by lower-case name, over `content-type: application/json`. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body, written as JSON. Default `{}`. */
  readonly json?: unknown;
  /** The body as it is, instead of `json`. */
  readonly text?: string | undefined;
}

/** A transport without a network; see {@link scriptedTransport}. */
export interface ScriptedTransport extends HttpTransport {
  /** Every request since the start, in order; a live list. */
  readonly requests: HttpRequest[];
}

/**
 * A transport in memory, for the option `transport` of a verifier: for tests that count requests, or move the clock between
 * them, a thousand times over. A rejection of `respond` is a network that failed. It keeps no deadline and no limits; what
 * happens on the wire is better seen with a server.
 */
export function scriptedTransport(
  respond: (request: HttpRequest) => ScriptedAnswer | Promise<ScriptedAnswer>,
): ScriptedTransport {
  const requests: HttpRequest[] = [];
  const transport: HttpTransport = async (request) => {
    requests.push(request);
    const { status = 200, headers = {}, json = {}, text = JSON.stringify(json) } = await respond(request);
    return { status, headers: { 'content-type': 'application/json', ...headers }, body: utf8(text) };
  };
  return Object.assign(transport, { requests });
}

async function* utf8(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
