import type { AccessToken } from '@auth/core';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { type AuthInfo, accessTokenOf, toAuthInfo } from './auth-info.js';
import type { Gate } from './gate.js';
import { headersToSet } from './gate-response.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's token; `undefined` outside of a gate, and for callers without one at an optional gate. */
    readonly accessToken: AccessToken | undefined;
  }
}

/** Options of {@link authPlugin}. */
export interface AuthPluginOptions {
  /** Guards every route of the scope that the plugin is registered in. */
  readonly gate: Gate<AccessToken | undefined>;
}

/**
 * Fastify plugin: decorates requests with `accessToken` and guards every route of its scope, unknown ones included, with an
 * `onRequest` hook; `raw.auth` is set for the MCP SDK. Register it in a scope of its own for some routes only, or use
 * {@link requireAuth} on a route.
 */
export const authPlugin: FastifyPluginAsync<AuthPluginOptions> = Object.assign(
  async (...[app, { gate }]: Parameters<FastifyPluginAsync<AuthPluginOptions>>) => {
    if (!app.hasRequestDecorator('accessToken')) {
      app.decorateRequest('accessToken', {
        getter(this: FastifyRequest): AccessToken | undefined {
          return accessTokenOf((this.raw as { auth?: unknown }).auth);
        },
      });
    }
    app.addHook('onRequest', requireAuth(gate));
  },
  // Hooks and decorators belong to the scope that registers the plugin, not to one of its own (what fastify-plugin does).
  { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: '@auth/http' },
);

/** The same as a hook for one route: `{ onRequest: requireAuth(gate.require('notes:write')) }`. */
export function requireAuth(
  gate: Gate<AccessToken | undefined>,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined> {
  return async ({ raw }, reply) => {
    const result = await gate.check(raw);
    if (!result.ok) {
      const headers = headersToSet(result.response, (name) => reply.hasHeader(name));
      reply.code(result.response.status).headers(headers);
      // As bytes, since Fastify appends a charset, which JSON does not have, to the type of a text.
      return reply.send(result.response.body === '' ? undefined : Buffer.from(result.response.body));
    }
    const request: { auth?: AuthInfo } = raw as typeof raw & { auth?: AuthInfo };
    if (result.accessToken === undefined) delete request.auth;
    else request.auth = toAuthInfo(result.accessToken, gate);
    return undefined;
  };
}
