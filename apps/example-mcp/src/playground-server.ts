import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Playground, PlaygroundError, PROVIDER_ACTIONS } from './playground.js';
import { isFromOurPage, SECURITY_HEADERS } from './playground-guard.js';
import type { CallOrder } from './playground-report.js';

/** A running page. */
export interface PlaygroundPage {
  readonly url: string;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 65_536;

/** All there is to fetch; nothing of a request ever becomes a path. */
const FILES: ReadonlyMap<string, readonly [type: string, file: string]> = new Map([
  ['/', ['text/html; charset=utf-8', '../page/index.html']],
  ['/page.css', ['text/css; charset=utf-8', '../page/page.css']],
  ['/icon.svg', ['image/svg+xml', '../page/icon.svg']],
  ['/main.js', ['text/javascript; charset=utf-8', './page/main.js']],
  ['/render.js', ['text/javascript; charset=utf-8', './page/render.js']],
]);

/**
 * Serves the page on 127.0.0.1, on a listener of its own: the protected servers know nothing of it, and nothing that it tells
 * can be asked of them. A tool for development: throws a `TypeError` with NODE_ENV=production. Rejects with the listen error.
 */
export async function startPlaygroundServer(
  playground: Playground,
  options: { readonly port: number; readonly fallbackPort?: number | undefined },
): Promise<PlaygroundPage> {
  if (process.env.NODE_ENV === 'production') {
    throw new TypeError('The page explains why tokens are refused; it does not run with NODE_ENV=production');
  }
  const server = createServer();
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  server.on('request', (request, response) => {
    answer(playground, port, request).then(
      ({ status, headers, body }) => response.writeHead(status, { ...SECURITY_HEADERS, ...headers }).end(body),
      () => fail(response),
    );
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

async function answer(playground: Playground, port: number, request: IncomingMessage): Promise<Answer> {
  if (!isFromOurPage(request, port)) return json(403, { error: 'Only the page itself may ask.' });
  const { method, url = '' } = request;
  if (method === 'GET') {
    const [type, file] = FILES.get(url) ?? [];
    if (type !== undefined && file !== undefined) {
      const body = await readFile(new URL(file, import.meta.url));
      return { status: 200, headers: { 'Content-Type': type }, body };
    }
    return url === '/api/state' ? json(200, playground.state) : json(404, { error: 'There is no such page.' });
  }
  if (method !== 'POST' || !request.headers['content-type']?.startsWith('application/json')) {
    return json(405, { error: 'Only GET, and POST of JSON.' });
  }
  try {
    return json(200, await carryOut(playground, url, await readOrder(request)));
  } catch (error) {
    if (error instanceof PlaygroundError) return json(400, { error: error.message });
    throw error;
  }
}

async function carryOut(playground: Playground, url: string, order: Record<string, unknown>): Promise<unknown> {
  switch (url) {
    case '/api/call':
      return playground.call(callOrder(order));
    case '/api/provider': {
      const action = PROVIDER_ACTIONS.find((known) => known === order.action);
      if (action === undefined) throw new PlaygroundError('There is no such action.');
      return playground.control(action);
    }
    case '/api/renew':
      return playground.renew(String(order.server));
    default:
      throw new PlaygroundError('There is nothing to do here.');
  }
}

function callOrder(order: Record<string, unknown>): CallOrder {
  const text = (name: string): string => {
    const value = order[name];
    if (typeof value !== 'string') throw new PlaygroundError(`‘${name}’ must be a text.`);
    return value;
  };
  const args = order.arguments;
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    throw new PlaygroundError('The arguments must be a JSON object.');
  }
  const tool = text('tool');
  // It becomes a header as well.
  if (!/^\w{1,100}$/.test(tool)) throw new PlaygroundError('There is no such tool.');
  return { server: text('server'), token: text('token'), own: text('own'), tool, arguments: { ...args } };
}

async function readOrder(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new PlaygroundError('This is too long.');
    chunks.push(chunk);
  }
  try {
    const order: unknown = JSON.parse(Buffer.concat(chunks).toString());
    if (typeof order === 'object' && order !== null) return { ...order };
  } catch {
    // Said below.
  }
  throw new PlaygroundError('The body must be a JSON object.');
}

function json(status: number, value: unknown): Answer {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) };
}

function fail(response: ServerResponse): void {
  const headers = { ...SECURITY_HEADERS, 'Content-Type': 'application/json' };
  response.writeHead(502, headers).end(JSON.stringify({ error: 'That did not work. Is the identity provider up?' }));
}

async function listen(
  server: Server,
  { port, fallbackPort }: { port: number; fallbackPort?: number | undefined },
): Promise<void> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    if (fallbackPort === undefined || (error as { code?: unknown }).code !== 'EADDRINUSE') throw error;
    server.listen(fallbackPort, '127.0.0.1');
    await once(server, 'listening');
  }
}
