import { FetchJsonError } from '@auth/core';
import { describe, expect, it } from 'vitest';
import { IntrospectionFailure, toFailure, unavailableError } from '../src/failure.js';

const response = (status: number, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: (async function* () {})(),
});

describe('toFailure', () => {
  it('keeps the code of a foreign error and nothing else', () => {
    const cause = Object.assign(new Error('connect to secret-host'), { code: 'ECONNREFUSED', data: 'upstream body' });
    const failure = toFailure(new FetchJsonError('network', undefined, { cause }), 0);
    expect(failure).toMatchObject({ failure: 'network', code: 'ECONNREFUSED', message: 'network (ECONNREFUSED)' });
    expect(failure.cause).toBeUndefined();
    expect(toFailure(Object.assign(new Error('x'), { code: 'a secret with spaces' }), 0).code).toBeUndefined();
    expect(toFailure('a text', 0)).toMatchObject({ failure: 'network' });
  });

  it('finds a code further down', () => {
    const inner = Object.assign(new Error('tls'), { code: 'CERT_HAS_EXPIRED' });
    expect(toFailure(new Error('outer', { cause: inner }), 0).code).toBe('CERT_HAS_EXPIRED');
  });

  it.each([401, 403])('tells %i apart: our own credentials are wrong', (status) => {
    expect(toFailure(new FetchJsonError('status', response(status)), 0)).toMatchObject({
      failure: 'unauthorized',
      status,
    });
  });

  it.each([
    [429, '7', 7],
    [503, '120', 120],
    [503, '0', 0],
    [503, '999999999', 86_400],
    [503, 'Thu, 01 Jan 1970 00:01:00 GMT', 60],
    [503, 'Thu, 01 Jan 1969 00:00:00 GMT', 0],
    [503, 'soon', undefined],
    [503, '-5', undefined],
    [500, '7', undefined],
    [502, '7', undefined],
  ])('reads Retry-After of a %i: %s → %s', (status, value, seconds) => {
    const failure = toFailure(new FetchJsonError('status', response(status, { 'retry-after': value })), 0);
    expect(failure.retryAfterSeconds).toBe(seconds);
  });
});

describe('unavailableError', () => {
  it('is temporarily_unavailable, says why in details, and when to try again', () => {
    const error = unavailableError(new IntrospectionFailure('status', { status: 503, retryAfterSeconds: 6.2 }));
    expect(error).toMatchObject({
      code: 'temporarily_unavailable',
      status: 503,
      retryAfterSeconds: 7,
      details: { check: 'introspection', actual: 'status (HTTP 503)' },
    });
    expect(unavailableError(new IntrospectionFailure('timeout')).retryAfterSeconds).toBeUndefined();
  });
});
