export { type ConfigurationDescription, describeConfiguration } from './describe-configuration.js';
export { environment, type GateOptions, gateOptionsFromEnv } from './gate-options.js';
export type { FromEnvOptions } from './surroundings.js';
export { verifierFromEnv } from './verifier-from-env.js';
export type { VerifierModule } from './verifier-module.js';
