import { decodeBase64Url } from '#crypto';

const MIN_MODULUS_BITS = 2048;
/** What OpenSSL itself stops at; a larger one only costs time. */
const MAX_MODULUS_BITS = 16_384;
/** FIPS 186-5 §A.1.1: the public exponent is below 2^256. */
const MAX_EXPONENT_BITS = 256;

// The primes whose residues give away a modulus of the ROCA kind, for every length of key.
const SMALL_PRIMES: readonly number[] = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
  127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/** Why an RSA public key is refused, or undefined. Takes base64url texts of canonical form. */
export function rsaWeakness(n: string, e: string): string | undefined {
  const modulus = integerOf(n);
  const exponent = integerOf(e);
  const bits = bitLength(modulus);
  if (bits < MIN_MODULUS_BITS) return `RSA modulus of ${bits} bits, at least ${MIN_MODULUS_BITS} are needed`;
  if (bits > MAX_MODULUS_BITS) return `RSA modulus of ${bits} bits, at most ${MAX_MODULUS_BITS} are allowed`;
  if (exponent < 3n || exponent % 2n === 0n || bitLength(exponent) > MAX_EXPONENT_BITS) {
    return 'RSA exponent that is even, below 3 or too large';
  }
  if (modulus % 2n === 0n) return 'RSA modulus with a small factor';
  const residues = SMALL_PRIMES.map((prime) => Number(modulus % BigInt(prime)));
  if (residues.includes(0)) return 'RSA modulus with a small factor';
  return isRocaWeak(residues) ? 'RSA modulus of a known weak generator (ROCA, CVE-2017-15361)' : undefined;
}

/** Length in bytes of an RSA signature: that of the modulus (RFC 8017 §8). */
export function modulusBytes(n: string): number {
  return Math.ceil(bitLength(integerOf(n)) / 8);
}

let rocaResidues: readonly ReadonlySet<number>[] | undefined;

/** The weak generator's primes are powers of 65537 modulo each of these primes, and so are their products. */
function isRocaWeak(residues: readonly number[]): boolean {
  rocaResidues ??= SMALL_PRIMES.map(powersOf65537);
  return rocaResidues.every((powers, index) => powers.has(residues[index] ?? 0));
}

function powersOf65537(prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * 65_537) % prime) powers.add(power);
  return powers;
}

const P25519 = 2n ** 255n - 19n;
/** The y coordinates of the eight points whose order divides 8, the cofactor of RFC 8032 §5.1. */
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  P25519 - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
]);

/** Why an Ed25519 public key is refused, or undefined: with a point of small order every signature can be made to fit. */
export function edwardsWeakness(x: string): string | undefined {
  const bytes = decodeBase64Url(x);
  if (bytes.length !== 32) return 'Ed25519 public key that is not 32 bytes long';
  const littleEndian = bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const y = BigInt.asUintN(255, littleEndian);
  if (y >= P25519) return 'Ed25519 point of non-canonical form';
  return SMALL_ORDER_Y.has(y) ? 'Ed25519 point of small order' : undefined;
}

function integerOf(text: string): bigint {
  let hex = '';
  for (const byte of decodeBase64Url(text)) hex += byte.toString(16).padStart(2, '0');
  return hex === '' ? 0n : BigInt(`0x${hex}`);
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}
