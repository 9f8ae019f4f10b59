import { assertKnownOptions, numberOption } from '@auth/core';

/** How remote keys are fetched and kept. All numbers may be fractions unless they count bytes or keys. */
export interface RemoteKeysOptions {
  /** Time for one refresh, from connecting to the last byte, discovery included, in milliseconds. Default 5000. */
  readonly timeoutMs?: number | undefined;
  /** Life of a key set, in seconds. Default: what `Cache-Control` says, within 60 s and 24 h; 600 when it says nothing. */
  readonly ttlSeconds?: number | undefined;
  /** Shortest time between two fetches that tokens with an unknown `kid` cause, in seconds. Default 30. */
  readonly cooldownSeconds?: number | undefined;
  /**
   * How long the last good set stays in use past its life while the endpoint fails, in seconds. Default 3600. A key that was
   * removed at the endpoint can be trusted for this long after the set's life, and no longer. 0: not at all.
   */
  readonly maxStaleSeconds?: number | undefined;
  /** Longest answer that is read, in bytes after decoding. Default 524288 (512 KiB). */
  readonly maxBytes?: number | undefined;
  /** Most keys that a set may hold; one that holds more is refused. Default 256. */
  readonly maxKeys?: number | undefined;
}

/** {@link RemoteKeysOptions} with their defaults filled in. */
export interface RemoteKeysLimits {
  readonly timeoutMs: number;
  /** Undefined: what the server says. */
  readonly ttlSeconds: number | undefined;
  readonly cooldownSeconds: number;
  readonly maxStaleSeconds: number;
  readonly maxBytes: number;
  readonly maxKeys: number;
}

const NAMES = ['timeoutMs', 'ttlSeconds', 'cooldownSeconds', 'maxStaleSeconds', 'maxBytes', 'maxKeys'] as const;
/** What a timer can hold; a longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Checks the option `remoteKeys` of `owner`. Throws a `TypeError` or `RangeError` that names the option. */
export function remoteKeysLimits(owner: string, options: RemoteKeysOptions = {}): RemoteKeysLimits {
  assertKnownOptions(`${owner} remoteKeys`, options, NAMES);
  const read = (name: (typeof NAMES)[number], fallback: number, bounds: Parameters<typeof numberOption>[4]): number =>
    numberOption(owner, `remoteKeys.${name}`, options[name], fallback, bounds);
  const positive = { min: 0, exclusiveMin: true };
  const count = { min: 1, integer: true };
  return Object.freeze({
    timeoutMs: read('timeoutMs', 5000, { ...positive, max: MAX_TIMER_MS }),
    ttlSeconds: options.ttlSeconds === undefined ? undefined : read('ttlSeconds', 0, positive),
    cooldownSeconds: read('cooldownSeconds', 30, positive),
    maxStaleSeconds: read('maxStaleSeconds', 3600, { min: 0 }),
    maxBytes: read('maxBytes', 524_288, count),
    maxKeys: read('maxKeys', 256, count),
  });
}
