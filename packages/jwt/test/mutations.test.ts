import { isAuthError } from '@auth/core';
import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { ALGORITHMS, keyFor, keyOption, NOW, signed, TRUST } from './signing-keys.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const FOREIGN = '+/=. \n\0é';
/** `TEST_LONG=1`: every character in every place, for every algorithm. */
const LONG = process.env.TEST_LONG === '1';

/** What stands in for a character: its neighbours in value (one bit apart), and characters of no value. */
function replacements(character: string, all: boolean): readonly string[] {
  const value = ALPHABET.indexOf(character);
  if (all) return [...ALPHABET, ...FOREIGN].filter((other) => other !== character);
  const flipped = value === -1 ? ['A'] : [ALPHABET.charAt(value ^ 1), ALPHABET.charAt(value ^ 32)];
  return [...flipped, FOREIGN.charAt(value & 7), ''].filter((other) => other !== character);
}

describe('every one-character change of a good token is refused (OBS-second-spelling)', () => {
  it.each(ALGORITHMS)(
    '%s',
    async (algorithm) => {
      const key = await keyFor(algorithm);
      const verifier = new JWTVerifier({ ...TRUST, ...keyOption(key), algorithms: algorithm });
      const token = signed(key, { alg: algorithm }, { iss: TRUST.issuer, aud: TRUST.audience, exp: NOW + 60 });
      await verifier.verifyToken(token);
      // A signature of thousands of characters is changed in every place of its ends and in some of its middle.
      const step = (index: number): number => (!LONG && index > 400 && index < token.length - 100 ? 37 : 1);
      const accepted: string[] = [];
      for (let index = 0; index < token.length; index += step(index)) {
        for (const other of replacements(token.charAt(index), LONG || algorithm === 'HS256')) {
          const changed = token.slice(0, index) + other + token.slice(index + 1);
          const outcome: unknown = await verifier.verifyToken(changed).catch((error: unknown) => error);
          if (!isAuthError(outcome)) accepted.push(`${index} ${JSON.stringify(other)}`);
          else if (outcome.code !== 'invalid_token') accepted.push(`${index} ${outcome.code}`);
        }
      }
      expect(accepted).toEqual([]);
      await verifier.verifyToken(token);
    },
    LONG ? 1_800_000 : 60_000,
  );

  it('so is a character more, anywhere', async () => {
    const key = await keyFor('EdDSA');
    const verifier = new JWTVerifier({ ...TRUST, publicKey: key.publicKey });
    const token = signed(key, { alg: 'EdDSA' }, { iss: TRUST.issuer, aud: TRUST.audience, exp: NOW + 60 });
    for (let index = 0; index <= token.length; index++) {
      for (const added of ['A', '=', '.', ' ']) {
        const changed = token.slice(0, index) + added + token.slice(index);
        await expect(verifier.verifyToken(changed)).rejects.toMatchObject({ code: 'invalid_token' });
      }
    }
  });
});
