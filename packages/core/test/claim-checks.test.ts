import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertClaims,
  audienceCheck,
  audienceList,
  type ClaimCheck,
  claimError,
  expirationCheck,
  explainClaims,
  issuedAtCheck,
  issuerCheck,
  MAX_NUMERIC_DATE,
  notBeforeCheck,
  requiredTextClaimsCheck,
  senderConstraintCheck,
} from '../src/claim-checks.js';
import type { Claims } from '../src/claim-values.js';
import { authErrorOf, NOW } from './fakes.js';

const reason = (check: ClaimCheck, claims: Claims, now = NOW): string =>
  check.check(claims, { now })?.reason ?? 'passed';

const strict = expirationCheck({ required: true, toleranceSeconds: 5 });
const lenient = expirationCheck({ required: false, toleranceSeconds: 5 });
const notBefore = notBeforeCheck({ toleranceSeconds: 5 });
const issuedAt = issuedAtCheck({ toleranceSeconds: 5 });
const fresh = issuedAtCheck({ toleranceSeconds: 5, maxAgeSeconds: 60 });
const issuer = issuerCheck({ issuers: ['https://issuer.example'], required: true });
const optionalIssuer = issuerCheck({ issuers: ['https://a', 'https://b'], required: false });
const audience = audienceCheck({ audiences: ['https://api.example'] });
const audiences = audienceCheck({ audiences: ['https://api.example', 'https://other.example'] });

/** Values of JSON that are no time. */
const NO_TIMES: readonly unknown[] = [
  null,
  '',
  '2000000000',
  true,
  false,
  [],
  [2e9],
  {},
  -1,
  -0.5,
  Number('1e400'),
  Number('-1e400'),
];

describe('expirationCheck [checklist 28]', () => {
  it.each<[string, ClaimCheck, Claims, string]>([
    ['a time in the future', strict, { exp: NOW + 60 }, 'passed'],
    ['a fraction of a second', strict, { exp: NOW + 0.25 }, 'passed'],
    ['the last moment of the tolerance', strict, { exp: NOW - 4.999 }, 'passed'],
    ['the end of the tolerance', strict, { exp: NOW - 5 }, 'expired'],
    ['zero', strict, { exp: 0 }, 'expired'],
    ['minus zero', strict, { exp: -0 }, 'expired'],
    ['a missing time that is required [checklist 30]', strict, {}, 'missing_claim'],
    ['a missing time that is not required', lenient, {}, 'passed'],
    ['an expired time that is not required', lenient, { exp: NOW - 60 }, 'expired'],
    ['an inherited time', strict, Object.create({ exp: NOW + 60 }), 'missing_claim'],
    ['the last second of the year 9999', strict, { exp: MAX_NUMERIC_DATE }, 'passed'],
    ['the year 10000', strict, { exp: MAX_NUMERIC_DATE + 1 }, 'malformed'],
    ['milliseconds', strict, { exp: (NOW + 60) * 1000 }, 'malformed'],
    ['the largest int64', strict, { exp: 9_223_372_036_854_775_807n.toString() }, 'malformed'],
    ['the largest int64 as a number', strict, { exp: 2 ** 63 }, 'malformed'],
    ['1e308', strict, { exp: 1e308 }, 'malformed'],
  ])('judges %s', (_what, check, claims, expected) => {
    expect(reason(check, claims)).toBe(expected);
  });
});

describe('times that are no finite number of seconds (OBS-infinite-exp)', () => {
  it.each(NO_TIMES.map((value) => [value]))('are malformed: %o', (value) => {
    expect(reason(strict, { exp: value })).toBe('malformed');
    expect(reason(lenient, { exp: value })).toBe('malformed');
    expect(reason(notBefore, { nbf: value })).toBe('malformed');
    expect(reason(issuedAt, { iat: value })).toBe('malformed');
    expect(reason(fresh, { iat: value })).toBe('malformed');
  });
});

