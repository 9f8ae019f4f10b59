import { createServer, type Socket } from 'node:net';
import { assertKnownOptions } from '@auth/core';
import {
  assertNotInProduction,
  type ConnectionCount,
  countConnections,
  type LoopbackHost,
  listenOnLoopback,
  loopbackAddress,
} from './loopback.js';
import { httpReply, type ScriptedReply } from './scripted-reply.js';
import { readRequests, type ScriptedRequest } from './scripted-request.js';

/** Options of {@link startScriptedServer}. */
export interface ScriptedServerOptions {
  /** `127.0.0.1` (default), `localhost` or `::1`. */
  readonly host?: LoopbackHost | undefined;
  /** TCP port. Default 0: any free one. */
  readonly port?: number | undefined;
}

/** A server that answers exactly as a test says; see {@link startScriptedServer}. */
export interface ScriptedServer extends AsyncDisposable {
  /** For example `http://127.0.0.1:49152`. Every path is served alike. */
  readonly origin: string;
  /** What happens to each request from now on; assign another at any time. */
  reply: ScriptedReply;
  /** Called with each connection before anything is read from it. Default: nothing. */
  onConnection: ((socket: Socket) => void) | undefined;
  /** Every complete request since the start, in the order of arrival; a live list. Clear it with `requests.length = 0`. */
  readonly requests: ScriptedRequest[];
  /** TCP connections: how many are open, and how many there ever were. */
  readonly connections: ConnectionCount;
  /** Ends every connection at once and stops listening. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a server that knows no protocol beyond reading requests, for answers that no real server gives: bytes that are no
 * HTTP, broken framing, repeated fields, bodies that end too early, never, or not at all. Where the answer is right and only
 * the trouble is wanted, `startAuthorizationServer` and its faults say the same in one line.
 *
 * `reply` answers each request, once it is complete; without one, 404. When it throws or rejects the connection is destroyed.
 *
 * A test tool: it listens on loopback only and refuses to run with NODE_ENV=production. Rejects with a `TypeError` or
 * `RangeError` for options that make no sense, with the system's error when the port is taken.
 */
export async function startScriptedServer(
  reply: ScriptedReply = httpReply({ status: 404 }),
  options: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  const owner = 'startScriptedServer';
  assertNotInProduction(owner);
  if (typeof reply !== 'function') throw new TypeError(`${owner}: the reply must be a function`);
  assertKnownOptions(owner, options, ['host', 'port']);
  const address = loopbackAddress(owner, options);
  const sockets = new Set<Socket>();
  const requests: ScriptedRequest[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that goes away is no news here.
    socket.on('error', () => undefined);
    scripted.onConnection?.(socket);
    readRequests(socket, (request) => {
      requests.push(request);
      // Also what throws at once becomes a rejection.
      (async () => scripted.reply(request, socket))().catch(() => socket.destroy());
    });
  });
  const connections = countConnections(server);
  const close = async (): Promise<void> => {
    const closed = [new Promise<void>((resolve) => server.close(() => resolve()))];
    for (const socket of sockets) {
      closed.push(new Promise((resolve) => socket.once('close', () => resolve())));
      socket.destroy();
    }
    await Promise.all(closed);
  };
  const scripted: ScriptedServer = {
    origin: await listenOnLoopback(server, address),
    reply,
    onConnection: undefined,
    requests,
    get connections() {
      return connections();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  return scripted;
}
