import { isAuthError } from '@auth/core';
import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { ALGORITHMS, encoded, goodClaims, keyFor, keyOption, NOW, signed, TRUST } from './signing-keys.js';

type Members = Readonly<Record<string, unknown>>;

/** What a member is replaced by: every type of JSON, and what converts to something good. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, 1, -1, 1.5, NOW * 1000, Number.MAX_SAFE_INTEGER],
  ...['', ' ', 'x', '0', 'true', String(NOW + 60), '\u0000', '\u202e'],
  ...[[], [[]], {}, { toString: 'x' }, [null], ['x']],
];

/** Each member left out, renamed, replaced and wrapped, and each foreign member added. */
function mutants(members: Members): readonly (readonly [name: string, mutant: Members])[] {
  const changed = Object.keys(members).flatMap((name) => {
    const { [name]: value, ...rest } = members;
    return [
      [`no ${name}`, rest],
      [`${name} in upper case`, { ...rest, [name.toUpperCase()]: value }],
      [`${name} with a blank`, { ...rest, [`${name} `]: value }],
      [`${name} in a list`, { ...rest, [name]: [value] }],
      [`${name} in a list in a list`, { ...rest, [name]: [[value]] }],
      [`${name} in an object`, { ...rest, [name]: { value } }],
      [`${name} as text`, { ...rest, [name]: `${value} ` }],
      ...VALUES.map((other) => [`${name}: ${JSON.stringify(other)}`, { ...rest, [name]: other }]),
    ] as [string, Members][];
  });
  return [...changed, ['a member more', { ...members, x_member: 1 }]];
}

const HEADER = { typ: 'JWT', kid: 'k' };
const CLAIMS = goodClaims({ nbf: NOW - 10 });

const outcomeOf = async (verifier: JWTVerifier, token: string): Promise<string> => {
  const outcome: unknown = await verifier.verifyToken(token).catch((error: unknown) => error);
  if (!isAuthError(outcome)) return outcome instanceof Error ? 'something foreign' : 'accepted';
  return outcome.reason ?? outcome.code;
};

describe('a mutant of a good token, with the signature of the good one', () => {
  it.each(ALGORITHMS)('%s: is never accepted, and is always an invalid_token', async (algorithm) => {
    const key = await keyFor(algorithm);
    const options = { ...TRUST, ...keyOption(key), algorithms: algorithm };
    const verifier = new JWTVerifier(options);
    const header = { alg: algorithm, ...HEADER };
    const good = signed(key, header, CLAIMS);
    await verifier.verifyToken(good);
    const [h = '', p = '', s = ''] = good.split('.');
    const seen: string[] = [];
    for (const [name, mutant] of mutants(header)) {
      seen.push(`${name}: ${await outcomeOf(verifier, `${encoded(mutant)}.${p}.${s}`)}`);
    }
    for (const [name, mutant] of mutants(CLAIMS)) {
      // The signature comes before all that the payload says: nothing about a forged payload is ever told.
      const outcome = await outcomeOf(verifier, `${h}.${encoded(mutant)}.${s}`);
      if (outcome !== 'signature_invalid') seen.push(`${name}: ${outcome}`);
    }
    expect(seen.filter((line) => /: (accepted|something foreign|temporarily_unavailable)$/.test(line))).toEqual([]);
    expect(seen.filter((line) => !/^(no )?(alg|typ|kid|a member)/.test(line))).toEqual([]);
  });
});

describe('a mutant that the right key has signed', () => {
  const REFUSED = 'refused' as const;
  /** By member: which mutants pass. What is not named here has to be refused. */
  const PASSES: Readonly<Record<string, (value: unknown, present: boolean) => boolean>> = {
    typ: (_value, present) => !present,
    kid: (value, present) => !present || (typeof value === 'string' && value !== ''),
    iss: () => false,
    aud: (value) => JSON.stringify(value) === JSON.stringify([TRUST.audience]),
    exp: (value) => typeof value === 'number' && value > NOW && value < NOW * 2,
    nbf: (value, present) => !present || (typeof value === 'number' && value >= 0 && value <= NOW),
    iat: (value, present) => !present || (typeof value === 'number' && value >= 0 && value <= NOW),
    // Who and what for is read leniently, and never made up: see core's claim-mapping tests.
    sub: () => true,
    client_id: () => true,
    scope: () => true,
    jti: () => true,
    x_member: () => true,
  };

  it.each(['ES256', 'HS256'] as const)(
    '%s: is decided by what it says, by nothing but an AuthError',
    async (algorithm) => {
      const key = await keyFor(algorithm);
      const verifier = new JWTVerifier({ ...TRUST, ...keyOption(key), algorithms: algorithm });
      const wrong: string[] = [];
      const decide = async (name: string, header: Members, claims: Members, original: Members): Promise<void> => {
        const mutant = original === CLAIMS ? claims : header;
        const member = Object.keys(PASSES).find(
          (each) =>
            JSON.stringify(mutant[each]) !== JSON.stringify(original[each]) || each in mutant !== each in original,
        );
        const passes =
          member === undefined
            ? 'alg' in header && header.alg === algorithm
            : PASSES[member]?.(mutant[member], member in mutant);
        const outcome = await outcomeOf(verifier, signed(key, header, claims));
        const found = outcome === 'accepted' ? 'accepted' : REFUSED;
        if (
          outcome === 'something foreign' ||
          outcome === 'temporarily_unavailable' ||
          found !== (passes ? 'accepted' : REFUSED)
        ) {
          wrong.push(`${name}: ${outcome}`);
        }
      };
      const header = { alg: algorithm, ...HEADER };
      for (const [name, mutant] of mutants(header)) await decide(name, mutant, CLAIMS, header);
      for (const [name, mutant] of mutants(CLAIMS)) await decide(name, header, mutant, CLAIMS);
      expect(wrong).toEqual([]);
    },
  );
});
