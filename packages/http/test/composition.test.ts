import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AccessToken } from '@auth/core';
import express from 'express';
import fastify, { type FastifyInstance } from 'fastify';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest';
import { authPlugin, requireAuth as fastifyAuth } from '../src/fastify.js';
import { fetchGate } from '../src/fetch.js';
import { createGate } from '../src/gate.js';
import { requireAuth as honoAuth } from '../src/hono.js';
import { getAccessToken, type RequestWithAuth, requireAuth } from '../src/node.js';
import { KnownTokens, RESOURCE } from './support/known-tokens.js';
import { listen, type RunningServer } from './support/skins.js';

const gate = createGate({ verifier: new KnownTokens(), resource: RESOURCE });
const write = gate.require('notes:write');
const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

const open: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function started(server: RunningServer): Promise<string> {
  open.push(server);
  return `http://127.0.0.1:${server.port}`;
}

async function startedFastify(app: FastifyInstance): Promise<string> {
  open.push(app);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

describe('behind Node', () => {
  test('what the handler throws is not the gate’s: it reaches whoever called the middleware', async () => {
    const fault = new Error('of the handler');
    const request = { headers: { authorization: 'Bearer good' } } as RequestWithAuth;
    const passed = requireAuth(gate)(request, {} as never, () => {
      throw fault;
    });
    await expect(passed).rejects.toBe(fault);
  });

  test('an error of an Express handler goes to the error handler of Express', async () => {
    const app = express();
    app.use(requireAuth(gate));
    app.get('/', () => {
      throw new Error('of the handler');
    });
    app.use(((error, _request, response, _next) =>
      response.status(418).send(String(error.message))) as express.ErrorRequestHandler);
    const origin = await started(await listen(createServer(app)));
    const response = await fetch(origin, bearer('good'));
    expect([response.status, await response.text()]).toEqual([418, 'of the handler']);
  });

  test('a router that shortens the URL hides no query token from the gate', async () => {
    const app = express();
    app.use('/mcp', requireAuth(gate), (_request, response) => void response.send('in'));
    const origin = await started(await listen(createServer(app)));
    expect((await fetch(`${origin}/mcp?access_token=x`, bearer('good'))).status).toBe(400);
    expect((await fetch(`${origin}/mcp/deep`, bearer('good'))).status).toBe(200);
  });

  test('one route may need more than the others', async () => {
    const app = express();
    app.use(requireAuth(gate));
    app.get('/read', (_request, response) => void response.send('read'));
    app.get('/write', requireAuth(write), (request, response) => void response.send(getAccessToken(request)?.subject));
    const origin = await started(await listen(createServer(app)));
    expect((await fetch(`${origin}/read`, bearer('good'))).status).toBe(200);
    expect((await fetch(`${origin}/write`, bearer('good'))).status).toBe(403);
    expect(await (await fetch(`${origin}/write`, bearer('writer'))).text()).toBe('bob');
  });

  test('a caller without a token at an optional gate has no req.auth, whatever was there before', async () => {
    const request = { headers: {}, auth: { token: 'x', clientId: 'root', scopes: [] } } as unknown as RequestWithAuth;
    let called = false;
    await requireAuth(gate.optional())(request, {} as never, () => {
      called = true;
    });
    expect(called).toBe(true);
    expect('auth' in request).toBe(false);
    expect(getAccessToken(request)).toBeUndefined();
  });

  test('a req.auth that somebody else has set is not believed', () => {
    const forged = { token: 'x', clientId: 'root', scopes: ['admin'], extra: { accessToken: { scopes: ['admin'] } } };
    expect(getAccessToken({ auth: forged } as never)).toBeUndefined();
  });

  test('nothing is sent twice when somebody has answered while the token was checked', async () => {
    const authenticate = requireAuth(gate);
    let next = 0;
    const server = createServer((request, response) => {
      void authenticate(request, response, () => next++);
      response.writeHead(503).end('too slow');
    });
    const origin = await started(await listen(server));
    const response = await fetch(origin, bearer('bad'));
    expect([response.status, await response.text(), next]).toEqual([503, 'too slow', 0]);
  });

  test('a CORS middleware in front keeps the origin that it has named', async () => {
    const app = express();
    app.use((_request, response, next) => {
      response.set('Access-Control-Allow-Origin', 'https://app.example.com');
      next();
    });
    app.use(requireAuth(gate));
    const origin = await started(await listen(createServer(app)));
    const { headers } = await fetch(origin);
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(headers.get('access-control-expose-headers')).toBe('WWW-Authenticate');
  });
});

describe('behind Hono', () => {
  test('an error of a handler is Hono’s', async () => {
    const app = new Hono().use(honoAuth(gate)).get('/', () => {
      throw new Error('of the handler');
    });
    app.onError((error, context) => context.text(error.message, 418));
    const response = await app.request('/', bearer('good'));
    expect([response.status, await response.text()]).toEqual([418, 'of the handler']);
  });

  test('the context variables are typed and set', async () => {
    const app = new Hono()
      .get('/write', honoAuth(write), (context) => {
        expectTypeOf(context.var.accessToken).toEqualTypeOf<AccessToken>();
        return context.json([context.var.accessToken.subject, context.var.authInfo.clientId]);
      })
      .get('/public', honoAuth(gate.optional()), (context) => {
        expectTypeOf(context.var.accessToken).toEqualTypeOf<AccessToken | undefined>();
        return context.json([context.var.accessToken?.subject ?? 'nobody', context.var.authInfo?.clientId]);
      });
    expect(await (await app.request('/write', bearer('writer'))).json()).toEqual(['bob', 'cli']);
    expect((await app.request('/write', bearer('good'))).status).toBe(403);
    expect(await (await app.request('/public')).json()).toEqual(['nobody', null]);
    expect((await app.request('/public', bearer('bad'))).status).toBe(401);
  });

  test('a CORS middleware in front keeps the origin that it has named', async () => {
    const app = new Hono()
      .use(cors({ origin: 'https://app.example.com', exposeHeaders: ['WWW-Authenticate'] }))
      .use(honoAuth(gate));
    const { headers, status } = await app.request('/', { headers: { Origin: 'https://app.example.com' } });
    expect(status).toBe(401);
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
  });
});

describe('behind Fastify', () => {
  test('an error of a handler is Fastify’s', async () => {
    const app = fastify();
    app.setErrorHandler((error, _request, reply) => reply.code(418).send((error as Error).message));
    await app.register(authPlugin, { gate });
    app.get('/', async () => {
      throw new Error('of the handler');
    });
    const response = await fetch(await startedFastify(app), bearer('good'));
    expect([response.status, await response.text()]).toEqual([418, 'of the handler']);
  });

  test('the plugin guards its scope only, and every unknown path in it', async () => {
    const app = fastify();
    app.get('/public', async () => 'public');
    await app.register(async (scope) => {
      await scope.register(authPlugin, { gate });
      scope.get('/private', async (request) => {
        expectTypeOf(request.accessToken).toEqualTypeOf<AccessToken | undefined>();
        return request.accessToken?.subject;
      });
    });
    const origin = await startedFastify(app);
    expect((await fetch(`${origin}/public`)).status).toBe(200);
    expect((await fetch(`${origin}/private`)).status).toBe(401);
    expect(await (await fetch(`${origin}/private`, bearer('good'))).text()).toBe('alice');
  });

  test('one route may need more than the others, and scopes may be nested', async () => {
    const app = fastify();
    await app.register(authPlugin, { gate });
    app.get('/read', async () => 'read');
    app.get('/write', { onRequest: fastifyAuth(write) }, async (request) => request.accessToken?.subject);
    await app.register(async (scope) => {
      await scope.register(authPlugin, { gate: write });
      scope.get('/nested', async () => 'nested');
    });
    const origin = await startedFastify(app);
    expect((await fetch(`${origin}/read`, bearer('good'))).status).toBe(200);
    expect((await fetch(`${origin}/write`, bearer('good'))).status).toBe(403);
    expect((await fetch(`${origin}/nested`, bearer('good'))).status).toBe(403);
    expect(await (await fetch(`${origin}/write`, bearer('writer'))).text()).toBe('bob');
  });

  test('an injected request with two Authorization fields is refused too', async () => {
    const app = fastify();
    await app.register(authPlugin, { gate });
    app.get('/', async () => 'in');
    open.push(app);
    // A list is sent as one field for each member, which the type does not know.
    const inject = (authorization: unknown) =>
      app.inject({ url: '/', headers: { authorization: authorization as string } });
    expect((await inject('Bearer good')).statusCode).toBe(200);
    expect((await inject(['Bearer good', 'Bearer good'])).statusCode).toBe(400);
  });

  test('the body of a refused request is never parsed', async () => {
    const app = fastify();
    let parsed = 0;
    app.addContentTypeParser('application/x-test', (_request, _payload, done) => done(null, ++parsed));
    await app.register(authPlugin, { gate });
    app.post('/', async () => 'in');
    const origin = await startedFastify(app);
    const response = await fetch(origin, {
      method: 'POST',
      body: 'x',
      headers: { 'Content-Type': 'application/x-test' },
    });
    expect([response.status, parsed]).toEqual([401, 0]);
  });
});

describe('behind fetch', () => {
  test('a good caller comes back as a token, everybody else as a Response', async () => {
    const authenticate = fetchGate(gate);
    expectTypeOf(authenticate).returns.resolves.toEqualTypeOf<AccessToken | Response>();
    expect(await authenticate(new Request('https://notes.example.com/mcp', bearer('good')))).toMatchObject({
      subject: 'alice',
    });
    const refused = await authenticate(new Request('https://notes.example.com/mcp'));
    expect(refused instanceof Response && refused.status).toBe(401);
  });

  test('a caller without a token at an optional gate is nobody', async () => {
    const authenticate = fetchGate(gate.optional());
    expect(await authenticate(new Request('https://notes.example.com/mcp'))).toBeUndefined();
  });
});
