import { type AccessToken, AuthError, createAccessToken } from '@auth/core';
import { auth, requiredScopes as requireScopes } from 'express-oauth2-jwt-bearer';
import { AUDIENCE, type PeerConfiguration, type PeerVerify } from './peer-setup.js';

type Middleware = (request: object, response: object, next: (error?: unknown) => void) => unknown;

/** The middleware `auth()`, and `requiredScopes()` behind it, called as Express would call them. */
export function configureExpress({ issuer, jwksUri, requiredScopes }: PeerConfiguration): PeerVerify {
  const chain = [
    auth({ issuer, jwksUri, audience: AUDIENCE, tokenSigningAlg: 'RS256' }),
    ...(requiredScopes.length === 0 ? [] : [requireScopes([...requiredScopes])]),
  ] as unknown as readonly Middleware[];
  const required = [...requiredScopes];
  return async (token): Promise<AccessToken> => {
    const request: Record<string, unknown> = {
      ...{
        method: 'POST',
        protocol: 'https',
        hostname: 'api.example.com',
        originalUrl: '/mcp',
        url: '/mcp',
        query: {},
      },
      headers: { host: 'api.example.com', authorization: `Bearer ${token}` },
      is: () => false,
      get: () => 'api.example.com',
    };
    try {
      for (const middleware of chain) await passing(middleware, request);
    } catch (error) {
      const { scope } = (request.auth as { payload?: Record<string, unknown> } | undefined)?.payload ?? {};
      throw translate(error, required, typeof scope === 'string' ? scope.split(' ') : []);
    }
    const { payload } = request.auth as { payload: Record<string, unknown> & { sub?: string; exp?: number } };
    const scopes = typeof payload.scope === 'string' ? payload.scope.split(' ') : [];
    return createAccessToken(token, { subject: payload.sub, scopes, expiresAt: payload.exp });
  };
}

function passing(middleware: Middleware, request: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (error?: unknown): void => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('not an error'));
    };
    Promise.resolve(middleware(request, {}, next)).catch(reject);
  });
}

/**
 * By status and code, which is what the library documents. It makes a 401 of whatever goes wrong while it verifies. A text
 * that is no bearer token is refused by its header parser with 400, which counts as the refusal that it is.
 */
function translate(error: unknown, requiredScopes: readonly string[], granted: readonly string[]): unknown {
  const { status, code } = error as { status?: number; code?: string };
  if (status === 403 && code === 'insufficient_scope') {
    const missingScopes = requiredScopes.filter((scope) => !granted.includes(scope));
    return new AuthError('insufficient_scope', { requiredScopes, missingScopes, cause: error });
  }
  if (status === 400) return new AuthError('invalid_token', { reason: 'malformed', cause: error });
  if (status === 401) {
    const message = String((error as Error).message);
    const reason = message.includes('"exp"') || message.includes("'exp'") ? 'expired' : 'claim_rejected';
    return new AuthError('invalid_token', { reason, cause: error });
  }
  return error;
}
