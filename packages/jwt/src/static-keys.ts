import { unavailable } from '@auth/core';
import { KeyIndex } from './key-index.js';
import type { KeyHint, KeySource } from './key-source.js';
import type { VerificationKey } from './verification-key.js';

type Keys = readonly VerificationKey[];

/** Given keys that are ready to be looked for. */
interface ReadyKeys {
  readonly kids: readonly string[];
  find(hint: KeyHint): Keys;
}

/** One key that was given: the `kid` of a token says nothing about it. */
export function singleKey(key: VerificationKey | Promise<VerificationKey>): KeySource {
  const only = (ready: VerificationKey): ReadyKeys => {
    const keys = Object.freeze([ready]);
    return { kids: new KeyIndex(keys).kids, find: () => keys };
  };
  return source(key instanceof Promise ? key.then(only) : only(key));
}

/** The keys of a set that was given. */
export function keyList(keys: Keys | Promise<Keys>): KeySource {
  return source(keys instanceof Promise ? keys.then((ready) => new KeyIndex(ready)) : new KeyIndex(keys));
}

const NONE: ReadyKeys = new KeyIndex([]);

/** A source of keys that never change. Where the platform imports keys later, they are waited for. */
function source(given: ReadyKeys | Promise<ReadyKeys>): KeySource {
  let ready: ReadyKeys | undefined;
  let waiting: Promise<ReadyKeys> | undefined;
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
      ready !== undefined ? ready.find(hint) : (waiting ?? Promise.resolve(NONE)).then((keys) => keys.find(hint)),
    keysAtHand: (hint) => ready?.find(hint),
    get kids(): readonly string[] {
      return (ready ?? NONE).kids;
    },
    ready: async () => {
      await waiting;
    },
    close: async () => undefined,
  };
}
