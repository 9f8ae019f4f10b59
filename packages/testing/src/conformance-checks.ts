import { ok } from 'node:assert';
import { inspect } from 'node:util';
import { type AccessToken, type AuthError, isAuthError, toChallenge, type Verifier } from '@auth/core';
import { assertUnavailable, parseBearerChallenge } from './assertions.js';

const STATUS = {
  missing_token: 401,
  invalid_request: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  access_denied: 403,
  temporarily_unavailable: 503,
} as const;

/** Calls a verifier with anything; a synchronous throw is a breach of the contract and not a rejection. */
export function callVerifier(verifier: Verifier, token: unknown, signal?: AbortSignal): Promise<AccessToken> {
  let result: Promise<AccessToken>;
  try {
    result =
      signal === undefined ? verifier.verifyToken(token as string) : verifier.verifyToken(token as string, { signal });
  } catch (error) {
    throw new Error(`verifyToken threw at once instead of rejecting: ${nameOf(error)}`);
  }
  ok(result instanceof Promise || typeof (result as PromiseLike<unknown>)?.then === 'function', 'no promise came back');
  return result;
}

/** The error that a token is refused with. Fails when it is accepted or the error is not one of the contract. */
export async function refusalOf(verifier: Verifier, token: unknown, signal?: AbortSignal): Promise<AuthError> {
  let error: unknown;
  try {
    await callVerifier(verifier, token, signal);
  } catch (thrown) {
    error = thrown;
    ok(isAuthError(error), `rejected with ${nameOf(thrown)} instead of an AuthError`);
  }
  ok(error !== undefined, 'accepted');
  const refusal = error as AuthError;
  assertContract(refusal);
  if (typeof token === 'string') assertSilent(textsOf(refusal), [token], 'the error shows the token');
  return refusal;
}

/** Code, status, reason and the HTTP answer of an error fit together. */
function assertContract(error: AuthError): void {
  ok(error instanceof Error, 'the error is no Error');
  ok(Object.hasOwn(STATUS, error.code), `unknown code ${error.code}`);
  ok(error.status === STATUS[error.code], `status ${error.status} for ${error.code}`);
  ok((error.reason !== undefined) === (error.code === 'invalid_token'), `${error.code} with reason ${error.reason}`);
  ok(typeof error.description === 'string' && error.description !== '', 'no description');
  const { retryAfterSeconds } = error;
  ok(
    retryAfterSeconds === undefined || (Number.isFinite(retryAfterSeconds) && retryAfterSeconds >= 0),
    'bad retryAfterSeconds',
  );
  const answer = toChallenge(error);
  if (error.code === 'temporarily_unavailable') assertUnavailable(answer);
  else parseBearerChallenge(answer.headers['WWW-Authenticate']);
}

/** Every way in which an object could end up in a log. */
export function textsOf(value: unknown): readonly string[] {
  const everything = { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null };
  const texts = [inspect(value, everything), attempt(() => inspect(value, { ...everything, getters: true }))];
  texts.push(
    attempt(() => String(value)),
    attempt(() => JSON.stringify(value)),
  );
  texts.push(
    attempt(() => JSON.stringify({ ...(value as object) })),
    // What goes to a worker, or into a store.
    attempt(() => inspect(structuredClone(value), everything)),
  );
  if (value instanceof Error)
    texts.push(value.message, value.stack ?? '', value.cause === undefined ? '' : inspect(value.cause));
  if (isAuthError(value)) texts.push(value.description, JSON.stringify(toChallenge(value)));
  return texts;
}

/** None of the texts holds one of the secrets, or a long segment of one. Short secrets would be found anywhere. */
export function assertSilent(texts: readonly string[], secrets: readonly string[], message: string): void {
  const parts = secrets.flatMap((secret) => [secret, ...secret.split('.')]).filter((part) => part.length >= 16);
  for (const text of texts) ok(!parts.some((part) => text.includes(part)), message);
}

/** The value and everything in it is frozen. */
export function assertDeeplyFrozen(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) return;
  ok(Object.isFrozen(value), `${path} is not frozen`);
  for (const name of Reflect.ownKeys(value)) {
    assertDeeplyFrozen((value as Record<PropertyKey, unknown>)[name], `${path}.${String(name)}`);
  }
}

/** The scopes are these, in any order. */
export function sameScopes(actual: readonly string[] | undefined, expected: readonly string[], what: string): void {
  const [found, wanted] = [actual ?? [], expected].map((list) => JSON.stringify([...list].sort()));
  ok(found === wanted, `${what} is ${found} instead of ${wanted}`);
}

/** Whom an access token is for: a grant's subject comes back as subject or, where there is no user, as client. */
export function isFor(accessToken: AccessToken, subject: string): boolean {
  return accessToken.subject === subject || (accessToken.subject === undefined && accessToken.clientId === subject);
}

/**
 * What was rejected and handled by nobody while `work` ran, and in the turns after it. Listeners that others have set, a test
 * runner's among them, are put aside meanwhile: it is the case that has to fail, not the run.
 */
export async function strayRejections(work: () => Promise<void>): Promise<readonly unknown[]> {
  const event = 'unhandledRejection';
  const others = process.listeners(event);
  const stray: unknown[] = [];
  process.removeAllListeners(event);
  process.on(event, (reason) => stray.push(reason));
  try {
    await work();
    // The event comes at the end of a turn; what was started may need some to end.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.removeAllListeners(event);
    for (const listener of others) process.on(event, listener);
  }
  return stray;
}

function attempt(make: () => string): string {
  try {
    return make() ?? '';
  } catch {
    // What cannot be made into text does not end up in a log.
    return '';
  }
}

/** Which error, without its text: that may hold the token. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
