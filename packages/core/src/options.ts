import { likelyOption } from './option-names.js';

/**
 * Construction-time checks that every package of ours shares. Each throws a `TypeError` (wrong kind) or `RangeError`
 * (wrong size) that names the option and what was expected. None of them ever repeats the value: it may be a secret.
 */

/** Throws a `TypeError` unless `options` is an object that has only the named members: a misspelt option is never ignored. */
export function assertKnownOptions(owner: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${owner}: options must be an object`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      const list = [...known].sort().join(', ');
      const meant = likelyOption(name, known);
      // Whoever forgets a wrapper, as in `{ [token]: … }`, has a credential for a name.
      const shown = /^[\w$-]{1,40}$/.test(name) ? ` '${name}'` : '';
      throw new TypeError(
        `${owner}: unknown option${shown}${meant === '' ? '; known' : `${meant} Known`} options: ${list}`,
      );
    }
  }
}

/**
 * Text for the end of a message: what a refused value probably is, and what to do about it. Empty when nothing can be guessed;
 * never the value itself.
 */
export function likelyCause(value: unknown): string {
  if (value === undefined) return '; it is undefined: is an environment variable missing?';
  if (value === null) return '; it is null';
  if (typeof value === 'string' && value.trim() === '') return '; it is blank: is an environment variable empty?';
  if (value instanceof URL) return '; it is a URL object: write url.href';
  if (!Array.isArray(value)) return '';
  if (value.length === 0) return '; the list is empty';
  const member = Array.from<unknown>(value)
    .map(likelyCause)
    .find((cause) => cause !== '');
  return member?.replace('; it is', '; a member is') ?? '';
}

/** A text that is not blank. */
export function assertText(owner: string, name: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || value.trim() === '') {
    throw new TypeError(`${owner}: option '${name}' must be a text that is not blank${likelyCause(value)}`);
  }
}

/** A boolean, or left out. */
export function assertOptionalBoolean(
  owner: string,
  name: string,
  value: unknown,
): asserts value is boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean') {
    const text = value === 'true' || value === 'false' ? "; it is a text: compare it, as in value === 'true'" : '';
    throw new TypeError(`${owner}: option '${name}' must be true or false${text}`);
  }
}

/** A function, or left out. */
export function assertOptionalFunction(owner: string, name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw new TypeError(`${owner}: option '${name}' must be a function`);
  }
}

/** The bounds of a numeric option. Both ends are allowed values, unless said otherwise. */
export interface NumberBounds {
  readonly min: number;
  /** `min` itself is not allowed. */
  readonly exclusiveMin?: boolean;
  readonly max?: number;
  readonly integer?: boolean;
}

/** A finite number within bounds; `fallback` when left out. Throws a `TypeError` or `RangeError` otherwise. */
export function numberOption(
  owner: string,
  name: string,
  value: unknown,
  fallback: number,
  bounds: NumberBounds,
): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number') {
    const text = typeof value === 'string' ? '; it is a text: write Number(text)' : '';
    throw new TypeError(`${owner}: option '${name}' must be a number${text}`);
  }
  const { min, max = Number.MAX_SAFE_INTEGER, exclusiveMin = false, integer = false } = bounds;
  const inRange = Number.isFinite(value) && value <= max && (exclusiveMin ? value > min : value >= min);
  if (!inRange || (integer && !Number.isInteger(value))) {
    const kind = integer ? 'a whole number' : 'a number';
    const from = exclusiveMin ? `greater than ${min}` : `at least ${min}`;
    const to = bounds.max === undefined ? '' : ` and at most ${max}`;
    throw new RangeError(`${owner}: option '${name}' must be ${kind} ${from}${to}${numberCause(name, value, max)}`);
  }
  return value;
}

function numberCause(name: string, value: number, max: number): string {
  if (Number.isNaN(value)) return '; it is NaN: is an environment variable missing, or no number?';
  return value > max && /(?:seconds|expiresAt)$/i.test(name) ? '; the unit is seconds, not milliseconds' : '';
}

/**
 * An identifier option such as `issuer` or `audience`: a text, a list of texts, or `null`, the only way to say "do not
 * check". Blank texts, empty lists and anything else throw, so that a missing environment variable never opens a door.
 */
export function identifierListOption(owner: string, name: string, value: unknown): readonly string[] | null {
  if (value === null) return null;
  const list: readonly unknown[] = Array.isArray(value) ? Array.from(value) : [value];
  const valid = list.filter((item) => typeof item === 'string' && item.trim() !== '') as readonly string[];
  if (list.length === 0 || valid.length !== list.length) {
    throw new TypeError(
      `${owner}: option '${name}' must be a text, a list of texts, or null to leave it unchecked; none may be blank${likelyCause(value)}`,
    );
  }
  return Object.freeze([...new Set(valid)]);
}
