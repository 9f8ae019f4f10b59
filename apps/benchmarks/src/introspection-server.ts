import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// A process of its own, so that its work is not on the measured thread.
let asked = 0;
const answer = JSON.stringify({
  active: true,
  iss: 'https://login.example',
  sub: 'user-1',
  aud: 'https://mcp.example/mcp',
  client_id: 'notes-web-client',
  scope: 'notes:read notes:write',
  token_type: 'Bearer',
  exp: Math.floor(Date.now() / 1_000) + 86_400,
});
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    if (request.method === 'GET') {
      response.end(String(asked));
      return;
    }
    asked++;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    response.end(answer);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