describe('notBeforeCheck and issuedAtCheck', () => {
  it.each<[string, ClaimCheck, Claims, string]>([
    ['no nbf', notBefore, {}, 'passed'],
    ['nbf now', notBefore, { nbf: NOW }, 'passed'],
    ['nbf at the end of the tolerance', notBefore, { nbf: NOW + 5 }, 'passed'],
    ['nbf beyond it', notBefore, { nbf: NOW + 5.5 }, 'not_yet_valid'],
    ['nbf in milliseconds', notBefore, { nbf: NOW * 1000 }, 'not_yet_valid'],
    ['nbf zero', notBefore, { nbf: 0 }, 'passed'],
    ['no iat', issuedAt, {}, 'passed'],
    ['iat at the end of the tolerance', issuedAt, { iat: NOW + 5 }, 'passed'],
    ['iat beyond it', issuedAt, { iat: NOW + 6 }, 'issued_in_future'],
    ['iat long ago', issuedAt, { iat: 0 }, 'passed'],
    ['iat within the maximum age', fresh, { iat: NOW - 64.9 }, 'passed'],
    ['iat at the maximum age and tolerance', fresh, { iat: NOW - 65 }, 'too_old'],
    ['no iat with a maximum age', fresh, {}, 'missing_claim'],
    ['iat in the future with a maximum age', fresh, { iat: NOW + 60 }, 'issued_in_future'],
  ])('judge %s', (_what, check, claims, expected) => {
    expect(reason(check, claims)).toBe(expected);
  });

  it('tell the operator how far the clocks are apart', () => {
    expect(issuedAt.check({ iat: NOW + 90.4 }, { now: NOW })?.hint).toContain('90 s ahead');
  });
});

it('a clock that reads NaN refuses whatever has a time', () => {
  expect(reason(strict, { exp: NOW + 60 }, Number.NaN)).toBe('expired');
  expect(reason(notBefore, { nbf: NOW }, Number.NaN)).toBe('not_yet_valid');
  expect(reason(issuedAt, { iat: NOW }, Number.NaN)).toBe('issued_in_future');
});

describe('time checks are monotone', () => {
  const time = fc.double({ min: 0, max: MAX_NUMERIC_DATE, noNaN: true });
  const tolerance = fc.double({ min: 0, max: 300, noNaN: true });

  it('once expired, always expired; once valid, never again "not yet"', () => {
    fc.assert(
      fc.property(time, time, time, tolerance, (claim, one, two, toleranceSeconds) => {
        const [earlier, later] = one <= two ? [one, two] : [two, one];
        const exp = expirationCheck({ required: true, toleranceSeconds });
        const nbf = notBeforeCheck({ toleranceSeconds });
        const iat = issuedAtCheck({ toleranceSeconds });
        if (reason(exp, { exp: claim }, earlier) === 'expired')
          expect(reason(exp, { exp: claim }, later)).toBe('expired');
        if (reason(nbf, { nbf: claim }, earlier) === 'passed')
          expect(reason(nbf, { nbf: claim }, later)).toBe('passed');
        if (reason(iat, { iat: claim }, earlier) === 'passed')
          expect(reason(iat, { iat: claim }, later)).toBe('passed');
      }),
    );
  });

  it('more tolerance never refuses what less accepts', () => {
    fc.assert(
      fc.property(time, time, tolerance, tolerance, (claim, now, one, two) => {
        const [less, more] = one <= two ? [one, two] : [two, one];
        const make = (toleranceSeconds: number): readonly [ClaimCheck, Claims][] => [
          [expirationCheck({ required: true, toleranceSeconds }), { exp: claim }],
          [notBeforeCheck({ toleranceSeconds }), { nbf: claim }],
          [issuedAtCheck({ toleranceSeconds, maxAgeSeconds: 600 }), { iat: claim }],
        ];
        make(less).forEach(([check, claims], index) => {
          if (reason(check, claims, now) !== 'passed') return;
          expect(make(more)[index]?.[0].check(claims, { now })).toBeUndefined();
        });
      }),
    );
  });
});

