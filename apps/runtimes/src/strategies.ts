import type { Verifier } from '@auth/core';
import { IntrospectionTokenVerifier } from '@auth/introspection';
import { type Algorithm, JWTVerifier } from '@auth/jwt';
import type { SmokeConfig } from './smoke-config.js';

type MakeVerifier = (config: SmokeConfig, detail: string) => Verifier;

/** Each way of verifying a token that a runtime must know. The first segment of a request's path names it. */
const STRATEGIES: Readonly<Record<string, MakeVerifier>> = {
  static: ({ issuer, audience, publicKeys }, algorithm) => {
    const publicKey = publicKeys[algorithm];
    return new JWTVerifier({ issuer, audience, publicKey, algorithms: algorithm as Algorithm });
  },
  secret: ({ issuer, audience, secret }) => new JWTVerifier({ issuer, audience, secret }),
  jwks: ({ issuer, audience, jwksUri }) => new JWTVerifier({ issuer, audience, jwksUri }),
  discovery: ({ issuer, audience }) => new JWTVerifier({ issuer, audience, discover: true }),
  introspection: (config) => introspection(config, config.introspectionUrl),
  'jwks-down': ({ issuer, audience, deadOrigin }) =>
    new JWTVerifier({ issuer, audience, jwksUri: `${deadOrigin}/jwks` }),
  'introspection-down': (config) => introspection(config, `${config.deadOrigin}/introspect`),
};

/** The verifier of a path such as `/jwks` or `/static/ES256`. Throws for a path that names none, and as constructors do. */
export function verifierFor(path: string, config: SmokeConfig): Verifier {
  const [, strategy = '', detail = ''] = path.split('/');
  const make = STRATEGIES[strategy];
  if (!make) throw new TypeError(`there is no strategy ${strategy}`);
  return make(config, detail);
}

function introspection(config: SmokeConfig, introspectionUrl: string): Verifier {
  const { clientId, clientSecret, issuer, audience } = config;
  return new IntrospectionTokenVerifier({
    introspectionUrl,
    clientId,
    clientSecret,
    issuer,
    audience,
    cache: { ttlSeconds: 60 },
  });
}
