import type { AddressInfo, Server } from 'node:net';
import { numberOption } from '@auth/core';

/** Where the servers of this kit may listen: they let everyone in. */
export type LoopbackHost = '127.0.0.1' | 'localhost' | '::1';

/** Where to listen, checked. */
export interface LoopbackAddress {
  readonly host: LoopbackHost;
  readonly port: number;
}

const HOSTS: readonly string[] = ['127.0.0.1', 'localhost', '::1'] satisfies readonly LoopbackHost[];

/** Throws a `TypeError` under NODE_ENV=production. */
export function assertNotInProduction(owner: string): void {
  if (process.env.NODE_ENV === 'production') {
    throw new TypeError(`${owner}: a test tool, it lets everyone in; it does not run with NODE_ENV=production`);
  }
}

/** The options `host` and `port`, with their defaults. Throws a `TypeError` or `RangeError`. */
export function loopbackAddress(
  owner: string,
  options: { readonly host?: LoopbackHost | undefined; readonly port?: number | undefined },
): LoopbackAddress {
  const { host = '127.0.0.1' } = options;
  if (!HOSTS.includes(host)) throw new TypeError(`${owner}: option 'host' must be one of ${HOSTS.join(', ')}`);
  return { host, port: numberOption(owner, 'port', options.port, 0, { min: 0, max: 65_535, integer: true }) };
}

/** Listens; resolves to the origin. Rejects with the system's error when the port is taken. */
export async function listenOnLoopback(server: Server, { host, port }: LoopbackAddress): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const taken = (server.address() as AddressInfo).port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
}

/** How many connections of a server are open, and how many there ever were. */
export interface ConnectionCount {
  readonly open: number;
  readonly total: number;
}

/** Counts the connections of a server from now on. */
export function countConnections(server: Server): () => ConnectionCount {
  let open = 0;
  let total = 0;
  server.on('connection', (socket) => {
    open++;
    total++;
    socket.once('close', () => open--);
  });
  return () => ({ open, total });
}
