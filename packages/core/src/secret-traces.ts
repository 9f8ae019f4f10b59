/** Values looked at before the rest counts as unreadable; an ordinary error has some tens of them. */
const MAX_VALUES = 5_000;
/** Of a shorter secret, a chance match inside a word or a file path says nothing. */
const CERTAIN_LENGTH = 16;
/** Texts this short are no secrets: only a text that is exactly the same counts. */
const TRIVIAL_LENGTH = 4;

/**
 * Whether a log of the value could show the secret, as it is or percent-, form- or JSON-encoded: in texts, names and bytes, in
 * own members (symbols, getters and non-enumerable ones included), in maps, sets, headers and what `toJSON` gives. In doubt
 * (a getter that throws, a promise, more than a few thousand values) the answer is yes.
 */
export function mayHoldSecret(value: unknown, secret: string): boolean {
  if (secret === '') return false;
  try {
    if (isTooShortFor(value, secret.length)) return false;
    return holds(value, secretMatcher(secret));
  } catch {
    return true;
  }
}

/** Texts that numbers and booleans become are shorter. */
const LONGER_THAN_NUMBERS = 32;

/**
 * Whether a value is flat data, each text of which is shorter than the secret: then none can hold it, since no encoding is
 * shorter than what it encodes. Details of refusals are of this kind; to look closer would cost more than all else in a refusal.
 */
function isTooShortFor(value: unknown, secretLength: number): boolean {
  if (secretLength < LONGER_THAN_NUMBERS || typeof value !== 'object' || value === null) return false;
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Reflect.ownKeys(value).every((name) => {
    if (typeof name !== 'string' || name.length >= secretLength || name === 'toJSON') return false;
    const member = (value as Record<string, unknown>)[name];
    return Array.isArray(member)
      ? Reflect.ownKeys(member).length === member.length + 1 && member.every((item) => isShort(item, secretLength))
      : isShort(member, secretLength);
  });
}

function isShort(value: unknown, secretLength: number): boolean {
  if (typeof value === 'string') return value.length < secretLength;
  return value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean';
}

/** The value, or in its place an error that says no more than what kind of value it was, when it may hold one of the secrets. */
export function withoutSecrets(value: unknown, secrets: readonly string[]): unknown {
  if (!secrets.some((secret) => mayHoldSecret(value, secret))) return value;
  return new Error(`${kindOf(value, secrets)}: it may hold a credential and was removed`);
}

function kindOf(value: unknown, secrets: readonly string[]): string {
  try {
    const name = value instanceof Error ? value.name : typeof value;
    return /^[A-Za-z]{1,60}$/.test(name) && !secrets.includes(name) ? name : 'Error';
  } catch {
    return 'Error';
  }
}

/** No encoding changes a text of these characters, and every JWT is one: nothing needs to be encoded to look for it. */
const PLAIN = /^[\w.-]+$/;

type Matcher = (text: string) => boolean;

function secretMatcher(secret: string): Matcher {
  const forms = PLAIN.test(secret) ? [secret] : encodedForms(secret);
  const found = secret.length < TRIVIAL_LENGTH ? isSame : secret.length < CERTAIN_LENGTH ? isWord : isPart;
  return (text) => {
    for (const form of forms) if (found(text, form)) return true;
    return false;
  };
}

function encodedForms(secret: string): ReadonlySet<string> {
  const wellFormed = secret.toWellFormed();
  return new Set([
    secret,
    encodeURIComponent(wellFormed),
    new URLSearchParams({ secret: wellFormed }).toString().slice('secret='.length),
    JSON.stringify(secret).slice(1, -1),
  ]);
}

const isSame = (text: string, form: string): boolean => text === form;
const isPart = (text: string, form: string): boolean => text.includes(form);

function isWord(text: string, form: string): boolean {
  // Where the code was is not where the token is: a short token may well be the name of a directory.
  const searched = text.includes('\n    at ') ? text.replace(/\n {4}at [^\n]*/g, '') : text;
  for (let at = searched.indexOf(form); at !== -1; at = searched.indexOf(form, at + 1)) {
    const before = searched.charAt(at - 1);
    const after = searched.charAt(at + form.length);
    if (!/[\w-]/.test(before) && !/[\w-]/.test(after)) return true;
  }
  return false;
}

function holds(root: unknown, matches: Matcher): boolean {
  const seen = new Set<unknown>();
  const values: unknown[] = [root];
  // A loop over a growing list: no nesting is too deep for it.
  for (const value of values) {
    if (values.length > MAX_VALUES) return true;
    if (isPrimitive(value)) {
      if (value !== undefined && value !== null && matches(String(value))) return true;
    } else if (!seen.has(value)) {
      seen.add(value);
      if (isUnreadable(value)) return true;
      if (bytesHold(value, matches) || namesHold(value, matches)) return true;
      addMembers(value, values);
    }
  }
  return false;
}

function isPrimitive(value: unknown): value is string | number | bigint | boolean | symbol | null | undefined {
  return value === null || (typeof value !== 'object' && typeof value !== 'function');
}

/** What an inspector can look into and this file cannot, or not at a bounded cost. */
function isUnreadable(value: object): boolean {
  if (Array.isArray(value)) return value.length > MAX_VALUES;
  return value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet;
}

const isBytes = (value: object): value is ArrayBuffer | ArrayBufferView =>
  ArrayBuffer.isView(value) || value instanceof ArrayBuffer;

function bytesHold(value: object, matches: Matcher): boolean {
  return isBytes(value) && matches(new TextDecoder('latin1').decode(value));
}

function namesHold(value: object, matches: Matcher): boolean {
  return (
    !isBytes(value) &&
    !Array.isArray(value) &&
    Reflect.ownKeys(value).some((name) => typeof name === 'string' && matches(name))
  );
}

function addMembers(value: object, values: unknown[]): void {
  if (isBytes(value)) return;
  const { toJSON, entries, toString: asText } = value as Record<string, unknown>;
  for (const name of Reflect.ownKeys(value)) {
    // A prototype's accessors are meant for its instances.
    if (typeof value !== 'function' || name !== 'prototype') values.push((value as Record<PropertyKey, unknown>)[name]);
  }
  if (Array.isArray(value) || typeof value === 'function') return;
  if (typeof toJSON === 'function') values.push(toJSON.call(value));
  if (typeof asText === 'function') values.push(String(value));
  if (typeof entries !== 'function') return;
  // Maps, sets, headers, search parameters, forms.
  for (const entry of entries.call(value) as Iterable<unknown>) {
    values.push(entry);
    if (values.length > MAX_VALUES) return;
  }
}
