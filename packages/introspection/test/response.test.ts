import { assertClaims, type Claims, explainClaims } from '@auth/core';
import { describe, expect, it } from 'vitest';
import { responseChecks, tokenInit } from '../src/response.js';

const NOW = 1_800_000_000;
const CHECKS = responseChecks({ issuers: ['https://auth.example'], audiences: ['api'], toleranceSeconds: 5 });
const GOOD: Claims = Object.freeze({
  active: true,
  exp: NOW + 60,
  nbf: NOW - 60,
  iss: 'https://auth.example',
  aud: 'api',
  token_use: 'access',
  token_type: 'Bearer',
});

describe('each check refuses an answer that all others pass, so that none can be left out', () => {
  const cases: readonly (readonly [name: string, change: Claims, failure: object])[] = [
    ['active', { active: 'true' }, { reason: 'inactive', expected: true, actual: 'true' }],
    ['expiration', { exp: NOW - 60 }, { reason: 'expired', expected: `later than ${NOW}`, actual: NOW - 60 }],
    ['not before', { nbf: NOW + 60 }, { reason: 'not_yet_valid', expected: `not later than ${NOW}`, actual: NOW + 60 }],
    ['issuer', { iss: 'x' }, { reason: 'issuer_mismatch', expected: 'https://auth.example', actual: 'x' }],
    ['audience', { aud: 'x' }, { reason: 'audience_mismatch', expected: 'api', actual: 'x' }],
    [
      'token use',
      { token_use: 'refresh' },
      { reason: 'unsupported_type', expected: 'token_use: access, or absent', actual: 'refresh' },
    ],
    [
      'token type',
      { token_type: 'DPoP' },
      { reason: 'unsupported_type', expected: 'token_type: Bearer, or absent', actual: 'DPoP' },
    ],
    [
      'sender constraint',
      { cnf: { jkt: 'x' } },
      { reason: 'sender_constrained', hint: 'the authorization server issued a DPoP- or mTLS-bound token' },
    ],
  ];

  it('and no other check is in the list', () => {
    expect(CHECKS.map(({ name }) => name)).toEqual(cases.map(([name]) => name));
    expect(() => assertClaims(CHECKS, GOOD, { now: NOW })).not.toThrow();
  });

  it.each(cases)('%s (OBS-active-text, OBS-refresh-token, checklist 53)', (name, change, failure) => {
    const claims = { ...GOOD, ...change };
    const failed = CHECKS.filter(({ check }) => check(claims, { now: NOW }) !== undefined);
    expect(failed.map((each) => each.name)).toEqual([name]);
    expect(failed[0]?.check(claims, { now: NOW })).toStrictEqual(failure);
  });
});

it('what each check expects is written down for explain', () => {
  const lines = explainClaims(CHECKS, GOOD, { now: NOW }).map(({ name, expected }) => [name, expected]);
  expect(lines).toEqual([
    ['active', true],
    ['expiration', 'a time in the future, or none'],
    ['not before', undefined],
    ['issuer', 'https://auth.example'],
    ['audience', 'api'],
    ['token use', 'access, or absent'],
    ['token type', 'Bearer, or absent'],
    ['sender constraint', 'no cnf claim'],
  ]);
});

it.each<[string, unknown]>([
  ['is missing', undefined],
  ['is empty', ''],
  ['is no text', 7],
])('an issuer that %s is the configured one, when there is exactly one', (_what, iss) => {
  expect(tokenInit({ ...GOOD, iss }, ['https://auth.example']).issuer).toBe('https://auth.example');
  expect(tokenInit({ ...GOOD, iss }, ['https://a', 'https://b']).issuer).toBeUndefined();
});
