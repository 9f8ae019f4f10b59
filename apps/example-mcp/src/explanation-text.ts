import type { AuthError, CheckOutcome } from '@auth/core';

/** What the verifiers' `explain` resolves to. */
export interface Explanation {
  readonly accepted: boolean;
  readonly error?: AuthError;
  readonly checks: readonly CheckOutcome[];
}

const MARKS = { passed: '✓', failed: '✗', skipped: '·' } as const satisfies Record<CheckOutcome['outcome'], string>;

/** An explanation as lines for the terminal of a developer, each check on its own. */
export function explanationText({ accepted, error, checks }: Explanation): string {
  const verdict = accepted
    ? 'accepted'
    : `refused: ${error?.code ?? 'unknown'}${error?.reason ? ` (${error.reason})` : ''}`;
  const lines = checks.map((check) => `    ${MARKS[check.outcome]} ${check.name}${findings(check)}`);
  return `  ${[verdict, ...lines].join('\n')}\n`;
}

/** A value of a check as text; `undefined` when there is none. */
export function valueText(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(String).join(', ');
  return JSON.stringify(value);
}

function findings({ outcome, expected, actual, hint }: CheckOutcome): string {
  if (outcome === 'skipped') return ' (skipped)';
  if (outcome === 'passed') return '';
  const parts = [
    expected === undefined ? undefined : `expected ${valueText(expected)}`,
    actual === undefined ? undefined : `actual ${valueText(actual)}`,
  ].filter((part) => part !== undefined);
  const seen = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  return hint === undefined ? seen : `${seen}\n      ${hint}`;
}
