import type { AccessToken, Verifier } from '@auth/core';
import { startAuthorizationServer } from '../../src/authorization-server.js';
import type { ConformanceFactory } from '../../src/conformance-subject.js';
import { forgedTokens } from '../../src/forged-tokens.js';
import { KeyPair } from '../../src/key-pair.js';

export const AUDIENCE = 'https://api.example.com';

/** What a library is configured with. */
export interface PeerConfiguration {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly requiredScopes: readonly string[];
  readonly clock: () => number;
}

/** Verifies one token with a library, its errors translated by an adapter. */
export type PeerVerify = (token: string) => Promise<AccessToken>;

const keyPair = KeyPair.generate('RS256', { kid: 'k1' });

/** Puts a library behind a real `jwks_uri` that can fail, with the whole catalogue of forged tokens. */
export function peerFactory(configure: (configuration: PeerConfiguration) => PeerVerify): ConformanceFactory {
  return async ({ requiredScopes, clock, grants }) => {
    const key = await keyPair;
    const server = await startAuthorizationServer({ algorithm: 'ES256' });
    const { issuer, jwksUri } = server;
    server.fail('jwks', { kind: 'wrong-json', body: JSON.stringify(key.jwks) });
    const verifyToken = configure({ issuer, jwksUri, requiredScopes, clock });
    const verifier: Verifier = { verifyToken: (token) => verifyToken(token) };
    const tokens = grants.map(({ subject, scopes, expiresAt }) =>
      key.createToken({
        ...{ subject, scopes, issuer, audience: AUDIENCE, now: clock() },
        expiresInSeconds: expiresAt - clock(),
      }),
    );
    return {
      verifier,
      tokens: await Promise.all(tokens),
      forged: await forgedTokens(key, { issuer, audience: AUDIENCE, now: clock() }),
      breakUpstream: () => server.fail('jwks', 503),
      mendUpstream: () => server.fail('jwks', { kind: 'wrong-json', body: JSON.stringify(key.jwks) }),
      close: server.close,
    };
  };
}
