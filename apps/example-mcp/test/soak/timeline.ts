import type { FaultInit } from '@auth/testing';

/**
 * The story of the identity provider, in seconds of a clock that runs fast: in each cycle it fails for a while, is well again, and
 * changes its key.
 */
export const CYCLE_SECONDS = 120;
const FAULT = { from: 20, to: 35 } as const;
const ROTATION = 90;

/** What goes wrong, one kind a cycle. None of them says anything about a token. */
const FAULTS: readonly FaultInit[] = [
  'status',
  'reset',
  'hang-before-headers',
  { kind: 'status', status: 429, headers: { 'retry-after': '3' } },
  'html',
  'hang-after-headers',
  'flapping',
  'truncated',
  { kind: 'slow-body', intervalMs: 400 },
  'oversized',
  'redirect',
  'wrong-json',
  { kind: 'gzip-bomb', bytes: 4_194_304 },
  { kind: 'delay', delayMs: 300 },
  401,
  { kind: 'flapping', fault: { kind: 'reset' } },
];

/** How long after a fault its traces may last, beside a request that hangs: a backoff, an open breaker. */
export const SETTLING_SECONDS = 25;

/** One change of the world. */
export type Act =
  | { readonly at: number; readonly act: 'fail'; readonly how: FaultInit }
  | { readonly at: number; readonly act: 'restore' }
  | { readonly at: number; readonly act: 'rotate'; readonly overlap: boolean };

/** What happens in a cycle. Every other rotation withdraws the older keys. */
export function actsOf(cycle: number): readonly Act[] {
  const start = cycle * CYCLE_SECONDS;
  return [
    { at: start + FAULT.from, act: 'fail', how: FAULTS[cycle % FAULTS.length] ?? 'status' },
    { at: start + FAULT.to, act: 'restore' },
    { at: start + ROTATION, act: 'rotate', overlap: cycle % 2 === 0 },
  ];
}
