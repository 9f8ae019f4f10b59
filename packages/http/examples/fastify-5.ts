import { authPlugin } from '@auth/http/fastify';
import fastify, { type FastifyInstance } from 'fastify';
import { gate, handleNode } from './notes.js';

export const app: FastifyInstance = fastify();
app.get('/health', async () => 'ok');
app.register(async (scope) => {
  await scope.register(authPlugin, { gate });
  scope.all('/.well-known/oauth-protected-resource*', async () => undefined);
  scope.all('/mcp', async (request, reply) => {
    reply.hijack();
    await handleNode(request.raw, reply.raw, request.body);
  });
});
