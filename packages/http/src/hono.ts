import type { AccessToken } from '@auth/core';
import type { MiddlewareHandler } from 'hono';
import { type AuthInfo, toAuthInfo } from './auth-info.js';
import { fetchGate } from './fetch.js';
import type { Gate } from './gate.js';

/** What the middleware sets on Hono's context: `c.get('accessToken')`, `c.var.accessToken`. */
export interface AuthVariables<Caller extends AccessToken | undefined = AccessToken> {
  accessToken: Caller;
  /** The same in the shape that the MCP SDK expects. */
  authInfo: Caller extends AccessToken ? AuthInfo : AuthInfo | undefined;
}

/**
 * Lets good requests through with the context variables set, and answers all others, metadata requests and preflights
 * included. What handlers throw is Hono's to deal with.
 */
export function requireAuth<Caller extends AccessToken | undefined>(
  gate: Gate<Caller>,
): MiddlewareHandler<{ Variables: AuthVariables<Caller> }> {
  const authenticate = fetchGate(gate);
  return async (context, next) => {
    const caller = await authenticate(context.req.raw);
    if (caller instanceof Response) return caller;
    context.set('accessToken', caller);
    context.set('authInfo', (caller === undefined ? undefined : toAuthInfo(caller, gate)) as never);
    return next();
  };
}