describe('issuerCheck [checklist 25]', () => {
  it.each<[string, ClaimCheck, unknown, string]>([
    ['the issuer', issuer, 'https://issuer.example', 'passed'],
    ['a trailing slash', issuer, 'https://issuer.example/', 'issuer_mismatch'],
    ['another case', issuer, 'https://Issuer.example', 'issuer_mismatch'],
    ['the default port', issuer, 'https://issuer.example:443', 'issuer_mismatch'],
    ['a longer text (CVE-2024-53861)', issuer, 'https://issuer.example.evil.example', 'issuer_mismatch'],
    ['a shorter text (CVE-2024-53861)', issuer, 'https://issuer', 'issuer_mismatch'],
    ['a list that has it (CVE-2025-30144)', issuer, ['https://issuer.example'], 'issuer_mismatch'],
    ['an object that says it', issuer, { toString: () => 'https://issuer.example' }, 'issuer_mismatch'],
    ['an empty text', issuer, '', 'issuer_mismatch'],
    ['null', issuer, null, 'issuer_mismatch'],
    ['nothing', issuer, undefined, 'issuer_mismatch'],
    ['one of several', optionalIssuer, 'https://b', 'passed'],
    ['nothing where it is optional', optionalIssuer, undefined, 'passed'],
    ['null where it is optional', optionalIssuer, null, 'issuer_mismatch'],
    ['another one where it is optional', optionalIssuer, 'https://c', 'issuer_mismatch'],
  ])('judges %s', (_what, check, iss, expected) => {
    expect(reason(check, iss === undefined ? {} : { iss })).toBe(expected);
  });

  it('hints at what people overlook', () => {
    const failure = issuer.check({ iss: 'https://issuer.example/' }, { now: NOW });
    expect(failure).toMatchObject({ expected: 'https://issuer.example', actual: 'https://issuer.example/' });
    expect(failure?.hint).toContain('a trailing slash');
  });
});

describe('audienceCheck [checklist 13, 26, 54]', () => {
  it.each<[string, ClaimCheck, unknown, string]>([
    ['our text', audience, 'https://api.example', 'passed'],
    ['a list with ours', audience, ['https://x', 'https://api.example'], 'passed'],
    ['the second of ours', audiences, 'https://other.example', 'passed'],
    ['a sibling resource (CVE-2026-116684)', audience, 'https://api2.example', 'audience_mismatch'],
    ['a path below ours (CVE-2025-69196)', audience, 'https://api.example/mcp', 'audience_mismatch'],
    ['a trailing slash (CVE-2025-69196, CVE-2026-67332)', audience, 'https://api.example/', 'audience_mismatch'],
    ['a prefix of ours', audience, 'https://api', 'audience_mismatch'],
    ['another case', audience, 'https://API.example', 'audience_mismatch'],
    ['an empty list', audience, [], 'audience_mismatch'],
    ['a list with something that is no text', audience, ['https://api.example', 7], 'audience_mismatch'],
    ['a nested list', audience, [['https://api.example']], 'audience_mismatch'],
    ['an object', audience, { 'https://api.example': true }, 'audience_mismatch'],
    ['null', audience, null, 'audience_mismatch'],
    ['nothing', audience, undefined, 'audience_mismatch'],
    ['an empty text', audience, '', 'audience_mismatch'],
  ])('judges %s', (_what, check, aud, expected) => {
    expect(reason(check, aud === undefined ? {} : { aud })).toBe(expected);
  });

  it('accepts exactly the lists of texts that overlap with ours', () => {
    const name = fc.constantFrom('https://api.example', 'https://api.example/', 'a', '', 7, null);
    fc.assert(
      fc.property(fc.oneof(name, fc.array(name)), (aud) => {
        const list = Array.isArray(aud) ? aud : [aud];
        const expected = list.every((item) => typeof item === 'string') && list.includes('https://api.example');
        expect(reason(audience, { aud })).toBe(expected ? 'passed' : 'audience_mismatch');
      }),
    );
  });

  it('audienceList reads texts and lists of texts only', () => {
    expect(audienceList('a')).toEqual(['a']);
    expect(audienceList(['a', 'b'])).toEqual(['a', 'b']);
    expect(audienceList([])).toEqual([]);
    for (const value of [undefined, null, 7, {}, [7], ['a', null]]) expect(audienceList(value)).toBeUndefined();
  });
});

