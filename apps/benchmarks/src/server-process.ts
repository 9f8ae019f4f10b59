import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SERVER_GROUPS, type ServerKey } from './server-listeners.js';

/** The first message says what to serve, and is answered with the port; each later one with the CPU time so far. */
export interface ServeOrder {
  readonly group: string;
  readonly contender: string;
  readonly key: ServerKey;
}

const server = createServer();
process.once('message', ({ group, contender, key }: ServeOrder) => {
  const listener = SERVER_GROUPS[group]?.[contender]?.(key);
  if (listener === undefined) throw new Error(`unknown server: ${group}, ${contender}`);
  server.on('request', listener);
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1', () => {
    process.on('message', () => {
      // Pool threads included: they are on the same core.
      const { user, system } = process.cpuUsage();
      process.send?.(user + system);
    });
    process.send?.((server.address() as AddressInfo).port);
  });
});
process.on('disconnect', () => process.exit());
