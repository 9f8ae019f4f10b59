import type { Algorithm } from './algorithms.js';
import type { KeyHint } from './key-source.js';
import type { VerificationKey } from './verification-key.js';

/** Most keys that one token is tried against. */
const MAX_CANDIDATES = 8;
const NONE: readonly VerificationKey[] = Object.freeze([]);

interface AlgorithmKeys {
  readonly first: VerificationKey[];
  readonly byKid: Map<string, VerificationKey[]>;
}

/** Keys that never change, indexed: finding some costs the same among 256 as in a set of 1. */
export class KeyIndex {
  /** Names of the keys, each once. */
  readonly kids: readonly string[];
  readonly #byAlgorithm = new Map<Algorithm, AlgorithmKeys>();

  constructor(keys: readonly VerificationKey[]) {
    this.kids = Object.freeze([...new Set(keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid])))]);
    for (const key of keys) this.#add(key);
  }

  /**
   * The keys that may have signed a token with this header, at most 8: those that serve its algorithm and have its kid, or,
   * when it names none, all that serve its algorithm. A key without a kid is never meant by a token with one.
   */
  find({ algorithm, kid }: KeyHint): readonly VerificationKey[] {
    const candidates = this.#byAlgorithm.get(algorithm);
    if (candidates === undefined) return NONE;
    return kid === undefined ? candidates.first : (candidates.byKid.get(kid) ?? NONE);
  }

  #add(key: VerificationKey): void {
    for (const algorithm of key.algorithms) {
      const entry: AlgorithmKeys = this.#byAlgorithm.get(algorithm) ?? { first: [], byKid: new Map() };
      this.#byAlgorithm.set(algorithm, entry);
      addCandidate(entry.first, key);
      if (key.kid === undefined) continue;
      const named = entry.byKid.get(key.kid) ?? [];
      entry.byKid.set(key.kid, named);
      addCandidate(named, key);
    }
  }
}

function addCandidate(candidates: VerificationKey[], key: VerificationKey): void {
  if (candidates.length < MAX_CANDIDATES) candidates.push(key);
}
