import { describe, expect, it, vi } from 'vitest';
import {
  AuthError,
  type AuthErrorCode,
  type InvalidTokenReason,
  invalidToken,
  isAuthError,
} from '../src/auth-error.js';

const STATUSES = {
  missing_token: 401,
  invalid_request: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  access_denied: 403,
  temporarily_unavailable: 503,
} as const satisfies Record<AuthErrorCode, number>;

const REASONS = [
  'malformed',
  'too_large',
  'algorithm_not_allowed',
  'unsupported_type',
  'critical_header',
  'unknown_key',
  'signature_invalid',
  'missing_claim',
  'expired',
  'not_yet_valid',
  'issued_in_future',
  'too_old',
  'issuer_mismatch',
  'audience_mismatch',
  'claim_rejected',
  'inactive',
  'revoked',
  'not_recognized',
  'sender_constrained',
] as const satisfies readonly InvalidTokenReason[];

/** RFC 6750 §3: the characters of error_description. */
const DESCRIPTION = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;

describe('AuthError', () => {
  it.each(Object.entries(STATUSES))('maps %s to HTTP %i [checklist 42, 58, 59]', (code, status) => {
    const error = new AuthError(code as AuthErrorCode);
    expect(error).toMatchObject({ code, status, name: 'AuthError' });
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe(error.description);
    expect(error.description).toMatch(DESCRIPTION);
  });

  it('leaves the stack traces of others alone, whatever its cause does when it is read', () => {
    const limit = Error.stackTraceLimit;
    const init = {
      get cause(): never {
        throw new Error('unreadable');
      },
    };
    try {
      expect(() => new AuthError('invalid_token', init)).toThrow('unreadable');
      expect(Error.stackTraceLimit).toBe(limit);
    } finally {
      Error.stackTraceLimit = limit;
    }
  });

  it('has a stack trace only where something of ours has failed', () => {
    const limit = Error.stackTraceLimit;
    expect(invalidToken('expired').stack).toBe('AuthError: The access token has expired');
    expect(Error.stackTraceLimit).toBe(limit);
    expect(new AuthError('temporarily_unavailable').stack).toContain('auth-error.test.ts');
    expect(new Error('another').stack).toContain('auth-error.test.ts');
  });

  it('is made all the same where the setting cannot be changed', () => {
    const descriptor = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
    try {
      Object.defineProperty(Error, 'stackTraceLimit', { value: 10, writable: false });
      expect(invalidToken('expired').reason).toBe('expired');
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', descriptor ?? { value: 10, writable: true });
    }
  });

  it.each(REASONS)('describes the reason %s in fixed text that a header may carry [checklist 43]', (reason) => {
    const error = invalidToken(reason, { check: 'x', expected: 'a "claim\r\n', actual: 'value' });
    expect(error).toMatchObject({ code: 'invalid_token', reason, status: 401 });
    expect(error.description).toMatch(DESCRIPTION);
    expect(error.description).not.toContain('scope=');
    expect(error.description).toBe(new AuthError('invalid_token', { reason }).description);
  });

  it('gives each code and reason a text of its own', () => {
    const texts = [
      ...Object.keys(STATUSES).map((code) => new AuthError(code as AuthErrorCode).description),
      ...REASONS.map((reason) => invalidToken(reason).description),
    ];
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('leaves out what it was not given', () => {
    expect(Object.keys(new AuthError('missing_token')).sort()).toEqual(['code', 'description', 'status']);
    expect(new AuthError('missing_token')).not.toHaveProperty('cause');
  });

  it('keeps copies of the scopes and the details, frozen', () => {
    const requiredScopes = ['a', 'b'];
    const details = { check: 'scopes', actual: 'x' };
    const error = new AuthError('insufficient_scope', { requiredScopes, missingScopes: ['b'], details });
    requiredScopes.push('c');
    details.actual = 'y';
    expect(error.requiredScopes).toEqual(['a', 'b']);
    expect(error.missingScopes).toEqual(['b']);
    expect(error.details).toEqual({ check: 'scopes', actual: 'x' });
    expect([error.requiredScopes, error.missingScopes, error.details].every((part) => Object.isFrozen(part))).toBe(
      true,
    );
  });

  it('keeps the cause and the time of a retry', () => {
    const cause = new Error('connect ECONNREFUSED');
    const error = new AuthError('temporarily_unavailable', { cause, retryAfterSeconds: 30 });
    expect(error.cause).toBe(cause);
    expect(error.retryAfterSeconds).toBe(30);
    expect(JSON.stringify(error)).not.toContain('ECONNREFUSED');
  });

  it.each([
    ['code', () => new AuthError('toString' as AuthErrorCode)],
    ['reason', () => invalidToken('constructor' as InvalidTokenReason)],
  ])('refuses an unknown %s', (what, make) => {
    expect(make).toThrow(new TypeError(`AuthError: unknown ${what}`));
  });
});

describe('isAuthError', () => {
  it('knows an error made by another copy of the package, and that copy knows ours', async () => {
    vi.resetModules();
    const copy = await import('../src/auth-error.js');
    const theirs = new copy.AuthError('invalid_token', { reason: 'expired' });
    expect(theirs).not.toBeInstanceOf(AuthError);
    expect(isAuthError(theirs)).toBe(true);
    expect(copy.isAuthError(invalidToken('expired'))).toBe(true);
  });

  it('knows a subclass', () => {
    class TenantError extends AuthError {}
    expect(isAuthError(new TenantError('access_denied'))).toBe(true);
  });

  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('do not look at me');
      },
    },
  );

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'invalid_token'],
    ['an Error', new Error('x')],
    ['an object with the same fields', { name: 'AuthError', code: 'invalid_token', status: 401, description: '' }],
    ['an AuthError sent through JSON', JSON.parse(JSON.stringify(invalidToken('expired')))],
    ['an object that throws when looked at', hostile],
  ])('does not take %s for one', (_what, value) => {
    expect(isAuthError(value)).toBe(false);
  });
});
