import { assertKnownOptions, assertOptionalFunction, type Clock, scopeListOption, systemClock } from '@auth/core';
import { type AuthorizerOptions, DecisionEngine } from './decision-engine.js';

/** Options of `createAuthorizer` of `@auth/mcp/sdk` and `@auth/mcp/sdk-v1`. */
export interface McpAuthorizerOptions extends AuthorizerOptions {
  /**
   * Scopes that the gate in front demands of every request: challenges name them along with the operation's, since a token for
   * the operation alone would be refused by the gate next. They are not checked here. Default: none.
   */
  readonly requiredScopes?: readonly string[] | undefined;
  /** Seconds since the epoch; streams end by it. Default: the system's clock. */
  readonly clock?: Clock | undefined;
}

/** Options after their check. */
export interface McpPolicy {
  readonly engine: DecisionEngine;
  readonly clock: Clock;
  readonly requiredScopes: readonly string[];
}

/** Checks and copies the options. Throws a `TypeError` that names the option. */
export function mcpPolicy(options: McpAuthorizerOptions): McpPolicy {
  const owner = 'createAuthorizer';
  assertKnownOptions(owner, options, ['hierarchy', 'onDecision', 'requiredScopes', 'clock']);
  assertOptionalFunction(owner, 'clock', options.clock);
  return Object.freeze({
    engine: new DecisionEngine(options),
    clock: options.clock ?? systemClock,
    requiredScopes: scopeListOption(owner, 'requiredScopes', options.requiredScopes),
  });
}
