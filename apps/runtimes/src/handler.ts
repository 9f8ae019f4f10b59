import type { Verifier } from '@auth/core';
import { createGate } from '@auth/http';
import { fetchGate } from '@auth/http/fetch';
import type { SmokeConfig } from './smoke-config.js';
import { verifierFor } from './strategies.js';

/**
 * The protected server that every runtime runs: a fetch handler, one path for each strategy. It answers a good caller with
 * who that is; a refusal is the gate's own response, with the exact code and reason in two headers beside it, and a verifier
 * that cannot be made here is a 501.
 */
export function createHandler(config: SmokeConfig): (request: Request) => Promise<Response> {
  const verifiers = new Map<string, Verifier>();
  return async (request) => {
    const { pathname } = new URL(request.url);
    let verifier = verifiers.get(pathname);
    try {
      verifier ??= verifierFor(pathname, config);
    } catch (error) {
      // What this runtime cannot do is said by the constructor.
      return new Response(String(error), { status: 501 });
    }
    verifiers.set(pathname, verifier);
    let refusal: Record<string, string> = {};
    const gate = createGate({
      verifier,
      requiredScopes: ['read'],
      onDecision: ({ code = '', reason = '' }) => {
        refusal = { 'x-code': code, 'x-reason': reason };
      },
    });
    const caller = await fetchGate(gate)(request);
    if (!(caller instanceof Response)) {
      return Response.json({ subject: caller.subject, clientId: caller.clientId, scopes: caller.scopes });
    }
    const headers = new Headers(caller.headers);
    for (const [name, value] of Object.entries(refusal)) headers.set(name, value);
    return new Response(caller.body, { status: caller.status, headers });
  };
}
