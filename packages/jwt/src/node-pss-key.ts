import { constants, type KeyObject, type VerifyKeyObjectInput, verify } from 'node:crypto';

/** What `verify` of `node:crypto` takes as a key. */
export type NodeKey = KeyObject | VerifyKeyObjectInput;

/**
 * A key for RSASSA-PSS (RFC 8017 §8.1) with exactly this salt length, in bytes. Takes the key object over.
 *
 * Node reads the options of `verify` from whatever it is given as the key: from a key object, too. An object around the key, as
 * its documentation shows it, makes a check cost half as much again (10 µs, on the calling thread even in callback form).
 * Where a runtime does not read them there, they would be ignored, so it is asked first, and gets the object around the key.
 */
export function pssKey(key: KeyObject, saltLength: number): NodeKey {
  const options = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  optionsOfKeysCount ??= readsOptionsOf(key);
  return optionsOfKeysCount ? Object.assign(key, options) : { key, ...options };
}

/** What was found out about the runtime; written by {@link pssKey} alone. */
let optionsOfKeysCount: boolean | undefined;

/** Whether an option that makes no sense is noticed in each place, and nothing else is. Leaves the key as it was. */
function readsOptionsOf(key: KeyObject): boolean {
  if (!Object.isExtensible(key)) return false;
  const isNoticed = (options: object): boolean => {
    Object.assign(key, options);
    try {
      verify('sha256', new Uint8Array(1), key, new Uint8Array(1));
      return false;
    } catch {
      return true;
    } finally {
      for (const name of Object.keys(options)) Reflect.deleteProperty(key, name);
    }
  };
  return !isNoticed({}) && isNoticed({ padding: 'none' }) && isNoticed({ saltLength: 'none' });
}
