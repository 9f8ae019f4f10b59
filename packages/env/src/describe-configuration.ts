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
  const members = { strategy: strategyName, ...options, ...requiredScopesOf(verifier), ...inForce(verifier, options) };
  descriptions.set(verifier, description(members));
}

function description(members: { readonly strategy: string }): ConfigurationDescription {
  const result = { ...members };
  Object.defineProperty(result, 'toString', { value: () => JSON.stringify(members) });
  return Object.freeze(result);
}

/** The verifier itself knows best, where it shows what a variable is about: a default may depend on the prefix or the key. */
function inForce(verifier: Verifier, options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { issuer, audience, algorithms, timeoutMs } = verifier as Verifier & Readonly<Record<string, unknown>>;
  const entries = Object.entries({ issuer, audience, algorithms })
    .filter(([name, value]) => name in options && (value === null || isTexts(value)))
    .map(([name, value]) => [name, value === null ? 'not checked' : value]);
  const seconds =
    'timeoutSeconds' in options && typeof timeoutMs === 'number' ? { timeoutSeconds: timeoutMs / 1000 } : {};
  return { ...Object.fromEntries(entries), ...seconds };
}

function requiredScopesOf(verifier: Verifier): { readonly requiredScopes?: readonly string[] } {
  const { requiredScopes } = verifier as { readonly requiredScopes?: unknown };
  return Array.isArray(requiredScopes) && isTexts(requiredScopes)
    ? { requiredScopes: Object.freeze([...requiredScopes]) }
    : {};
}

function isTexts(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.every((member) => typeof member === 'string'));
}
