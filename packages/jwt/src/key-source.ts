import type { Algorithm } from './algorithms.js';
import type { VerificationKey } from './verification-key.js';

/** What a token's header says about the key that signed it. */
export interface KeyHint {
  readonly algorithm: Algorithm;
  readonly kid?: string | undefined;
}

/** Where a verifier's keys come from. It does not check signatures and need not know the token. */
export interface KeySource {
  /**
   * The keys that may have signed a token with this header: those with its kid, or, without a kid, every compatible one, at
   * most 8. Empty when there is none. Given synchronously while the keys are at hand, so that the usual case costs no turn of
   * the event loop. Rejects with `temporarily_unavailable` when keys could not be had; never because of what the token says.
   */
  findKeys(hint: KeyHint): readonly VerificationKey[] | Promise<readonly VerificationKey[]>;
  /**
   * What {@link findKeys} would give without waiting for anything; undefined while the keys have to be fetched first. Keeps the
   * keys fresh like it, but looks no further for a kid that is not among them.
   */
  keysAtHand(hint: KeyHint): readonly VerificationKey[] | undefined;
  /** Changes whenever the set of keys changes: what was verified under one generation is not taken for granted in another. */
  readonly generation: number;
  /** The kids at hand, for explanations. */
  readonly kids: readonly string[];
  /** Fetches the keys now, if they are not at hand. */
  ready(): Promise<void>;
  /** Stops background work and closes connections. */
  close(): Promise<void>;
}
