export { environment, fromEnv } from './env.js';
export type { Explanation } from './explain.js';
export type {
  BreakerOptions,
  ClientAuthMethod,
  IntrospectionCacheOptions,
  IntrospectionTokenVerifierOptions,
  SignedResponseOptions,
} from './options.js';
export type { SigningAlgorithm } from './private-key.js';
export type { Secret } from './secret-source.js';
export { IntrospectionTokenVerifier } from './verifier.js';
