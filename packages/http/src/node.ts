import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessToken } from '@auth/core';
import { type AuthInfo, accessTokenOf, toAuthInfo } from './auth-info.js';
import type { Gate } from './gate.js';
import { type GateResponse, headersToSet } from './gate-response.js';

/** A request that may have passed a gate. Express's `Request` is one. */
export type RequestWithAuth = IncomingMessage & { auth?: AuthInfo; originalUrl?: string };

/** Connect-style middleware: Express 4 and 5, Connect, or called by hand in a `node:http` listener. */
export type NodeMiddleware = (
  request: RequestWithAuth,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>;

/**
 * Lets good requests through with `req.auth` set for the MCP SDK (see `getAccessToken` for the token itself) and answers all
 * others, metadata requests and preflights included. What `next` throws is not the gate's: it is passed on as it is.
 */
export function requireAuth(gate: Gate<AccessToken | undefined>): NodeMiddleware {
  return async (request, response, next) => {
    const result = await gate.check(request);
    if (!result.ok) return send(response, result.response);
    if (result.accessToken !== undefined) request.auth = toAuthInfo(result.accessToken, gate);
    // Whatever was there before did not come from this gate.
    else if (request.auth !== undefined) delete request.auth;
    next();
  };
}

/** The caller's token behind a gate; `undefined` without one, and for a `req.auth` that no gate of ours has set. */
export function getAccessToken(request: IncomingMessage): AccessToken | undefined {
  return accessTokenOf((request as RequestWithAuth).auth);
}

function send(response: ServerResponse, answer: GateResponse): void {
  // Somebody else, for example a time-out, has answered while the token was checked.
  if (response.headersSent) return;
  const headers = headersToSet(answer, (name) => response.hasHeader(name));
  response.statusCode = answer.status;
  // Not writeHead, which would send the fields before `end` knows the length.
  for (const name of Object.keys(headers)) response.setHeader(name, headers[name] ?? '');
  response.end(answer.body);
}
