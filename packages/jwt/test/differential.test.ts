import { isAuthError } from '@auth/core';
import type { KeyPair } from '@auth/testing';
import { importJWK, type CryptoKey as JoseKey, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Algorithm } from '../src/algorithms.js';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { AUDIENCE, goodClaims, ISSUER, keyFor, keyOption, NOW, secretBytes, signed, TRUST } from './signing-keys.js';

/** A small generator with a seed: the corpus is the same in every run. */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const random = randomFrom(20_261_123);
const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)] as Item;
const oddly = (chance: number): boolean => random(100) < chance;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const TIMES = [
  NOW - 100,
  NOW - 5,
  NOW - 4,
  NOW,
  NOW + 5,
  NOW + 6,
  NOW + 100,
  0,
  -1,
  NOW * 1000,
  1.5,
  null,
  'x',
  true,
  [],
  {},
];
const TEXTS = [ISSUER, AUDIENCE, `${ISSUER}/`, '', 'x', 7, null, [ISSUER], [AUDIENCE, 'x'], [AUDIENCE, 1], [], {}];
const ALGS = ['HS256', 'HS384', 'ES256', 'RS256', 'EdDSA', 'Ed25519', 'none', 'es256', '', 5, null];
const TYPES = ['JWT', 'at+jwt', 'application/at+jwt', 'dpop+jwt', 'JOSE', 'x', '', 5, null];

const jsonText = (value: Record<string, unknown>): string => {
  const text = JSON.stringify(value);
  if (oddly(3))
    return text.replace('{', pick(['{"alg":"none",', '{"exp":1,', '{"kid":"a","kid":"b",', '{"\\ud800":1,', ' {']));
  if (oddly(2))
    return pick([`${text} `, `\ufeff${text}`, `[${text}]`, text.slice(0, -1), '"x"', 'null', '{}', '', `${text}x`]);
  return text;
};

function headerOf(alg: string): Record<string, unknown> {
  const header: Record<string, unknown> = { alg };
  if (oddly(40)) header.typ = oddly(70) ? 'JWT' : pick(TYPES);
  if (oddly(6)) header.alg = pick(ALGS);
  if (oddly(15)) header.kid = pick(['a', 'b', '', 5, null]);
  if (oddly(4)) header.crit = pick([[], ['b64'], ['x'], null, 'x']);
  if (oddly(3)) header.b64 = pick([true, false]);
  if (oddly(3)) header.jwk = { kty: 'oct', k: 'AAAA' };
  if (oddly(3)) header.x = pick([1, [[[]]], 'y']);
  return header;
}

function payloadOf(): Record<string, unknown> {
  const claims = goodClaims({ n: random(1_000_000) });
  for (const name of ['exp', 'nbf', 'iat']) if (oddly(8)) claims[name] = pick(TIMES);
  for (const name of ['iss', 'aud', 'sub']) if (oddly(6)) claims[name] = pick(TEXTS);
  if (oddly(4)) delete claims[pick(['exp', 'iss', 'aud', 'iat', 'sub'])];
  if (oddly(2)) claims.cnf = { jkt: 'x' };
  return claims;
}

function mutated(token: string): string {
  const at = random(token.length);
  switch (random(7)) {
    case 0:
      return token.slice(0, at) + pick([...ALPHABET]) + token.slice(at + 1);
    case 1:
      return token.slice(0, at) + token.slice(at + 1);
    case 2:
      return token.slice(0, at) + pick([...ALPHABET, '=', '+', '/', ' ', '\n', '.']) + token.slice(at);
    case 3:
      return token.slice(0, -1) + pick([...ALPHABET]);
    case 4:
      return token + pick(['=', '==', 'A', '.', ' ', '\n']);
    case 5:
      return token.slice(0, at);
    default:
      return token.split('.').slice(0, 2).join('.').concat('.');
  }
}

/** Why a token that jose accepts is refused here: the named stricter rules. What fits none of them is a fault. */
const STRICTER: readonly {
  readonly rule: string;
  readonly applies: (token: string, reason: string | undefined) => boolean;
}[] = [
  {
    rule: 'canonical base64url',
    applies: (token) => token.split('.').some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part),
  },
  { rule: 'typ: JWT, at+jwt or none', applies: (_token, reason) => reason === 'unsupported_type' },
  { rule: 'crit and b64 in any form', applies: (_token, reason) => reason === 'critical_header' },
  {
    rule: 'kid: a text that is not empty',
    applies: (token, reason) => reason === 'malformed' && [5, null, ''].includes(headerMember(token, 'kid') as never),
  },
  {
    rule: 'no duplicate members, BOM or lone surrogates',
    applies: (token, reason) => reason === 'malformed' && !isPlainJson(token),
  },
  { rule: 'cnf is no bearer token', applies: (_token, reason) => reason === 'sender_constrained' },
  {
    rule: 'aud: a text or a list of texts',
    applies: (token, reason) => reason === 'audience_mismatch' && Array.isArray(claim(token, 'aud')),
  },
  {
    rule: 'exp before the year 10000, no negative times',
    applies: (token, reason) =>
      reason === 'malformed' && ['exp', 'nbf', 'iat'].some((name) => isOddTime(claim(token, name))),
  },
  { rule: 'iat never in the future', applies: (_token, reason) => reason === 'issued_in_future' },
  {
    rule: 'exp is required',
    applies: (token, reason) => reason === 'missing_claim' && claim(token, 'exp') === undefined,
  },
];

