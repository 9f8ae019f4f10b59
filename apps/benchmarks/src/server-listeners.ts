import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createGate, type Gate } from '@auth/http';
import { requireAuth } from '@auth/http/node';
import { JWTVerifier } from '@auth/jwt';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import express, { type RequestHandler } from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import { createVerifier } from 'fast-jwt';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { z } from 'zod';
import { AUDIENCE, ISSUER } from './tokens.js';

/** What a server needs to know of the key that signs; plain data, since it goes to another process. */
export interface ServerKey {
  readonly jwks: JSONWebKeySet;
  readonly pem: string;
  /** Where the set is, for those who only take an address. */
  readonly jwksUri: string;
}

const ANSWER = JSON.stringify({ ok: true });
const FIELDS = { 'content-type': 'application/json', 'content-length': ANSWER.length };

function ok(_request: unknown, response: ServerResponse): void {
  response.writeHead(200, FIELDS).end(ANSWER);
}

function refuse(response: ServerResponse): void {
  response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"', 'content-length': 0 }).end();
}

function ourGate(key: ServerKey, cache?: false): Gate {
  const verifier = new JWTVerifier({
    jwks: key.jwks as ConstructorParameters<typeof JWTVerifier>[0]['jwks'],
    issuer: ISSUER,
    audience: AUDIENCE,
    ...(cache === false ? { cache } : {}),
  });
  return createGate({
    verifier,
    resource: AUDIENCE,
    authorizationServers: [ISSUER],
    requiredScopes: ['notes:read'],
  });
}

function oursOnNode(key: ServerKey, cache?: false): RequestListener {
  const authenticate = requireAuth(ourGate(key, cache));
  return (request, response) => void authenticate(request, response, () => ok(request, response));
}

/** As one writes it by hand: the token out of the header, a 401 for whatever the library throws; no scopes, no metadata. */
function byHand(verify: (token: string) => unknown, next: RequestListener = ok): RequestListener {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return refuse(response);
    try {
      await verify(token);
    } catch {
      return refuse(response);
    }
    next(request, response as ServerResponse<IncomingMessage> & { req: IncomingMessage });
  };
  return (request, response) => void handle(request, response);
}

function joseByHand(key: ServerKey, next?: RequestListener): RequestListener {
  const keySet = createLocalJWKSet(key.jwks);
  const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: ['RS256'] };
  return byHand((token) => jwtVerify(token, keySet, options), next);
}

function fastJwtByHand(key: ServerKey, cache: number | false): RequestListener {
  return byHand(
    createVerifier({ key: key.pem, algorithms: ['RS256'], allowedIss: ISSUER, allowedAud: AUDIENCE, cache }),
  );
}

/** In one program with express-oauth2-jwt-bearer, whose global types say that `req.auth` is theirs. */
function oursOnExpress(key: ServerKey, cache?: false): RequestHandler {
  return requireAuth(ourGate(key, cache)) as unknown as RequestHandler;
}

function onExpress(...handlers: readonly RequestHandler[]): RequestListener {
  const app = express();
  for (const handler of handlers) app.use(handler);
  return app.post('/mcp', ok) as RequestListener;
}

/** The official SDK's handler with one tool, and what may stand in front of it. */
function mcp(protect: (next: RequestListener) => RequestListener = (next) => next): RequestListener {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'benchmark', version: '1.0.0' });
    server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => ({
      content: [{ type: 'text', text }],
    }));
    return server;
  });
  const handle = toNodeHandler(handler);
  return protect((request, response) => void handle(request, response));
}

type MakeListener = (key: ServerKey) => RequestListener;

/** Servers to compare; within a group the first one authenticates nobody. */
export const SERVER_GROUPS: Readonly<Record<string, Readonly<Record<string, MakeListener>>>> = {
  'node:http': {
    'no authentication': () => ok,
    'ours, cached': (key) => oursOnNode(key),
    'ours, cache: false': (key) => oursOnNode(key, false),
    'fast-jwt by hand, cached': (key) => fastJwtByHand(key, 1_000),
    'fast-jwt by hand, cache off': (key) => fastJwtByHand(key, false),
    'jose by hand': (key) => joseByHand(key),
  },
  'Express 5': {
    'no authentication': () => onExpress(),
    'ours, cached': (key) => onExpress(oursOnExpress(key)),
    'ours, cache: false': (key) => onExpress(oursOnExpress(key, false)),
    'express-oauth2-jwt-bearer': ({ jwksUri }) =>
      onExpress(
        auth({ jwksUri, issuer: ISSUER, audience: AUDIENCE, tokenSigningAlg: 'RS256', dpop: { enabled: false } }),
      ),
  },
  'MCP SDK, tools/call': {
    'no authentication': () => mcp(),
    'ours, cached': (key) => {
      const authenticate = requireAuth(ourGate(key));
      return mcp((next) => (request, response) => void authenticate(request, response, () => next(request, response)));
    },
    'jose by hand': (key) => mcp((next) => joseByHand(key, next)),
  },
};
