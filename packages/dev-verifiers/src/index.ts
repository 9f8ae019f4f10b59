export { DebugTokenVerifier, type DebugTokenVerifierOptions } from './debug-token-verifier.js';
export { environment, fromEnv } from './env.js';
export { StaticTokenVerifier, type StaticTokenVerifierOptions } from './static-token-verifier.js';
export type { StaticToken } from './static-tokens.js';
