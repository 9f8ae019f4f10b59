import type { Clock, TokenVerifier, VerifierObserver } from '@auth/core';
import { DebugTokenVerifier, StaticTokenVerifier } from '@auth/dev-verifiers';
import { IntrospectionTokenVerifier } from '@auth/introspection';
import { JWTVerifier } from '@auth/jwt';

/** How tokens are verified. */
export const STRATEGIES = ['jwks', 'public-key', 'hmac', 'introspection', 'static', 'debug'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** What the strategies need to know; each takes its part. */
export interface StrategyContext {
  readonly issuer: string;
  readonly resource: string;
  readonly jwksUri: string;
  readonly introspectionUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM; for `public-key`. */
  readonly publicKey?: string | undefined;
  /** At least 32 bytes; for `hmac`. */
  readonly secret?: string | undefined;
  /** How long a positive answer is believed; for `introspection`. Default: not at all, so that a revocation counts at once. */
  readonly introspectionCacheSeconds?: number | undefined;
  /** Shortest time between two fetches that unknown key ids cause; for `jwks`. Default: that of `JWTVerifier`. */
  readonly keyCooldownSeconds?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly observer?: VerifierObserver | undefined;
}

/** One line of choice, and the rest of the server stays as it is: every strategy is the same `Verifier` to it. */
export function createVerifier(strategy: Strategy, context: StrategyContext): TokenVerifier {
  const { issuer, resource: audience, introspectionCacheSeconds: ttlSeconds, clock, observer } = context;
  const common = { clock, observer };
  switch (strategy) {
    case 'jwks':
      return new JWTVerifier({
        jwksUri: context.jwksUri,
        remoteKeys: { cooldownSeconds: context.keyCooldownSeconds },
        issuer,
        audience,
        ...common,
      });
    case 'public-key':
      return new JWTVerifier({ publicKey: required('publicKey', context.publicKey), issuer, audience, ...common });
    case 'hmac':
      return new JWTVerifier({ secret: required('secret', context.secret), issuer, audience, ...common });
    case 'introspection':
      return new IntrospectionTokenVerifier({
        introspectionUrl: context.introspectionUrl,
        clientId: context.clientId,
        clientSecret: context.clientSecret,
        issuer,
        // No audience: this provider's opaque tokens name none. Where yours do, check it.
        ...(ttlSeconds === undefined ? {} : { cache: { ttlSeconds } }),
        ...common,
      });
    case 'static':
      return new StaticTokenVerifier({
        tokens: {
          'dev-alice-token': { clientId: 'alice', scopes: ['notes:read', 'notes:write', 'notes:delete'] },
          'dev-guest-token': { clientId: 'guest', scopes: ['notes:read'] },
        },
        ...common,
      });
    case 'debug':
      return new DebugTokenVerifier({ scopes: ['notes:read', 'notes:write', 'notes:delete'], observer });
  }
}

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new TypeError(`This strategy needs '${name}'`);
  return value;
}
