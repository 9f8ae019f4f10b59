import {
  type AccessTokenInit,
  assertKnownOptions,
  assertText,
  audienceList,
  freezeJson,
  likelyCause,
  MAX_NUMERIC_DATE,
  numberOption,
  scopeListOption,
} from '@auth/core';

/** What one static token stands for. */
export interface StaticToken {
  /** The client that the token belongs to; not blank. */
  readonly clientId: string;
  /** Granted scopes. Default: none. */
  readonly scopes?: readonly string[] | undefined;
  /** When the token ends, in whole seconds since the epoch, without tolerance. Default, and `null`: never. */
  readonly expiresAt?: number | null | undefined;
  /** Whom the token speaks for. Default: the claim `sub`, if it is a text. */
  readonly subject?: string | undefined;
  /** Further claims, as data: copied and frozen. `iss` and `aud` become the issuer and audience. Default: none. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** A token's text with what it stands for, checked and copied. */
export type StaticTokenEntry = readonly [token: string, accessToken: AccessTokenInit];

/**
 * Throws a `TypeError` when the option `tokens` is not there, as when the tokens themselves are given for options: then their
 * names are credentials, which no message may repeat.
 */
export function assertTokensGiven(owner: string, options: unknown): void {
  if (typeof options !== 'object' || options === null || Object.hasOwn(options, 'tokens')) return;
  throw new TypeError(`${owner}: option 'tokens' is needed: { tokens: { 'a-token': { clientId: 'a-client' } } }`);
}

const MEMBERS = ['clientId', 'scopes', 'expiresAt', 'subject', 'claims'];

/**
 * Checks and copies the definitions. Throws a `TypeError` or `RangeError` that names an entry by its position, because its
 * name is the credential.
 */
export function staticTokenEntries(owner: string, tokens: unknown): readonly StaticTokenEntry[] {
  if (typeof tokens !== 'object' || tokens === null || Array.isArray(tokens) || !isPlain(tokens)) {
    throw new TypeError(`${owner}: option 'tokens' must map each token to what it stands for${likelyCause(tokens)}`);
  }
  return Object.entries(tokens).map(([token, definition]: [string, unknown], index): StaticTokenEntry => {
    const entry = `${owner}: option 'tokens', entry ${index + 1}`;
    if (token.trim() === '' || !token.isWellFormed()) throw new TypeError(`${entry}: the token must not be blank`);
    return [token, accessTokenInit(entry, definition)];
  });
}

function accessTokenInit(entry: string, definition: unknown): AccessTokenInit {
  assertKnownOptions(entry, definition, MEMBERS);
  const { clientId, scopes, expiresAt, subject, claims } = definition as Record<string, unknown>;
  assertText(entry, 'clientId', clientId);
  if (subject !== undefined) assertText(entry, 'subject', subject);
  const copied = copyOfClaims(entry, claims);
  const text = (name: string): string | undefined => {
    const value = Object.hasOwn(copied, name) ? copied[name] : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return freezeJson({
    clientId,
    scopes: scopeListOption(entry, 'scopes', scopes),
    expiresAt: expirationOption(entry, expiresAt),
    subject: subject ?? text('sub'),
    issuer: text('iss'),
    audience: Object.hasOwn(copied, 'aud') ? (audienceList(copied.aud) ?? []) : [],
    claims: copied,
  });
}

function expirationOption(entry: string, expiresAt: unknown): number | undefined {
  if (expiresAt === undefined || expiresAt === null) return undefined;
  return numberOption(entry, 'expiresAt', expiresAt, 0, { min: 0, max: MAX_NUMERIC_DATE, integer: true });
}

function copyOfClaims(entry: string, claims: unknown): Record<string, unknown> {
  if (claims === undefined) return {};
  const refused = new TypeError(`${entry}: option 'claims' must be an object of plain data`);
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims) || !isPlain(claims)) throw refused;
  try {
    const copy = structuredClone(claims) as Record<string, unknown>;
    // Throws for what JSON cannot say, cycles among it: claims are data that gets copied and logged.
    JSON.stringify(copy);
    return copy;
  } catch {
    // The platform's message would quote the value.
    throw refused;
  }
}

/** Not a Map, a Date or another class instance, whose contents `Object.entries` does not see. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
