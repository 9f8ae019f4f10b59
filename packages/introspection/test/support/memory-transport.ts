import type { HttpRequest, HttpTransport } from '@auth/core';

/** A transport that answers from a function: for clocks, counters and faults. Network behaviour is tested over real sockets. */
export interface MemoryTransport extends HttpTransport {
  readonly requests: HttpRequest[];
}

export interface MemoryAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
}

export function memoryTransport(
  respond: (request: HttpRequest) => MemoryAnswer | Promise<MemoryAnswer>,
): MemoryTransport {
  const requests: HttpRequest[] = [];
  const transport: HttpTransport = async (request) => {
    requests.push(request);
    const { status = 200, headers = {}, json, text = JSON.stringify(json ?? {}) } = await respond(request);
    return { status, headers: { 'content-type': 'application/json', ...headers }, body: bytes(text) };
  };
  return Object.assign(transport, { requests });
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
