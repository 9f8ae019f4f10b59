import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AccessToken } from '@auth/core';
import { getRequestListener } from '@hono/node-server';
import express5 from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import { Hono } from 'hono';
import { authPlugin } from '../../src/fastify.js';
import { fetchGate } from '../../src/fetch.js';
import type { Gate } from '../../src/gate.js';
import { type AuthVariables, requireAuth as honoAuth } from '../../src/hono.js';
import { getAccessToken, requireAuth as nodeAuth } from '../../src/node.js';

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

export type AnyGate = Gate<AccessToken | undefined>;

/** What every server behind a gate answers, so that outcomes can be compared. */
function answerFor(caller: AccessToken | undefined): { caller: string; scopes: readonly string[] } {
  return { caller: caller?.clientId ?? 'nobody', scopes: caller?.scopes ?? [] };
}

function respond(response: ServerResponse, caller: AccessToken | undefined): void {
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answerFor(caller)));
}

/** One server per skin, all of them with the whole gate in front of everything. */
export const SKINS: Readonly<Record<string, (gate: AnyGate) => Promise<RunningServer>>> = {
  'node:http': async (gate) => {
    const authenticate = nodeAuth(gate);
    return listen(
      createServer((request, response) => {
        void authenticate(request, response, () => respond(response, getAccessToken(request)));
      }),
    );
  },
  'Express 4': async (gate) => {
    const app = express4();
    app.use(nodeAuth(gate));
    app.use((request, response) => respond(response, getAccessToken(request)));
    return listen(createServer(app));
  },
  'Express 5': async (gate) => {
    const app = express5();
    app.use(nodeAuth(gate));
    app.use((request, response) => respond(response, getAccessToken(request)));
    return listen(createServer(app));
  },
  'Fastify 5': async (gate) => {
    const app = fastify({ forceCloseConnections: true });
    await app.register(authPlugin, { gate });
    app.all('*', async (request, reply) => reply.type('application/json').send(answerFor(request.accessToken)));
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
  Hono: async (gate) => {
    const app = new Hono<{ Variables: AuthVariables<AccessToken | undefined> }>();
    app.use(honoAuth(gate));
    app.all('*', (context) => context.json(answerFor(context.get('accessToken'))));
    return listen(createServer(getRequestListener(app.fetch)));
  },
  fetch: async (gate) => {
    const authenticate = fetchGate(gate);
    return listen(
      createServer(
        getRequestListener(async (request) => {
          const caller = await authenticate(request);
          return caller instanceof Response ? caller : Response.json(answerFor(caller));
        }),
      ),
    );
  },
};

export async function listen(server: Server): Promise<RunningServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;
