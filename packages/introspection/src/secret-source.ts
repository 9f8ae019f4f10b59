import { likelyCause } from '@auth/core';
import { IntrospectionFailure } from './failure.js';

/** A secret, or a function that gives the current one: rotation without a restart. */
export type Secret = string | (() => string | Promise<string>);

/** Gives the secret of the moment; a text at once when it never changes. */
export type SecretSource = () => string | Promise<string>;

/**
 * Reads a secret given as an option. Throws a `TypeError` that names the option for an empty text and for anything but a text
 * or a function. What a function gives is checked when it is asked: a throw, a rejection or an unusable value then is the
 * failure `credentials`, with nothing of the value or of the error in it.
 */
export function secretSource(
  owner: string,
  name: string,
  secret: unknown,
  isUsable: (value: string) => boolean = isUsableSecret,
): SecretSource {
  if (typeof secret === 'string') {
    if (!isUsable(secret))
      throw new TypeError(`${owner}: option '${name}' must not be blank, and fit to be sent${likelyCause(secret)}`);
    return () => secret;
  }
  if (typeof secret !== 'function') {
    throw new TypeError(
      `${owner}: option '${name}' must be a text, or a function that gives one${likelyCause(secret)}`,
    );
  }
  return async () => {
    let value: unknown;
    try {
      value = await (secret as () => unknown)();
    } catch {
      throw new IntrospectionFailure('credentials');
    }
    if (typeof value !== 'string' || !isUsable(value)) throw new IntrospectionFailure('credentials');
    return value;
  };
}

/** Not blank, and Unicode: a lone surrogate would arrive as another character. */
function isUsableSecret(value: string): boolean {
  return value.trim() !== '' && value.isWellFormed();
}

/** RFC 6750 §2.1: b64token, all that fits behind `Bearer`. */
export function isBearerToken(value: string): boolean {
  return /^[A-Za-z0-9\-._~+/]+=*$/.test(value);
}
