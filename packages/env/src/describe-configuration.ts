import { type Environment, EnvironmentReader, type EnvironmentTable, type Verifier } from '@auth/core';
import type { Strategy } from './strategies.js';

/** What is in force, for a log line at start-up. No member holds a secret or a key. As a text, it is one line of JSON. */
export interface ConfigurationDescription {
  /** `jwt`, `introspection`, `static`, `debug`, or the module specifier; for other verifiers the name of the class. */
  readonly strategy: string;
  /** The verifier's options: values, defaults in words, and `set` or `unset` for secrets and keys. */
  readonly [option: string]: unknown;
}

const descriptions = new WeakMap<Verifier, ConfigurationDescription>();

/**
 * Describes a verifier of `verifierFromEnv`: strategy, issuer, audience, algorithms, scopes, caches and the rest of its
 * options, with secrets and keys as `set` or `unset`. Of a verifier that came from elsewhere only the class and the required
 * scopes are known.
 */
export function describeConfiguration(verifier: Verifier): ConfigurationDescription {
  const known = descriptions.get(verifier);
  if (known !== undefined) return known;
  return description({ strategy: verifier.constructor?.name || 'unknown', ...requiredScopesOf(verifier) });
}

/** Keeps the description of a verifier, which goes when the verifier goes. */
export function rememberConfiguration(
  verifier: Verifier,
  strategy: Strategy,
  table: EnvironmentTable | undefined,
  env: Environment,
  prefix: string,
): void {
  const options = table === undefined ? {} : new EnvironmentReader(table, env, { prefix }).describe();
  const strategyName = strategy.section === undefined ? strategy.specifier : strategy.name;
  descriptions.set(verifier, description({ strategy: strategyName, ...options, ...requiredScopesOf(verifier) }));
}

function description(members: { readonly strategy: string }): ConfigurationDescription {
  const result = { ...members };
  Object.defineProperty(result, 'toString', { value: () => JSON.stringify(members) });
  return Object.freeze(result);
}

/** The verifier itself knows best. */
function requiredScopesOf(verifier: Verifier): { readonly requiredScopes?: readonly string[] } {
  const { requiredScopes } = verifier as { readonly requiredScopes?: unknown };
  const isList = Array.isArray(requiredScopes) && requiredScopes.every((scope) => typeof scope === 'string');
  return isList ? { requiredScopes: Object.freeze([...requiredScopes]) } : {};
}
