import { type AccessToken, type AccessTokenInit, assertClaims, type ClaimCheck, type Claims } from '@auth/core';
import type { CompactToken } from './compact-token.js';
import type { KeyHint } from './key-source.js';
import type { VerificationKey } from './verification-key.js';

/** What is known of a token so far. Each step adds to it; one object belongs to one verification. */
export interface Verification {
  readonly token: string;
  /** Seconds since the epoch, the same for all steps. */
  readonly now: number;
  /** Generation of the key source, read before its keys are: when they change meanwhile, it is one of the past. */
  readonly generation: number;
  parts: CompactToken | undefined;
  header: Claims | undefined;
  hint: KeyHint | undefined;
  /** The keys that may have signed it. */
  candidates: readonly VerificationKey[] | undefined;
  /** The one that did. */
  key: VerificationKey | undefined;
  claims: Claims | undefined;
  init: AccessTokenInit | undefined;
  /** Its entry in the cache, if it has one: what is made of the token is put there. */
  remembered: { accessToken: AccessToken | undefined } | undefined;
}

/** The beginning. Every member is there from the start, so that all verifications are objects of one shape. */
export function verificationOf(token: string, now: number, generation: number): Verification {
  return {
    token,
    now,
    generation,
    parts: undefined,
    header: undefined,
    hint: undefined,
    candidates: undefined,
    key: undefined,
    claims: undefined,
    init: undefined,
    remembered: undefined,
  };
}

/**
 * One named step. Verification runs a list of them to the first throw; `explain` runs the same work to its end and leaves out
 * what cannot be said any more.
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

/** The same work, twice. */
export interface StepLists {
  /** What verification runs, to the first throw: several checks to a step, and nothing is looked at again without need. */
  readonly brief: readonly Step[];
  /** What `explain` shows: one step for each check. */
  readonly explained: readonly Step[];
}

/**
 * Runs the steps in order; the first throw ends it. Most steps are done at once, and where all are, so is this: a promise is
 * made only for a step that has to wait, since each one costs as much as a check.
 */
export function runSteps(steps: readonly Step[], state: Verification, first = 0): void | Promise<void> {
  for (let index = first; index < steps.length; index++) {
    const pending = steps[index]?.run(state);
    if (pending !== undefined) return pending.then(() => runSteps(steps, state, index + 1));
  }
}

/** A check of the header or of the claims as a step of its own, as `explain` shows it. */
export function checkStep(part: 'header' | 'claims', check: ClaimCheck): Step {
  const { name, expected } = check;
  return {
    name,
    needs: part,
    ...(expected === undefined ? {} : { expected }),
    run: (state) => assertClaims([check], known(state[part]), state),
  };
}

/** A part of the state that an earlier step has set. */
export function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('a step ran before the one that it needs');
  return value;
}