describe('requiredTextClaimsCheck [checklist 30]', () => {
  const check = requiredTextClaimsCheck(['sub', 'jti']);

  it('names every claim that is missing, empty or no text', () => {
    expect(check.check({ sub: 'a', jti: 'b' }, { now: NOW })).toBeUndefined();
    expect(check.check({ sub: '' }, { now: NOW })).toEqual({ reason: 'missing_claim', expected: ['sub', 'jti'] });
    expect(check.check({ sub: 'a', jti: 7 }, { now: NOW })).toEqual({ reason: 'missing_claim', expected: ['jti'] });
    expect(check.check(Object.create({ sub: 'a', jti: 'b' }), { now: NOW })?.reason).toBe('missing_claim');
  });
});

describe('senderConstraintCheck [checklist 49]', () => {
  it.each([[{ jkt: 'x' }], [{}], [null], [''], [false]])(
    'refuses a token with cnf %o: no proof came with it',
    (cnf) => {
      expect(reason(senderConstraintCheck(), { cnf })).toBe('sender_constrained');
    },
  );

  it('passes a token without cnf, whatever objects inherit', () => {
    expect(reason(senderConstraintCheck(), {})).toBe('passed');
    expect(reason(senderConstraintCheck(), Object.create({ cnf: {} }))).toBe('passed');
  });
});

describe('every refusal tells the log what was expected, what was seen, and what to do', () => {
  const limited = issuedAtCheck({ toleranceSeconds: 5, maxAgeSeconds: 60 });
  it.each<[string, ClaimCheck, Claims, object]>([
    ['expiration', strict, {}, { reason: 'missing_claim', expected: 'exp' }],
    [
      'expiration',
      strict,
      { exp: 'x' },
      { reason: 'malformed', expected: 'exp: seconds since the epoch', actual: 'x' },
    ],
    [
      'expiration',
      strict,
      { exp: NOW * 1000 },
      {
        reason: 'malformed',
        expected: 'exp: a time before the year 10000',
        actual: NOW * 1000,
        hint: 'exp is in seconds; this looks like milliseconds or like "for ever"',
      },
    ],
    ['expiration', strict, { exp: NOW - 9 }, { reason: 'expired', expected: `later than ${NOW}`, actual: NOW - 9 }],
    [
      'not before',
      notBefore,
      { nbf: NOW + 9 },
      { reason: 'not_yet_valid', expected: `not later than ${NOW}`, actual: NOW + 9 },
    ],
    [
      'not before',
      notBefore,
      { nbf: 'x' },
      { reason: 'malformed', expected: 'nbf: seconds since the epoch', actual: 'x' },
    ],
    ['issued at', limited, {}, { reason: 'missing_claim', expected: 'iat' }],
    [
      'issued at',
      limited,
      { iat: NOW + 9 },
      {
        reason: 'issued_in_future',
        expected: `not later than ${NOW}`,
        actual: NOW + 9,
        hint: "issued 9 s ahead of this machine's clock: compare the clocks",
      },
    ],
    ['issued at', limited, { iat: NOW - 99 }, { reason: 'too_old', expected: 'issued within 60 s', actual: NOW - 99 }],
    [
      'required claims',
      requiredTextClaimsCheck(['sub', 'jti']),
      { sub: 'a' },
      { reason: 'missing_claim', expected: ['jti'] },
    ],
    [
      'sender constraint',
      senderConstraintCheck(),
      { cnf: {} },
      { reason: 'sender_constrained', hint: 'the authorization server issued a DPoP- or mTLS-bound token' },
    ],
  ])('%s: %#', (name, check, claims, failure) => {
    expect(check.name).toBe(name);
    expect(check.check(claims, { now: NOW })).toStrictEqual(failure);
  });

  it('what each check expects is written down for explain', () => {
    const checks = [strict, lenient, notBefore, issuedAt, issuer, optionalIssuer, audience, audiences];
    expect(checks.map(({ name, expected }) => [name, expected])).toEqual([
      ['expiration', 'a time in the future'],
      ['expiration', 'a time in the future, or none'],
      ['not before', undefined],
      ['issued at', undefined],
      ['issuer', 'https://issuer.example'],
      ['issuer', ['https://a', 'https://b']],
      ['audience', 'https://api.example'],
      ['audience', ['https://api.example', 'https://other.example']],
    ]);
    expect(senderConstraintCheck()).toMatchObject({ name: 'sender constraint', expected: 'no cnf claim' });
  });

  it('a check that expects nothing in particular says nothing about it', () => {
    expect(explainClaims([notBefore], {}, { now: NOW })).toStrictEqual([{ name: 'not before', outcome: 'passed' }]);
  });
});

