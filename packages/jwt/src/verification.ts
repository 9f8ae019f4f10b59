import { type AccessTokenInit, type ClaimCheck, type Claims, claimError } from '@auth/core';
import type { CompactToken } from './compact-token.js';
import type { KeyHint } from './key-source.js';
import type { VerificationKey } from './verification-key.js';

/** What is known of a token so far. Each step adds to it; one object belongs to one verification. */
export interface Verification {
  readonly token: string;
  /** Seconds since the epoch, the same for all steps. */
  readonly now: number;
  parts?: CompactToken;
  header?: Claims;
  hint?: KeyHint;
  /** The keys that may have signed it. */
  candidates?: readonly VerificationKey[];
  /** The one that did. */
  key?: VerificationKey;
  claims?: Claims;
  init?: AccessTokenInit;
}

/**
 * One named step. Verification runs the list to the first throw; `explain` runs the same list to its end and leaves out what
 * cannot be said any more.
 */
export interface Step {
  readonly name: string;
  readonly expected?: unknown;
  /** What has to be known before the step can run. */
  readonly needs?: keyof Verification;
  /** Runs only while nothing has failed: it touches the network, or it is the user's code. */
  readonly trusted?: boolean;
  /** Throws an `AuthError`, or rejects with one. */
  readonly run: (state: Verification) => void | Promise<void>;
}

/** Runs the steps in order; the first throw ends it. */
export async function runSteps(steps: readonly Step[], state: Verification): Promise<void> {
  for (const step of steps) {
    const pending = step.run(state);
    // Most steps are done at once; each await would cost a turn of the microtask queue.
    if (pending !== undefined) await pending;
  }
}

/** A check of the header or of the claims as a step. */
export function checkStep(part: 'header' | 'claims', { name, expected, check }: ClaimCheck): Step {
  return {
    name,
    needs: part,
    ...(expected === undefined ? {} : { expected }),
    run: (state) => {
      const failure = check(known(state[part]), state);
      if (failure !== undefined) throw claimError(name, failure);
    },
  };
}

/** A part of the state that an earlier step has set. */
export function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('a step ran before the one that it needs');
  return value;
}
