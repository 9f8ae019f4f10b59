import { forgedTokens, KeyPair, runVerifierConformance, startAuthorizationServer } from '@auth/testing';
import { describe, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { AUDIENCE, ISSUER } from './signing-keys.js';

const trust = { issuer: ISSUER, audience: AUDIENCE };
const SECRET = 'a shared secret that shows nowhere at all';

for (const cache of [undefined, false] as const) {
  const remembered = cache === false ? 'without a cache' : 'with its cache';

  runVerifierConformance(
    async ({ requiredScopes, clock, grants }) => {
      const key = KeyPair.fromSecret('HS256', SECRET);
      const tokens = await Promise.all(
        grants.map(({ subject, scopes, expiresAt }) =>
          key.createToken({ ...trust, subject, scopes, additionalClaims: { exp: expiresAt }, clock }),
        ),
      );
      const verifier = new JWTVerifier({ ...trust, secret: SECRET, requiredScopes, clock, cache });
      return { verifier, tokens, secrets: [SECRET], forged: await forgedTokens(key, { ...trust, clock }) };
    },
    { describe, it },
    { name: `JWTVerifier with a secret, ${remembered},` },
  );

  runVerifierConformance(
    async ({ requiredScopes, clock, grants }) => {
      const server = await startAuthorizationServer({ audience: AUDIENCE });
      const { issuer, jwksUri } = server;
      const tokens = await Promise.all(
        grants.map(({ subject, scopes, expiresAt }) =>
          server.issue({ subject, scopes, additionalClaims: { exp: expiresAt } }),
        ),
      );
      const verifier = new JWTVerifier({ issuer, audience: AUDIENCE, jwksUri, requiredScopes, clock, cache });
      return {
        verifier,
        tokens,
        breakUpstream: () => server.fail('jwks', 'reset'),
        stallUpstream: () => server.fail('jwks', 'hang-before-headers'),
        close: async () => {
          await verifier.close();
          await server.close();
        },
      };
    },
    { describe, it },
    { name: `JWTVerifier with remote keys, ${remembered},` },
  );
}
