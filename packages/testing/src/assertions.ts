import { AssertionError, deepStrictEqual } from 'node:assert';
import { type AccessToken, type AuthError, type AuthErrorCode, type InvalidTokenReason, isAuthError } from '@auth/core';

/** What {@link assertAccepted} compares; what is left out is not looked at. */
export interface ExpectedAccessToken {
  readonly clientId?: string | undefined;
  readonly subject?: string | undefined;
  readonly issuer?: string | undefined;
  readonly audience?: readonly string[];
  /** In any order. */
  readonly scopes?: readonly string[];
  readonly expiresAt?: number | undefined;
  /** Claims that have to be there with these values; others may be there as well. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** What {@link assertRejected} compares; what is left out is not looked at. */
export interface ExpectedRejection {
  readonly code: AuthErrorCode;
  readonly reason?: InvalidTokenReason;
  /** In any order. */
  readonly requiredScopes?: readonly string[];
  /** In any order. */
  readonly missingScopes?: readonly string[];
}

/** An HTTP answer, of `fetch`, of undici or of `toChallenge`. */
export interface AnswerLike {
  readonly status: number;
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** What {@link assertChallenge} compares; a parameter that is left out must not be there. */
export interface ExpectedChallenge {
  readonly status: 400 | 401 | 403;
  readonly error?: string;
  /** In any order. */
  readonly scopes?: readonly string[];
  readonly resourceMetadataUrl?: string;
}

/** Resolves to the access token of a verification that has to succeed. Rejects with an `AssertionError` otherwise. */
export async function assertAccepted(
  verification: Promise<AccessToken>,
  expected: ExpectedAccessToken = {},
): Promise<AccessToken> {
  let accessToken: AccessToken;
  try {
    accessToken = await verification;
  } catch (error) {
    throw failure(`expected the token to be accepted, but it was rejected: ${describeError(error)}`, error);
  }
  const { scopes, claims = {}, ...rest } = expected;
  for (const [name, value] of Object.entries(rest)) same(name, accessToken[name as keyof AccessToken], value);
  if (scopes !== undefined) same('scopes', [...accessToken.scopes].sort(), [...scopes].sort());
  for (const [name, value] of Object.entries(claims)) same(`claim ${name}`, accessToken.claims[name], value);
  return accessToken;
}

/** Resolves to the `AuthError` of a verification that has to be rejected, given as a code or in detail. */
export async function assertRejected(
  verification: Promise<unknown>,
  expected: ExpectedRejection | AuthErrorCode,
): Promise<AuthError> {
  let error: unknown;
  try {
    await verification;
  } catch (thrown) {
    error = thrown;
    if (!isAuthError(thrown)) throw failure(`expected an AuthError, got ${describeError(thrown)}`, thrown);
  }
  if (!isAuthError(error)) throw failure('expected the token to be rejected, but it was accepted');
  const { code, reason, requiredScopes, missingScopes } =
    typeof expected === 'string' ? ({ code: expected } as ExpectedRejection) : expected;
  same('code and reason', [error.code, reason && error.reason], [code, reason]);
  for (const [name, wanted] of Object.entries({ requiredScopes, missingScopes })) {
    const actual = error[name as 'requiredScopes'];
    if (wanted !== undefined) same(name, actual && [...actual].sort(), [...wanted].sort());
  }
  return error;
}

/**
 * Checks a refusal as clients read it: the status, exactly one `WWW-Authenticate: Bearer` with well-formed parameters
 * (RFC 6750 §3, RFC 9728 §5.1), each once. Returns the parameters by name. Throws an `AssertionError` otherwise.
 */
export function assertChallenge(answer: AnswerLike, expected: ExpectedChallenge): Readonly<Record<string, string>> {
  const { status, error, scopes, resourceMetadataUrl } = expected;
  same('status', answer.status, status);
  const parameters = parseBearerChallenge(headerOf(answer, 'WWW-Authenticate'));
  same('error', parameters.error, error);
  same('scope', parameters.scope?.split(' ').sort(), scopes && [...scopes].sort());
  same('resource_metadata', parameters.resource_metadata, resourceMetadataUrl);
  return parameters;
}

/** Checks the answer to an outage: 503 with `Retry-After` in seconds and no challenge. Returns those seconds. */
export function assertUnavailable(answer: AnswerLike): number {
  same('status', answer.status, 503);
  same('WWW-Authenticate', headerOf(answer, 'WWW-Authenticate'), undefined);
  const retryAfter = headerOf(answer, 'Retry-After') ?? '';
  if (!/^[1-9]\d*$/.test(retryAfter)) throw failure('expected Retry-After to be a positive number of seconds');
  return Number(retryAfter);
}

/** The parameters of one Bearer challenge. Throws an `AssertionError` for anything else. */
export function parseBearerChallenge(header: string | undefined): Readonly<Record<string, string>> {
  const [, list] = /^Bearer (.+)$/.exec(header ?? '') ?? [];
  if (list === undefined) throw failure('expected one WWW-Authenticate challenge that starts with Bearer');
  // RFC 6750 §3: the characters of scope and error texts; a URL has no others.
  const parameter = /([a-z_]+)="([\x20-\x21\x23-\x5b\x5d-\x7e]*)"(?:, |$)/y;
  if (list.endsWith(', ')) throw failure('expected no comma at the end of the challenge');
  const parameters: Record<string, string> = {};
  while (parameter.lastIndex < list.length) {
    const [, name = '', value = ''] = parameter.exec(list) ?? [];
    if (name === '') throw failure('expected name="value" pairs of printable ASCII, separated by ", "');
    if (Object.hasOwn(parameters, name)) throw failure(`expected the parameter ${name} once`);
    parameters[name] = value;
  }
  return parameters;
}

function headerOf({ headers }: AnswerLike, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).filter(([key]) => key.toLowerCase() === name.toLowerCase());
  const values = found.flatMap(([, value]) => value ?? []);
  return values.length === 0 ? undefined : values.join(', ');
}

function same(what: string, actual: unknown, expected: unknown): void {
  try {
    deepStrictEqual(actual, expected);
  } catch {
    throw new AssertionError({ message: `${what}: ${show(actual)}, expected ${show(expected)}`, actual, expected });
  }
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function failure(message: string, actual?: unknown): AssertionError {
  return new AssertionError({ message, actual });
}

/** Which error it is, without its text: that may hold the token. */
function describeError(error: unknown): string {
  if (!isAuthError(error)) return error instanceof Error ? `a foreign ${error.name}` : `a thrown ${typeof error}`;
  return error.reason === undefined ? error.code : `${error.code}, ${error.reason}`;
}
