import { likelyCause } from '@auth/core';
import { ALGORITHM_RULES, type Algorithm, DEFAULT_REMOTE_ALGORITHMS, isAlgorithm } from './algorithms.js';
import { isSupported } from './verification-key.js';

/** Where keys come from, by the name of the option. */
export type KeyOption = 'jwksUri' | 'publicKey' | 'secret' | 'jwks' | 'discover';

const ALL = Object.keys(ALGORITHM_RULES) as readonly Algorithm[];
const ML_DSA = ALL.filter((name) => ALGORITHM_RULES[name].scheme === 'ml-dsa');
const ASYMMETRIC = ALL.filter((name) => !isSymmetric(name));

/** Whether an algorithm works with a shared secret. */
export function isSymmetric(algorithm: Algorithm): boolean {
  return ALGORITHM_RULES[algorithm].scheme === 'hmac';
}

/**
 * The allow-list of the option `algorithms`, or the default of the kind of key. Throws a `TypeError` for a name that is none
 * (case counts, `none` never is one), for one that this runtime cannot compute, and for one that does not go with the key option:
 * a public key must never serve as a secret, nor a secret as a public key.
 */
export function algorithmsOption(owner: string, value: unknown, keyOption: KeyOption): readonly Algorithm[] {
  if (value === undefined) return defaultsFor(keyOption);
  const list: readonly unknown[] = Array.isArray(value) ? Array.from(value) : [value];
  if (list.length === 0 || !list.every(isAlgorithm)) {
    throw new TypeError(`${owner}: option 'algorithms' must be one of, or a list of: ${ALL.join(', ')}${meant(list)}`);
  }
  for (const algorithm of list) {
    if (!isSupported(algorithm)) {
      throw new TypeError(
        `${owner}: option 'algorithms': this runtime cannot verify ${algorithm} (Node has ML-DSA from 24.6 on)`,
      );
    }
    if (isSymmetric(algorithm) !== (keyOption === 'secret')) {
      const wanted = isSymmetric(algorithm) ? "goes with the option 'secret' only" : "does not go with 'secret'";
      throw new TypeError(`${owner}: option 'algorithms': ${algorithm} ${wanted} and cannot be used with ${keyOption}`);
    }
  }
  return Object.freeze([...new Set(list)]);
}

/** Of a name that is none, the algorithm that is spelt so but for case and separators: `rs256`, `HS-256`. */
function meant(list: readonly unknown[]): string {
  if (list.includes('none')) return '; an unsigned token is never accepted';
  const name = list.find((item) => !isAlgorithm(item));
  if (typeof name !== 'string' || name.trim() === '') return likelyCause(name ?? list);
  if (/[\s,]/.test(name.trim())) return "; for several write a list, such as ['RS256', 'ES256']";
  const spelt = ALL.find((known) => plain(known) === plain(name));
  return spelt === undefined ? '' : `; did you mean '${spelt}'?`;
}

function plain(name: string): string {
  return name.replaceAll(/[_-]/g, '').toUpperCase();
}

function defaultsFor(keyOption: KeyOption): readonly Algorithm[] {
  if (keyOption === 'secret') return ['HS256'];
  if (keyOption === 'publicKey') return ASYMMETRIC.filter(isSupported);
  if (keyOption === 'jwks') return [...DEFAULT_REMOTE_ALGORITHMS, ...ML_DSA.filter(isSupported)];
  return DEFAULT_REMOTE_ALGORITHMS;
}
