import type { Algorithm } from './algorithms.js';
import { KeyIndex } from './key-index.js';
import type { KeyHint } from './key-source.js';
import { importVerificationKey, type VerificationKey } from './verification-key.js';

/** A member of a set that is not used, and why: fixed text, free of key material. */
export interface IgnoredKey {
  readonly kid?: string | undefined;
  readonly why: string;
}

/** The usable keys of one JWK Set (RFC 7517 §5), indexed: finding keys costs the same in a set of 256 as in a set of 1. */
export class KeySet {
  /** Names of the usable keys, each once. */
  readonly kids: readonly string[];
  /** Number of usable keys. */
  readonly size: number;
  /** By the JWK's canonical text, so that an unchanged key is not imported again. */
  readonly #keys: ReadonlyMap<string, VerificationKey>;
  readonly #index: KeyIndex;

  private constructor(keys: ReadonlyMap<string, VerificationKey>) {
    this.#keys = keys;
    this.size = keys.size;
    this.#index = new KeyIndex([...keys.values()]);
    this.kids = this.#index.kids;
  }

  /**
   * Makes a set of the `keys` member of a JWK Set. A key that cannot be used is left out, whatever is wrong with it, and the
   * others go on. Keys that `previous` holds already are taken over.
   */
  static async of(
    jwks: readonly unknown[],
    allowed: readonly Algorithm[],
    previous?: KeySet | undefined,
  ): Promise<{ readonly keySet: KeySet; readonly ignored: readonly IgnoredKey[] }> {
    const keys = new Map<string, VerificationKey>();
    const ignored: IgnoredKey[] = [];
    for (const jwk of jwks) {
      const identity = canonicalText(jwk);
      const known = previous === undefined ? undefined : previous.#keys.get(identity);
      const imported = known === undefined ? await importVerificationKey(jwk, allowed) : { key: known };
      if ('key' in imported) keys.set(identity, imported.key);
      else ignored.push({ kid: kidOf(jwk), why: imported.ignored });
    }
    return { keySet: new KeySet(keys), ignored: Object.freeze(ignored) };
  }

  /** Whether both sets hold the same keys, in whatever order. */
  equals(other: KeySet): boolean {
    return this.size === other.size && [...this.#keys.keys()].every((identity) => other.#keys.has(identity));
  }

  /** The keys that may have signed a token with this header; see {@link KeyIndex.find}. */
  find(hint: KeyHint): readonly VerificationKey[] {
    return this.#index.find(hint);
  }
}

/** Longest kid that is repeated in an event. */
const MAX_SHOWN_KID = 256;

function kidOf(jwk: unknown): string | undefined {
  if (typeof jwk !== 'object' || jwk === null || !Object.hasOwn(jwk, 'kid')) return undefined;
  const { kid } = jwk as { kid?: unknown };
  return typeof kid === 'string' ? kid.slice(0, MAX_SHOWN_KID) : undefined;
}

/** The same text for the same JSON value, in whatever order its members come. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
