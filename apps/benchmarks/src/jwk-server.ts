import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { publicJwk, type SigningKey } from './tokens.js';

/** A key set on loopback, for those who only take an address. */
export async function serveJwks(key: SigningKey): Promise<{ url: string; close(): void }> {
  const body = JSON.stringify({ keys: [publicJwk(key)] });
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/jwks`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