const part = (token: string, index: number): string =>
  Buffer.from(token.split('.')[index] ?? '', 'base64url').toString();
const member = (text: string, name: string): unknown => {
  try {
    return JSON.parse(text)[name];
  } catch {
    return undefined;
  }
};
const headerMember = (token: string, name: string): unknown => member(part(token, 0), name);
const claim = (token: string, name: string): unknown => member(part(token, 1), name);
const isOddTime = (time: unknown): boolean => typeof time !== 'number' || time < 0 || time > 253_402_300_799;
const isPlainJson = (token: string): boolean =>
  [0, 1].every((index) => {
    const text = part(token, index);
    const colons = text.match(/":/g)?.length ?? 0;
    return (
      !text.includes('\\ud800') &&
      !text.startsWith('\ufeff') &&
      JSON.stringify(JSON.parse(text)).match(/":/g)?.length === colons
    );
  });

interface Subject {
  readonly key: KeyPair;
  readonly verifiers: readonly JWTVerifier[];
  readonly joseKey: JoseKey | Uint8Array;
  readonly joseAlgorithms: string[];
}

async function subjectOf(algorithm: Algorithm): Promise<Subject> {
  const key = await keyFor(algorithm);
  const options = { ...TRUST, ...keyOption(key), algorithms: algorithm };
  const verifiers = [new JWTVerifier(options), new JWTVerifier({ ...options, cache: false })];
  const isSecret = algorithm.startsWith('HS');
  const joseKey = isSecret ? secretBytes(key) : await importJWK(key.jwk, algorithm);
  return {
    key,
    verifiers,
    joseKey: joseKey as JoseKey,
    joseAlgorithms: algorithm === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [algorithm],
  };
}

async function compare({ key, verifiers, joseKey, joseAlgorithms }: Subject, token: string): Promise<string> {
  const outcomes = await Promise.all(
    verifiers.map((verifier) =>
      verifier.verifyToken(token).then(
        () => 'accepted',
        (error: unknown) => error,
      ),
    ),
  );
  const answers = outcomes.map((outcome) => (isAuthError(outcome) ? `${outcome.code} ${outcome.reason}` : outcome));
  expect(answers[0], `with and without the cache: ${token}`).toBe(answers[1]);
  const jose = await jwtVerify(token, joseKey as JoseKey, {
    algorithms: joseAlgorithms,
    issuer: ISSUER,
    audience: AUDIENCE,
    clockTolerance: 5,
    currentDate: new Date(NOW * 1000),
  }).then(
    () => true,
    () => false,
  );
  const [outcome] = outcomes;
  if (outcome === 'accepted')
    return jose ? 'both accept' : `FAULT: accepted here, refused by jose (${key.algorithm}): ${token}`;
  if (!isAuthError(outcome) || outcome.code !== 'invalid_token') return `FAULT: not an invalid_token: ${token}`;
  if (!jose) return 'both refuse';
  const stricter = STRICTER.find(({ applies }) => applies(token, outcome.reason));
  return stricter?.rule ?? `FAULT: refused here for no named rule (${outcome.reason}, ${key.algorithm}): ${token}`;
}

/** How much of the corpus runs: by count, so that the same tokens are compared on every machine. `TEST_LONG=1` runs 30 times as much. */
const SCALE = process.env.TEST_LONG === '1' ? 30 : 1;

const SHARES: readonly (readonly [Algorithm, number])[] = [
  ['HS256', 8_000],
  ['HS512', 2_000],
  ['RS256', 2_500],
  ['PS256', 1_000],
  ['ES256', 1_000],
  ['EdDSA', 500],
];

describe('differential test against jose.jwtVerify', () => {
  it('over many tokens we never accept what jose refuses, and every stricter refusal has a name', async () => {
    const tally = new Map<string, number>();
    let total = 0;
    for (const [algorithm, share] of SHARES) {
      const count = share * SCALE;
      const subject = await subjectOf(algorithm);
      const other = await keyFor(algorithm, 'stranger');
      for (let made = 0; made < count; made += 50) {
        const batch = Array.from({ length: 50 }, () => {
          const [header, payload] = [jsonText(headerOf(algorithm)), jsonText(payloadOf())];
          const token = signed(oddly(5) ? other : subject.key, header, payload);
          return oddly(35) ? mutated(token) : token;
        });
        for (const verdict of await Promise.all(batch.map((token) => compare(subject, token)))) {
          tally.set(verdict, (tally.get(verdict) ?? 0) + 1);
          total++;
        }
      }
    }
    expect([...tally.keys()].filter((verdict) => verdict.startsWith('FAULT')).slice(0, 5)).toEqual([]);
    expect(total).toBe(15_000 * SCALE);
    // The corpus is worth something: much is accepted, and every named rule was met.
    expect(tally.get('both accept')).toBeGreaterThan(total / 10);
    expect(tally.get('both refuse')).toBeGreaterThan(total / 5);
    expect([...tally.keys()].sort()).toEqual(
      ['both accept', 'both refuse', ...STRICTER.map(({ rule }) => rule)].sort(),
    );
  }, 1_800_000);
});
