import { runVerifierConformance } from '@auth/testing';
import { describe, it } from 'vitest';
import { IntrospectionTokenVerifier } from '../src/verifier.js';
import { answer, startRawServer } from './support/raw-server.js';

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
      const server = await startRawServer((socket, { body }) => {
        const token = new URLSearchParams(body).get('token') ?? '';
        socket.write(answer(200, JSON.stringify(known.get(token) ?? { active: false })));
      });
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
          server.behave = (socket) => void socket.resetAndDestroy();
        },
        stallUpstream: () => {
          server.behave = () => undefined;
        },
        close: async () => {
          await server[Symbol.asyncDispose]();
          await verifier.close();
        },
      };
    },
    { describe, it },
    { name: `IntrospectionTokenVerifier ${name}` },
  );
}
