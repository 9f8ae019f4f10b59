import { assertKnownOptions, type Clock, numberOption, systemClock } from '@auth/core';

/** What a token says; every member has FastMCP's default. */
export interface CreateTokenOptions {
  /** `sub`. Default `'fastmcp-user'`. */
  readonly subject?: string | undefined;
  /** `iss`. Default `'https://fastmcp.example.com'`. */
  readonly issuer?: string | undefined;
  /** `aud`: a text stays a text, a list a list. Default, and for `''` and `[]`: no such claim. */
  readonly audience?: string | readonly string[] | undefined;
  /** `scope`, joined by spaces. Default, and for `[]`: no such claim. */
  readonly scopes?: readonly string[] | undefined;
  /** Seconds from `iat` to `exp`. 0 and negative numbers make a token that has expired. Default 3600. */
  readonly expiresInSeconds?: number | undefined;
  /** Merged into the claims last, so that it can replace each of them; `undefined` removes one. Default: none. */
  readonly additionalClaims?: Readonly<Record<string, unknown>> | undefined;
  /** Merged into the header last, over `alg`, `typ` and `kid`; `undefined` removes one. The signature stays the key's. */
  readonly header?: Readonly<Record<string, unknown>> | undefined;
  /** `kid` of the header. Default: the one that was given when the key was made, else none. */
  readonly kid?: string | undefined;
  /** When the token is issued, in seconds since the epoch; fractions are cut off. Default: what `clock` says. */
  readonly now?: number | undefined;
  /** The time, in seconds since the epoch. Default: the system's. */
  readonly clock?: Clock | undefined;
}

const KNOWN_OPTIONS = [
  'subject',
  'issuer',
  'audience',
  'scopes',
  'expiresInSeconds',
  'additionalClaims',
  'header',
  'kid',
  'now',
  'clock',
];

/** Throws a `TypeError` or `RangeError` that names the option of `createToken` that makes no sense. */
export function assertCreateTokenOptions(options: CreateTokenOptions): void {
  const owner = 'createToken';
  assertKnownOptions(owner, options, KNOWN_OPTIONS);
  const { audience, scopes, additionalClaims, header, clock } = options;
  for (const name of ['subject', 'issuer', 'kid'] as const) {
    const value = options[name];
    if (value !== undefined && typeof value !== 'string')
      throw new TypeError(`${owner}: option '${name}' must be a text`);
  }
  if (audience !== undefined && typeof audience !== 'string' && !isTextList(audience)) {
    throw new TypeError(`${owner}: option 'audience' must be a text or a list of texts`);
  }
  if (scopes !== undefined && !isTextList(scopes)) {
    throw new TypeError(`${owner}: option 'scopes' must be a list of texts`);
  }
  for (const [name, value] of Object.entries({ additionalClaims, header })) {
    if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw new TypeError(`${owner}: option '${name}' must be an object`);
    }
  }
  if (clock !== undefined && typeof clock !== 'function') {
    throw new TypeError(`${owner}: option 'clock' must be a function`);
  }
  numberOption(owner, 'now', options.now, 0, { min: Number.MIN_SAFE_INTEGER });
  numberOption(owner, 'expiresInSeconds', options.expiresInSeconds, 0, { min: Number.MIN_SAFE_INTEGER });
}

/** The claims that the options ask for. The options have been checked. */
export function tokenClaims(options: CreateTokenOptions): Record<string, unknown> {
  const { subject = 'fastmcp-user', issuer = 'https://fastmcp.example.com', audience, scopes } = options;
  const { expiresInSeconds = 3600, additionalClaims, clock = systemClock } = options;
  const issuedAt = Math.floor(options.now ?? clock());
  return {
    iss: issuer,
    sub: subject,
    iat: issuedAt,
    exp: issuedAt + expiresInSeconds,
    ...(audience === undefined || audience.length === 0 ? {} : { aud: audience }),
    ...(scopes === undefined || scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...additionalClaims,
  };
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
