/** Who the caller is and what the caller may do, as established by a verifier. Deeply frozen, free to share. */
export interface AccessToken {
  /** The credential itself. Not enumerable: absent from JSON, spread, `console.log` and `inspect`. */
  readonly token: string;
  readonly clientId?: string;
  readonly subject?: string;
  readonly issuer?: string;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
  /** Seconds since the epoch. */
  readonly expiresAt?: number;
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * What a verifier says about a token: {@link AccessToken}'s fields without the token, all optional but the identity.
 * At least one of `clientId` and `subject` has to be named; `undefined` is a deliberate "the token does not say".
 */
export type AccessTokenInit = AccessTokenFields &
  ({ readonly clientId: string | undefined } | { readonly subject: string | undefined });

interface AccessTokenFields {
  readonly clientId?: string | undefined;
  readonly subject?: string | undefined;
  readonly issuer?: string | undefined;
  readonly audience?: readonly string[] | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** Seconds since the epoch. */
  readonly expiresAt?: number | undefined;
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

const EMPTY: readonly string[] = Object.freeze([]);
const NO_CLAIMS: Readonly<Record<string, unknown>> = Object.freeze({});

class FrozenAccessToken implements AccessToken {
  // Declared only: a field would be there, undefined, in every printed copy.
  declare readonly clientId?: string;
  declare readonly subject?: string;
  declare readonly issuer?: string;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
  declare readonly expiresAt?: number;
  readonly claims: Readonly<Record<string, unknown>>;
  // A private field is seen by no serialiser, spread, clone or inspector, whatever its options.
  readonly #token: string;

  constructor(token: string, init: AccessTokenInit | AccessToken, claims: Readonly<Record<string, unknown>>) {
    this.#token = token;
    if (init.clientId !== undefined) this.clientId = init.clientId;
    if (init.subject !== undefined) this.subject = init.subject;
    if (init.issuer !== undefined) this.issuer = init.issuer;
    this.audience = frozenList(init.audience);
    this.scopes = frozenList(init.scopes);
    if (init.expiresAt !== undefined) this.expiresAt = init.expiresAt;
    this.claims = claims;
    Object.freeze(this);
  }

  get token(): string {
    return this.#token;
  }

  /** The value, if it was made here, for this very token. */
  static ofToken(value: object, token: string): FrozenAccessToken | undefined {
    return #token in value && value.#token === token ? value : undefined;
  }

  static {
    // An inspector asked for hidden properties and getters looks into the prototypes of classes, but not of plain objects.
    Object.defineProperty(FrozenAccessToken.prototype, 'constructor', { value: Object });
    // All access tokens share it: what one caller did to it would be seen by all others.
    Object.freeze(FrozenAccessToken.prototype);
  }
}

/**
 * Makes the frozen {@link AccessToken} of a verified token. The claims are copied, so that the caller's object stays as it
 * is; a text among them that is the token, or holds one long enough to be no coincidence, is replaced by `[redacted]`, since
 * claims are logged. An access token that was made of this token before is returned as it is. Throws a `TypeError` for lists
 * that are none.
 */
export function createAccessToken(token: string, init: AccessTokenInit | AccessToken): AccessToken {
  if (typeof init !== 'object' || init === null) throw new TypeError('AccessToken: its fields must be an object');
  const made = FrozenAccessToken.ofToken(init, token);
  if (made !== undefined) return made;
  return new FrozenAccessToken(token, init, init.claims === undefined ? NO_CLAIMS : frozenCopy(init.claims, token));
}

/**
 * {@link createAccessToken} for claims that were read from the token itself and that nobody else holds: they are frozen where
 * they stand, since copying them costs as much as all claim checks together. Nothing is redacted: a text inside of a token is
 * shorter than the token.
 */
export function adoptAccessToken(token: string, init: AccessTokenInit): AccessToken {
  return new FrozenAccessToken(token, init, init.claims === undefined ? NO_CLAIMS : freezeJson(init.claims));
}

/** Freezes JSON data that was parsed here and everything in it, where it stands. Its depth is bounded by the parser. */
export function freezeJson<Value>(value: Value): Value {
  // Here and by the parser, data of this kind is only ever frozen as a whole.
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const name of Object.keys(value)) freezeJson((value as Record<string, unknown>)[name]);
  return Object.freeze(value);
}

/** Whether a value has what the road needs of an {@link AccessToken}, whoever made it. */
export function isAccessToken(value: unknown): value is AccessToken {
  return typeof value === 'object' && value !== null && Array.isArray((value as Partial<AccessToken>).scopes);
}

function frozenList(list: readonly string[] | undefined): readonly string[] {
  if (list === undefined) return EMPTY;
  // A text would otherwise be spread into its characters.
  if (!Array.isArray(list)) throw new TypeError('AccessToken: audience and scopes must be lists of texts');
  return list.length === 0 ? EMPTY : Object.freeze([...list]);
}

const REDACTED = '[redacted]';

/** Of a short token, as development verifiers have them, only the whole text counts: it may be a part of any word. */
function showsToken(text: string, token: string): boolean {
  return text === token || (token.length >= 16 && text.includes(token));
}

/** A deeply frozen copy of JSON-like data. */
function frozenCopy<Value>(value: Value, token: string): Value;
function frozenCopy(value: unknown, token: string): unknown {
  if (typeof value === 'string') return showsToken(value, token) ? REDACTED : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map((item) => frozenCopy<unknown>(item, token)));
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = frozenCopy<unknown>((value as Record<string, unknown>)[name], token);
    if (showsToken(name, token)) copy[REDACTED] = member;
    // Assigning to `__proto__` would set the prototype; as a claim it is inert data like any other (CVE-2024-34273).
    else if (name === '__proto__') Object.defineProperty(copy, name, { value: member, enumerable: true });
    else copy[name] = member;
  }
  return Object.freeze(copy);
}

const anonymousKeys = new WeakMap<AccessToken, string>();

/**
 * A stable text for the identity behind a token, (issuer, subject, client): what sessions and other state are bound to.
 * Identities that differ in one of the three never share a key; where several verifiers accept tokens without an issuer
 * (introspection), configure `issuer`, so that two servers' subjects are told apart. A token that names neither a subject nor a client gets a key of its own that no
 * other `AccessToken` object shares, so state bound to it is never found again rather than shared with a stranger.
 */
export function principalKey(accessToken: AccessToken): string {
  const { issuer = null } = accessToken;
  // An empty text names nobody: it must not become one principal for all who have it.
  const subject = accessToken.subject || null;
  const clientId = accessToken.clientId || null;
  if (subject !== null || clientId !== null) return JSON.stringify([issuer, subject, clientId]);
  let key = anonymousKeys.get(accessToken);
  if (key === undefined) {
    key = `anonymous:${globalThis.crypto.randomUUID()}`;
    anonymousKeys.set(accessToken, key);
  }
  return key;
}