it('exp 0 has passed even in the first seconds of the epoch', () => {
  expect(reason(strict, { exp: 0 }, 1)).toBe('expired');
  expect(reason(strict, { exp: 0.5 }, 1)).toBe('passed');
});

describe('checks as data', () => {
  const checks = [strict, issuer, audience];
  const bad = { exp: NOW - 60, iss: 'https://evil.example', aud: 'https://api.example' };

  it('are run to the first failure by assertClaims, which throws it', async () => {
    const error = await authErrorOf(() => assertClaims(checks, bad, { now: NOW }));
    expect(error).toMatchObject({ code: 'invalid_token', reason: 'expired' });
    expect(error.details).toEqual({ check: 'expiration', expected: `later than ${NOW}`, actual: NOW - 60 });
    assertClaims(checks, { exp: NOW, iss: 'https://issuer.example', aud: ['https://api.example'] }, { now: NOW });
  });

  it('are run to their end by explainClaims, which says how each came out', () => {
    expect(explainClaims([...checks, notBefore], bad, { now: NOW })).toEqual([
      {
        name: 'expiration',
        outcome: 'failed',
        expected: `later than ${NOW}`,
        actual: NOW - 60,
      },
      { name: 'issuer', outcome: 'failed', expected: 'https://issuer.example', actual: 'https://evil.example' },
      { name: 'audience', outcome: 'passed', expected: 'https://api.example' },
      { name: 'not before', outcome: 'passed' },
    ]);
  });

  it('say the same in both runs, whatever the claims are', () => {
    const claims = fc.record(
      {
        exp: fc.oneof(fc.constantFrom(...NO_TIMES), fc.constantFrom(NOW - 60, NOW + 60)),
        nbf: fc.oneof(fc.constantFrom(...NO_TIMES), fc.constantFrom(NOW - 60, NOW + 60)),
        iss: fc.jsonValue(),
        aud: fc.oneof(fc.jsonValue(), fc.constant('https://api.example')),
      },
      { requiredKeys: [] },
    );
    const all = [...checks, notBefore, issuedAt, senderConstraintCheck()];
    fc.assert(
      fc.property(claims, (value) => {
        const failed = explainClaims(all, value, { now: NOW }).filter(({ outcome }) => outcome === 'failed');
        if (failed.length === 0) assertClaims(all, value, { now: NOW });
        else {
          expect(() => assertClaims(all, value, { now: NOW })).toThrow(
            expect.objectContaining({
              code: 'invalid_token',
              details: expect.objectContaining({ check: failed[0]?.name }),
            }),
          );
        }
      }),
    );
  });

  it('claimError keeps name, expectation and hint for the log', () => {
    expect(claimError('x', { reason: 'claim_rejected', expected: 1, actual: 2, hint: 'h' })).toMatchObject({
      reason: 'claim_rejected',
      details: { check: 'x', expected: 1, actual: 2, hint: 'h' },
    });
  });
});
