import { firstMatch } from '@auth/core';
import {
  forgedTokens,
  jsonReply,
  KeyPair,
  rawReply,
  runVerifierConformance,
  startAuthorizationServer,
  startScriptedServer,
} from '@auth/testing';
import { describe, it } from 'vitest';
import { issuerRouter } from '../src/issuer-router.js';
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
        mendUpstream: () => server.restore(),
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

const key = await KeyPair.generate('ES256', { kid: 'k1' });
const OTHER = { issuer: 'https://other.example.com', audience: AUDIENCE };

// Both ways to put verifiers together: what holds for one has to hold for several.
for (const combined of ['firstMatch', 'issuerRouter'] as const) {
  runVerifierConformance(
    async ({ requiredScopes, clock, grants }) => {
      const server = await startScriptedServer(jsonReply(key.jwks));
      const secret = new JWTVerifier({ ...OTHER, secret: SECRET, requiredScopes, clock });
      const remote = new JWTVerifier({ ...trust, jwksUri: `${server.origin}/jwks`, requiredScopes, clock });
      const tokens = grants.map(({ subject, scopes, expiresAt }) =>
        key.createToken({ ...trust, subject, scopes, additionalClaims: { exp: expiresAt }, clock }),
      );
      const forged = await forgedTokens(key, { ...trust, clock });
      return {
        verifier:
          combined === 'firstMatch'
            ? firstMatch([secret, remote])
            : issuerRouter({ [ISSUER]: remote, [OTHER.issuer]: secret }),
        tokens: await Promise.all(tokens),
        secrets: [SECRET],
        // The reason is that of whoever was asked last, or of the choice itself.
        forged: forged.map(({ name, token }) => ({ name, token })),
        breakUpstream: () => {
          server.reply = rawReply('', 'reset');
        },
        mendUpstream: () => {
          server.reply = jsonReply(key.jwks);
        },
        stallUpstream: () => {
          server.reply = () => undefined;
        },
        close: async () => {
          await Promise.all([secret.close(), remote.close(), server.close()]);
        },
      };
    },
    { describe, it },
    { name: `${combined} of two JWTVerifiers` },
  );
}
