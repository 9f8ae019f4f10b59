import { jsonReply, rawReply, runVerifierConformance, type ScriptedReply, startScriptedServer } from '@auth/testing';
import { describe, it } from 'vitest';
import { IntrospectionTokenVerifier } from '../src/verifier.js';

const SECRET = 'conformance-client-secret-0123456789';

for (const [name, cache] of [
  ['without a cache', undefined],
  ['with a cache', { ttlSeconds: 300, negativeTtlSeconds: 60 }],
] as const) {
  runVerifierConformance(
    async ({ requiredScopes, clock, grants }) => {
      const tokens = grants.map(() => `opaque-${crypto.randomUUID()}`);
      const known = new Map(
        grants.map(({ subject, scopes, expiresAt }, index) => [
          tokens[index],
          { active: true, sub: subject, client_id: 'client', scope: scopes.join(' '), exp: expiresAt },
        ]),
      );
      const introspect: ScriptedReply = (request, socket) =>
        jsonReply(known.get(request.form.get('token') ?? '') ?? { active: false })(request, socket);
      const server = await startScriptedServer(introspect);
      const verifier = new IntrospectionTokenVerifier({
        introspectionUrl: server.origin,
        clientId: 'rs',
        clientSecret: SECRET,
        requiredScopes,
        clock,
        cache,
        timeoutMs: 2_000,
      });
      return {
        verifier,
        tokens,
        secrets: [SECRET],
        breakUpstream: () => {
          server.reply = rawReply('', 'reset');
        },
        mendUpstream: () => {
          server.reply = introspect;
        },
        stallUpstream: () => {
          server.reply = () => undefined;
        },
        close: async () => {
          await server.close();
          await verifier.close();
        },
      };
    },
    { describe, it },
    { name: `IntrospectionTokenVerifier ${name}` },
  );
}
