import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importVerificationKey } from '../src/verification-key.js';
import { edwardsWeakness, rsaWeakness } from '../src/weak-keys.js';
import { ALGORITHMS, keyFor } from './signing-keys.js';

const bytesOf = (value: bigint): Buffer => {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
};
const text = (value: bigint): string => bytesOf(value).toString('base64url');

/** An odd number of so many bits without small factors; whether it is a product of two primes does not matter here. */
function modulus(bits: number): bigint {
  const candidate = (1n << BigInt(bits - 1)) + BigInt(`0x${'5a17'.repeat(bits / 16 - 1)}0001`);
  for (let value = candidate; ; value += 2n)
    if (rsaWeakness(text(value), 'AQAB') !== 'RSA modulus with a small factor') return value;
}

function power(base: bigint, exponent: bigint, mod: bigint): bigint {
  let result = 1n;
  let square = base % mod;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest % 2n === 1n) result = (result * square) % mod;
    square = (square * square) % mod;
  }
  return result;
}

describe('weak RSA keys', () => {
  it('fewer than 2048 bits are refused (checklist 23, CVE-2022-23541), 2048 to 16384 are taken', () => {
    for (const bits of [512, 1024, 2032]) expect(rsaWeakness(text(modulus(bits)), 'AQAB')).toMatch(/at least 2048/);
    for (const bits of [2048, 3072, 4096]) expect(rsaWeakness(text(modulus(bits)), 'AQAB')).toBeUndefined();
    expect(rsaWeakness(text(1n << 16_384n), 'AQAB')).toMatch(/at most/);
  });

  it('zeros in front do not make a short modulus long', () => {
    const padded = Buffer.concat([Buffer.alloc(200), bytesOf(modulus(1024))]).toString('base64url');
    expect(rsaWeakness(padded, 'AQAB')).toMatch(/1024 bits/);
  });

  it.each([
    ['0', 0n],
    ['1', 1n],
    ['2', 2n],
    ['65536', 65_536n],
    ['a huge one', (1n << 300n) + 1n],
  ])('exponent %s is refused', (_name, e) => {
    expect(rsaWeakness(text(modulus(2048)), text(e))).toMatch(/exponent/);
  });

  it('exponents 3 and 65537 are taken', () => {
    for (const e of [3n, 65_537n]) expect(rsaWeakness(text(modulus(2048)), text(e))).toBeUndefined();
  });

  it('a modulus with a small factor is refused', () => {
    const value = modulus(2048);
    for (const factor of [2n, 3n, 7n, 167n]) expect(rsaWeakness(text(value * factor), 'AQAB')).toMatch(/small factor/);
  });

  it('a modulus of the ROCA kind is refused (CVE-2017-15361)', () => {
    const primes = [
      2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
    ];
    const more = [109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167];
    const product = [...primes, ...more].reduce((result, prime) => result * BigInt(prime), 1n);
    // The weak generator: p = k * M + (65537^a mod M).
    const weak = (k: bigint, a: bigint): bigint => k * product + power(65_537n, a, product);
    const shift = BigInt(1024 - product.toString(2).length);
    const n = weak((7n << (shift - 2n)) + 12_345n, 1_234_567n) * weak((7n << (shift - 2n)) + 99_999n, 7_654_321n);
    expect(rsaWeakness(text(n), 'AQAB')).toMatch(/ROCA/);
    expect(rsaWeakness(text(n + 2n * product * 3n + 2n), 'AQAB')).not.toMatch(/ROCA/);
  });

  it('keys of real generators are taken', async () => {
    for (const which of ['one', 'two', 'three']) {
      const { n, e } = (await keyFor('RS256', which)).jwk;
      expect(rsaWeakness(String(n), String(e))).toBeUndefined();
    }
  });
});

const P = 2n ** 255n - 19n;
const littleEndian = (value: bigint): string => {
  const bytes = Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
  return bytes.reverse().toString('base64url');
};

describe('weak Ed25519 keys (8725bis 3.4: checklist 8)', () => {
  it('all points of small order are refused, with both signs', () => {
    const d = (P - ((121_665n * power(121_666n, P - 2n, P)) % P)) % P;
    const sqrt = (value: bigint): bigint | undefined => {
      const root = power(value, (P + 3n) / 8n, P);
      if ((root * root) % P === value) return root;
      const other = (root * power(2n, (P - 1n) / 4n, P)) % P;
      return (other * other) % P === value ? other : undefined;
    };
    // Points of order 8 double to points with y = 0: y^2 solves d*y^4 + 2*y^2 - 1 = 0.
    const root = sqrt((1n + d) % P) ?? 0n;
    const inverse = power(d, P - 2n, P);
    const orderEight = [(P - 1n + root) % P, (2n * P - 1n - root) % P].flatMap((value) => {
      const y = sqrt((value * inverse) % P);
      return y === undefined ? [] : [y, P - y];
    });
    expect(orderEight.length).toBe(2);
    for (const y of [0n, 1n, P - 1n, ...orderEight]) {
      expect([y, edwardsWeakness(littleEndian(y))]).toEqual([y, 'Ed25519 point of small order']);
      expect(edwardsWeakness(littleEndian(y + 2n ** 255n))).toBe('Ed25519 point of small order');
    }
  });

  it('points of non-canonical form are refused', () => {
    for (let y = P; y < 2n ** 255n; y++) expect(edwardsWeakness(littleEndian(y))).toMatch(/non-canonical/);
  });

  it('keys of other lengths are refused, real ones are taken', async () => {
    for (const length of [0, 31, 33, 57])
      expect(edwardsWeakness(Buffer.alloc(length, 9).toString('base64url'))).toMatch(/32/);
    expect(edwardsWeakness(String((await keyFor('EdDSA')).jwk.x))).toBeUndefined();
  });
});

describe('importing keys', () => {
  it('CVE-2026-102274: nothing that stands in a set makes the import throw', async () => {
    const members = fc.record(
      {
        kty: fc.oneof(fc.constantFrom('RSA', 'EC', 'OKP', 'AKP', 'oct', 'rsa', ''), fc.anything()),
        crv: fc.oneof(fc.constantFrom('P-256', 'P-521', 'Ed25519', '__proto__', 'toString'), fc.anything()),
        alg: fc.oneof(fc.constantFrom('RS256', 'ML-DSA-44', 'none', 'constructor'), fc.anything()),
        kid: fc.anything(),
        use: fc.oneof(fc.constant('sig'), fc.anything()),
        key_ops: fc.anything(),
        n: fc.oneof(fc.base64String(), fc.anything()),
        e: fc.oneof(fc.constant('AQAB'), fc.anything()),
        x: fc.oneof(fc.base64String(), fc.anything()),
        y: fc.oneof(fc.base64String(), fc.anything()),
        pub: fc.oneof(fc.base64String(), fc.anything()),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(members, fc.anything()), async (jwk) => {
        const result = await importVerificationKey(jwk, ALGORITHMS);
        expect('ignored' in result && typeof result.ignored === 'string').toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('members that throw when they are read are no data', async () => {
    const hostile = Object.defineProperty({}, 'kty', {
      get: () => {
        throw new Error('boom');
      },
    });
    expect(await importVerificationKey(hostile, ALGORITHMS)).toEqual({ ignored: 'not a JSON object' });
  });
});
