import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AuthError, invalidToken } from '../src/auth-error.js';
import { toAuthError, unavailable } from '../src/foreign-error.js';
import { JsonError } from '../src/strict-json.js';

const TOKEN = 'eyJhbGciOiJub25lIn0.e30.c2lnbmF0dXJl';

describe('unavailable', () => {
  it('keeps a clean cause as it is', () => {
    const cause = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    expect(unavailable(cause, TOKEN)).toMatchObject({ code: 'temporarily_unavailable', status: 503 });
    expect(unavailable(cause, TOKEN).cause).toBe(cause);
  });

  it('leaves out a cause that holds the token, and says so', () => {
    const error = unavailable(new TypeError(`bad token ${TOKEN}`), TOKEN);
    expect(error.cause).toEqual(new Error('TypeError: it may hold a credential and was removed'));
    expect(inspect(error, { showHidden: true, depth: null })).not.toContain(TOKEN);
  });

  it.each([[undefined], ['']])('cannot look for a token that is %o', (token) => {
    const cause = new Error('boom');
    expect(unavailable(cause, token).cause).toBe(cause);
  });

  it.each([[undefined], [null], [0], ['text'], [Symbol('x')]])('wraps a thrown %o', (thrown) => {
    expect(unavailable(thrown, TOKEN).cause).toBe(thrown);
  });
});

describe('toAuthError', () => {
  it('returns a clean AuthError as it is', () => {
    for (const error of [
      new AuthError('missing_token'),
      invalidToken('expired', { check: 'expiration', expected: 'later than 7', actual: 5 }),
      invalidToken('malformed', undefined, new JsonError('not valid JSON')),
      new AuthError('temporarily_unavailable', { cause: new Error('boom'), retryAfterSeconds: 3 }),
    ]) {
      expect(toAuthError(error, TOKEN)).toBe(error);
      expect(toAuthError(error, undefined)).toBe(error);
    }
  });

  it('wraps everything else', () => {
    const cause = new Error('boom');
    expect(toAuthError(cause, TOKEN)).toMatchObject({ code: 'temporarily_unavailable', cause });
  });

  it('removes details that show the token, and keeps the others', () => {
    const details = { check: 'lookup', expected: 'a known token', actual: TOKEN, hint: `Bearer ${TOKEN}` };
    const error = toAuthError(invalidToken('not_recognized', details, new Error('boom')), TOKEN);
    expect(error).toMatchObject({ code: 'invalid_token', reason: 'not_recognized', cause: new Error('boom') });
    expect(error.details).toEqual({ check: 'lookup', expected: 'a known token' });
  });

  it('removes a cause that shows the token, and keeps everything else', () => {
    const init = { requiredScopes: ['a'], missingScopes: ['a'], retryAfterSeconds: 9, details: { check: 'x' } };
    const cause = Object.assign(new Error('x'), { config: { headers: { authorization: `Bearer ${TOKEN}` } } });
    const error = toAuthError(new AuthError('temporarily_unavailable', { ...init, cause }), TOKEN);
    expect(error).toMatchObject({ code: 'temporarily_unavailable', ...init });
    expect(inspect(error, { showHidden: true, depth: null, getters: true })).not.toContain(TOKEN);
  });
});
