import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** A request as it came over the wire. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the server does with one request. */
export type Behaviour = (socket: Socket, request: RawRequest) => void;

/** A loopback server that answers in raw bytes, so that it can break any rule of HTTP. */
export interface RawServer extends AsyncDisposable {
  readonly origin: string;
  readonly requests: RawRequest[];
  /** Called with each complete request; may be replaced. */
  behave: Behaviour;
  /** Called with each connection, before any byte. */
  greet: ((socket: Socket) => void) | undefined;
}

export async function startRawServer(behave: Behaviour): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const requests: RawRequest[] = [];
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    handle.greet?.(socket);
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      received += chunk;
      for (let parsed = parse(received); parsed !== undefined; parsed = parse(received)) {
        received = received.slice(parsed.length);
        requests.push(parsed.request);
        handle.behave(socket, parsed.request);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const handle: RawServer = {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    behave,
    greet: undefined,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return handle;
}

function parse(text: string): { request: RawRequest; length: number } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const length = end + 4 + Number(headers['content-length'] ?? 0);
  if (text.length < length) return undefined;
  const [method = '', path = ''] = first.split(' ');
  const body = Buffer.from(text.slice(end + 4, length), 'latin1').toString('utf8');
  return { request: { method, path, headers, body }, length };
}

/** The bytes of an answer. */
export function answer(
  status: number,
  body: string | Uint8Array = '',
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
  const fields = { 'content-type': 'application/json', 'content-length': String(bytes.length), ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n`), bytes]);
}

/** Answers every request with this JSON. */
export function jsonAnswer(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return (socket) => void socket.write(answer(status, JSON.stringify(value), headers));
}
