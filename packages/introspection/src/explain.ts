import {
  type AccessToken,
  type AuthError,
  type CheckOutcome,
  type ClaimCheck,
  explainClaims,
  missingScopes,
  type ScopeHierarchy,
} from '@auth/core';
import type { Answer } from './response.js';

/** How a token fared, check by check. For operators: it may hold claim values, never the token, a secret or the answer. */
export interface Explanation {
  /** Whether `verifyToken` accepts the token. */
  readonly accepted: boolean;
  /** What `verifyToken` rejects with. */
  readonly error?: AuthError;
  readonly checks: readonly CheckOutcome[];
}

/** How far an explained verification came. */
export interface Findings {
  readonly accessToken?: AccessToken | undefined;
  readonly error?: AuthError | undefined;
  /** What the server said; absent when it was not asked or did not say. */
  readonly answer?: Answer | undefined;
  /** Scopes that the answer grants. */
  readonly scopes?: readonly string[] | undefined;
}

/** What the explanation is about. */
export interface ExplainRules {
  readonly checks: readonly ClaimCheck[];
  readonly requiredScopes: readonly string[];
  readonly scopeHierarchy: ScopeHierarchy;
  readonly now: number;
}

/** Runs the same checks as verification, to their end. */
export function explainFindings(findings: Findings, rules: ExplainRules): Explanation {
  const { error, answer } = findings;
  const checks = [tokenOutcome(findings), introspectionOutcome(findings), ...answerOutcomes(findings, rules)];
  // An answer about an inactive token says nothing else (RFC 7662 §2.2).
  const shown = answer?.kind === 'response' && error?.reason === 'inactive' ? afterActiveSkipped(checks) : checks;
  return { accepted: error === undefined, ...(error === undefined ? {} : { error }), checks: shown };
}

function tokenOutcome({ error, answer }: Findings): CheckOutcome {
  const refused = answer === undefined && error !== undefined && error.code === 'invalid_token';
  if (!refused) return { name: 'token', outcome: 'passed' };
  return { name: 'token', outcome: 'failed', expected: error.details?.expected ?? 'a text that is not empty' };
}

function introspectionOutcome({ error, answer }: Findings): CheckOutcome {
  const expected = 'HTTP 200 with a JSON object';
  if (answer?.kind === 'response') return { name: 'introspection', outcome: 'passed', expected };
  if (answer?.kind === 'not_recognized') {
    const hint = 'the server refused to look at the token (HTTP 400, 413, 414 or 422)';
    return { name: 'introspection', outcome: 'failed', expected, hint };
  }
  if (error?.code !== 'temporarily_unavailable') return { name: 'introspection', outcome: 'skipped', expected };
  return { name: 'introspection', outcome: 'failed', expected, actual: error.details?.actual };
}

function answerOutcomes({ answer, scopes = [] }: Findings, rules: ExplainRules): readonly CheckOutcome[] {
  const { checks, requiredScopes, scopeHierarchy, now } = rules;
  if (answer?.kind !== 'response') {
    return [...checks.map(({ name }) => name), 'scopes'].map((name) => ({ name, outcome: 'skipped' }));
  }
  const missing = missingScopes(scopes, requiredScopes, scopeHierarchy);
  const outcome = missing.length === 0 ? 'passed' : 'failed';
  return [
    ...explainClaims(checks, answer.claims, { now }),
    { name: 'scopes', outcome, expected: requiredScopes, actual: scopes },
  ];
}

function afterActiveSkipped(checks: readonly CheckOutcome[]): readonly CheckOutcome[] {
  const active = checks.findIndex(({ name }) => name === 'active');
  return checks.map((check, index) => (index > active ? { name: check.name, outcome: 'skipped' } : check));
}
