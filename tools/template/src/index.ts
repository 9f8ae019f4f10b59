export { LookupVerifier, type LookupVerifierOptions } from './lookup-verifier.js';
