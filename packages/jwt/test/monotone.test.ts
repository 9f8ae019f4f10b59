import { safeVerify } from '@auth/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import type { JWTVerifierOptions } from '../src/options.js';
import { AUDIENCE, goodClaims, ISSUER, keyFor, keyOption, NOW, signed } from './signing-keys.js';

const key = await keyFor('HS256');
const WEAKEST = {
  ...keyOption(key),
  issuer: null,
  audience: null,
  requireExpiration: false,
  clockToleranceSeconds: 60,
  clock: () => NOW,
} as const;

/** Each asks for more than its absence does. */
const REQUIREMENTS: readonly Partial<JWTVerifierOptions>[] = [
  { issuer: ISSUER },
  { audience: AUDIENCE },
  { requireExpiration: true },
  { clockToleranceSeconds: 0 },
  { maxTokenAgeSeconds: 30 },
  { requiredScopes: ['notes:read'] },
  { profile: 'rfc9068' },
  { validate: ({ sub }) => sub === 'alice' },
  { isRevoked: ({ claims }) => claims.jti === 'two' },
  { maxTokenBytes: 420 },
];

const made = new Map<number, JWTVerifier>();
/** The verifier with the requirements whose bits are set. */
function verifierOf(bits: number): JWTVerifier {
  let verifier = made.get(bits);
  if (verifier === undefined) {
    const chosen = REQUIREMENTS.filter((_requirement, index) => (bits & (1 << index)) !== 0);
    verifier = new JWTVerifier(Object.assign({}, WEAKEST, ...chosen) as JWTVerifierOptions);
    made.set(bits, verifier);
  }
  return verifier;
}

/** Mostly the first value, so that a token has one or two faults and not all of them. */
const member = <Value>(good: Value, ...others: readonly Value[]): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(good) }, fc.constantFrom(...others, undefined));
const time = (good: number): fc.Arbitrary<unknown> =>
  member<unknown>(good, NOW - 100, NOW - 61, NOW - 40, NOW - 4, NOW, NOW + 30, NOW + 90, '1', null);
const claims = fc.record(
  {
    iss: member<unknown>(ISSUER, `${ISSUER}/`, [ISSUER]),
    aud: member<unknown>(AUDIENCE, [AUDIENCE, 'x'], 'x', [7]),
    exp: time(NOW + 3600),
    nbf: time(NOW - 4),
    iat: time(NOW - 4),
    sub: member<unknown>('alice', 'bob', '', 7),
    client_id: member<unknown>('notes-cli', ''),
    jti: member<unknown>('one', 'two'),
    scope: member<unknown>('notes:read notes:write', 'notes:read', 'notes', '', ['notes:read']),
    pad: member('', 'x'.repeat(200)),
  },
  { requiredKeys: [] },
);
const bits = fc.nat(2 ** REQUIREMENTS.length - 1);

test('a requirement more never accepts more, whatever the token says', async () => {
  const tally = { stricter: 0, weaker: 0 };
  await fc.assert(
    fc.asyncProperty(claims, member('at+jwt', 'JWT'), bits, bits, async (extra, typ, some, more) => {
      const token = signed(key, { alg: 'HS256', ...(typ === undefined ? {} : { typ }) }, goodClaims(extra));
      const weaker = await safeVerify(verifierOf(some), token);
      const stricter = await safeVerify(verifierOf(some | more), token);
      if (weaker.ok) tally.weaker++;
      if (!stricter.ok) return;
      tally.stricter++;
      expect(weaker.ok, JSON.stringify({ extra, typ, some, more })).toBe(true);
    }),
    { numRuns: process.env.TEST_LONG === '1' ? 50_000 : 2_500, seed: 20_261_127 },
  );
  // The corpus is worth something: both kinds of verifier accept some, and the weaker ones more.
  expect(tally.stricter).toBeGreaterThan(50);
  expect(tally.weaker).toBeGreaterThan(tally.stricter);
});
