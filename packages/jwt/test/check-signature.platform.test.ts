import { constants, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkSignature } from '../src/check-signature.js';
import { splitToken } from '../src/compact-token.js';
import { importVerificationKey, type VerificationKey } from '../src/verification-key.js';
import { encoded, keyFor, signed } from './signing-keys.js';

async function imported(jwk: unknown, algorithm: 'RS256' | 'ES256'): Promise<VerificationKey> {
  const result = await importVerificationKey(jwk, [algorithm]);
  if ('ignored' in result) throw new Error(result.ignored);
  return result.key;
}

const parts = (token: string): NonNullable<ReturnType<typeof splitToken>> => {
  const split = splitToken(token);
  if (split === undefined) throw new Error('not a token');
  return split;
};

describe('checkSignature', () => {
  it('checklist 3: a key is used for its own algorithm alone, even when the signature would fit', async () => {
    const pss = await keyFor('PS256');
    const { alg: _alg, ...bare } = pss.jwk;
    const key = await imported(bare, 'RS256');
    expect(await checkSignature(parts(signed(pss, { alg: 'PS256' }, '{}')), key, 'PS256')).toBe(false);
  });

  it.each([
    ['PS256', 32],
    ['PS384', 48],
    ['PS512', 64],
  ] as const)(
    'RFC 7518 §3.5: of %s, the salt has exactly %i bytes and the padding is PSS, one at a time and side by side',
    async (algorithm, saltLength) => {
      const signer = await keyFor(algorithm);
      const result = await importVerificationKey(signer.jwk, [algorithm]);
      if ('ignored' in result) throw new Error(result.ignored);
      const input = `${encoded({ alg: algorithm })}.${encoded('{}')}`;
      const bySalt = (padding: number, salt?: number): string => {
        const key = { key: signer.privateKeyObject, padding, ...(salt === undefined ? {} : { saltLength: salt }) };
        const signature = sign(`sha${algorithm.slice(2)}`, Buffer.from(input), key);
        return `${input}.${signature.toString('base64url')}`;
      };
      const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = constants;
      const tokens = [
        bySalt(RSA_PKCS1_PSS_PADDING, saltLength),
        bySalt(RSA_PKCS1_PSS_PADDING, saltLength - 1),
        bySalt(RSA_PKCS1_PSS_PADDING, saltLength + 1),
        bySalt(RSA_PKCS1_PSS_PADDING, 0),
        bySalt(RSA_PKCS1_PADDING),
      ];
      const check = (token: string) => checkSignature(parts(token), result.key, algorithm);
      const expected = [true, false, false, false, false];
      for (const [index, token] of tokens.entries()) expect(await check(token)).toBe(expected[index]);
      expect(await Promise.all(tokens.map(check))).toEqual(expected);
    },
  );

  it('an ECDSA signature with a zero in front of each half is another text for the same numbers, and refused', async () => {
    const signer = await keyFor('ES256');
    const key = await imported(signer.jwk, 'ES256');
    const input = `${encoded({ alg: 'ES256' })}.${encoded('{}')}`;
    const good = Buffer.from(signer.sign(input));
    const zero = Buffer.from([0]);
    const padded = Buffer.concat([zero, good.subarray(0, 32), zero, good.subarray(32)]);
    const check = (signature: Buffer) =>
      checkSignature(parts(`${input}.${signature.toString('base64url')}`), key, 'ES256');
    expect(await check(good)).toBe(true);
    expect(await check(padded)).toBe(false);
  });
});
