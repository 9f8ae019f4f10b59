export type { Algorithm } from './algorithms.js';
export { environment, fromEnv } from './env.js';
export type { Explanation } from './explain.js';
export { type IssuerRouterOptions, issuerRouter } from './issuer-router.js';
export { JWTVerifier } from './jwt-verifier.js';
export type { ClaimMapping, JWTVerifierOptions } from './options.js';
export { type Preset, presets, type RolesOf, rolesOf } from './presets.js';
export type { RemoteKeysOptions } from './remote-key-options.js';
