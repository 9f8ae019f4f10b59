import { type AuthError, type CheckOutcome, isAuthError, unavailable } from '@auth/core';
import { type HintContext, hintFor, outageHint } from './hints.js';
import type { Step, Verification } from './verification.js';

/** What became of a token, check by check. */
export interface Explanation {
  /** Whether `verifyToken` would accept the token now. */
  readonly accepted: boolean;
  /** What `verifyToken` would reject with. */
  readonly error?: AuthError;
  /** Every check in order. Values are shortened and free of control characters; they are for logs, not for clients. */
  readonly checks: readonly CheckOutcome[];
}

/**
 * Runs the steps of verification to their end: what fails is noted, what cannot be said any more is `skipped`. Claims are
 * explained even when the signature is bad; the network and the user's own functions are left alone once something failed.
 */
export async function explainSteps(
  steps: readonly Step[],
  state: Verification,
  context: HintContext,
): Promise<Explanation> {
  const checks: CheckOutcome[] = [];
  let error: AuthError | undefined;
  for (const step of steps) {
    const { name, expected, needs, trusted = false } = step;
    const line = expected === undefined ? { name } : { name, expected };
    if ((trusted && error !== undefined) || (needs !== undefined && state[needs] === undefined)) {
      checks.push(Object.freeze({ ...line, outcome: 'skipped' }));
      continue;
    }
    try {
      await step.run(state);
      checks.push(Object.freeze({ ...line, outcome: 'passed' }));
    } catch (thrown) {
      const failure = isAuthError(thrown) ? thrown : unavailable(thrown, state.token);
      error ??= failure;
      checks.push(failedLine(line, failure, hintOf(name, failure, state, context)));
    }
  }
  return Object.freeze({
    accepted: error === undefined,
    ...(error === undefined ? {} : { error }),
    checks: Object.freeze(checks),
  });
}

function hintOf(name: string, failure: AuthError, state: Verification, context: HintContext): string | undefined {
  return failure.code === 'temporarily_unavailable' ? outageHint(failure) : hintFor(name, state, context);
}

function failedLine(
  line: { readonly name: string; readonly expected?: unknown },
  { details = {}, missingScopes }: AuthError,
  usual: string | undefined,
): CheckOutcome {
  const { check: _check, ...seen } = details;
  const missing = missingScopes === undefined ? undefined : `missing: ${missingScopes.join(' ')}`;
  const hint = details.hint ?? usual ?? missing;
  return Object.freeze({ ...line, outcome: 'failed', ...seen, ...(hint === undefined ? {} : { hint }) });
}
