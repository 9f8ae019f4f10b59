import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server on 127.0.0.1 that does what a handler says, and counts. */
export class LoopbackServer {
  readonly url: string;
  readonly requests: IncomingMessage[] = [];
  readonly #close: () => Promise<void>;
  /** Written by tests: what the next requests get. */
  handler: Handler = (_request, response) => response.end('{}');

  private constructor(port: number, close: () => Promise<void>) {
    this.url = `http://127.0.0.1:${port}/`;
    this.#close = close;
  }

  static async start(): Promise<LoopbackServer> {
    let self: LoopbackServer | undefined;
    const server = createServer((request, response) => {
      self?.requests.push(request);
      response.on('error', () => undefined);
      self?.handler(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    self = new LoopbackServer((server.address() as AddressInfo).port, close);
    return self;
  }

  /** Answers every request with one thing. */
  answer(status: number, body: string | Uint8Array = '', headers: Record<string, string> = {}): void {
    this.handler = (_request, response) => response.writeHead(status, headers).end(body);
  }

  /** Resolves once the connection of the latest request is closed; a leaked one makes the test run into its time limit. */
  async connectionClosed(): Promise<void> {
    const socket = this.requests.at(-1)?.socket;
    if (socket !== undefined && !socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  }

  close(): Promise<void> {
    return this.#close();
  }
}
