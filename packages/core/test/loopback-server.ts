import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server on 127.0.0.1 that does what a handler says, and counts. */
export class LoopbackServer {
  readonly url: string;
  readonly requests: IncomingMessage[] = [];
  readonly #sockets: Set<Socket>;
  readonly #close: () => Promise<void>;
  /** Written by tests: what the next requests get. */
  handler: Handler = (_request, response) => response.end('{}');

  private constructor(port: number, sockets: Set<Socket>, close: () => Promise<void>) {
    this.url = `http://127.0.0.1:${port}/`;
    this.#sockets = sockets;
    this.#close = close;
  }

  static async start(): Promise<LoopbackServer> {
    let self: LoopbackServer | undefined;
    const sockets = new Set<Socket>();
    const server = createServer((request, response) => {
      self?.requests.push(request);
      response.on('error', () => undefined);
      self?.handler(request, response);
    });
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    self = new LoopbackServer((server.address() as AddressInfo).port, sockets, close);
    return self;
  }

  /** Answers every request with one thing. */
  answer(status: number, body: string | Uint8Array = '', headers: Record<string, string> = {}): void {
    this.handler = (_request, response) => response.writeHead(status, headers).end(body);
  }

  /** Resolves once no client holds a connection; a leaked one makes the test run into its time limit. */
  async allConnectionsClosed(): Promise<void> {
    while (this.#sockets.size > 0) {
      await Promise.all([...this.#sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    }
  }

  get connections(): number {
    return this.#sockets.size;
  }

  close(): Promise<void> {
    return this.#close();
  }
}
