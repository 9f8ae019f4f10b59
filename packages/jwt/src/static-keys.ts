import { unavailable } from '@auth/core';
import type { KeyHint, KeySource } from './key-source.js';
import type { VerificationKey } from './verification-key.js';

/** Most keys that one token is tried against. */
const MAX_CANDIDATES = 8;

/** One key that was given: the `kid` of a token says nothing about it. */
export function singleKey(key: VerificationKey | Promise<VerificationKey>): KeySource {
  return source(key instanceof Promise ? key.then((ready) => [ready]) : [key], (keys) => keys);
}

/** The keys of a set that was given. */
export function keyList(keys: readonly VerificationKey[] | Promise<readonly VerificationKey[]>): KeySource {
  return source(keys, (all, { algorithm, kid }) =>
    all
      .filter((key) => key.algorithms.includes(algorithm) && (kid === undefined || key.kid === kid))
      .slice(0, MAX_CANDIDATES),
  );
}

type Keys = readonly VerificationKey[];

/** A source of keys that never change. Where the platform imports keys later, they are waited for. */
function source(given: Keys | Promise<Keys>, select: (keys: Keys, hint: KeyHint) => Keys): KeySource {
  let ready: Keys | undefined;
  let waiting: Promise<Keys> | undefined;
  if (given instanceof Promise) {
    waiting = given.then(
      (keys) => {
        ready = keys;
        return keys;
      },
      // A key of good form that the platform refuses: found too late for the constructor, and no fault of a token.
      (error: unknown) => {
        throw unavailable(error, undefined);
      },
    );
    waiting.catch(() => undefined);
  } else {
    ready = given;
  }
  return {
    generation: 0,
    findKeys: (hint) =>
      ready !== undefined ? select(ready, hint) : (waiting ?? Promise.resolve([])).then((keys) => select(keys, hint)),
    get kids(): readonly string[] {
      return [...new Set((ready ?? []).flatMap(({ kid }) => (kid === undefined ? [] : [kid])))];
    },
    ready: async () => {
      await waiting;
    },
    close: async () => undefined,
  };
}
