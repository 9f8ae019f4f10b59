import { ALGORITHM_RULES, type Algorithm, namesOf, sameAlgorithm } from './algorithms.js';
import { bytesOfBase64Url } from './base64url.js';
import type { PublicJwk } from './platform-crypto.js';
import { edwardsWeakness, rsaWeakness } from './weak-keys.js';

/** RFC 7518 §6.2.2, §6.3.2 and §6.4.1, RFC 8037 §2, RFC 9964 §3: members that only private and symmetric keys have. */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const;
const COORDINATE_BYTES: Readonly<Record<string, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 };

/** A public JWK whose form, strength and purpose were checked, and what it may verify. */
export interface BoundJwk {
  readonly jwk: PublicJwk;
  readonly kid?: string;
  /** Never empty. */
  readonly algorithms: readonly Algorithm[];
}

/** A usable JWK, or why it is none: fixed text, free of key material. */
export type JwkReading = BoundJwk | { readonly ignored: string };

/**
 * Reads a public JWK for signatures (RFC 7517) and binds it to the algorithms that it may verify: kty, crv, `alg`, `use` and
 * `key_ops` all have to agree. With `alg` it serves that one; without, the first allowed one that fits, or each of those
 * when `every` is set. Never throws.
 */
export function readPublicJwk(value: unknown, allowed: readonly Algorithm[], every = false): JwkReading {
  try {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { ignored: 'not a JSON object' };
    return bind(value as Readonly<Record<string, unknown>>, allowed, every);
  } catch {
    // A member that throws when it is read: not data.
    return { ignored: 'not a JSON object' };
  }
}

type Members = Readonly<Record<string, unknown>>;

function bind(members: Members, allowed: readonly Algorithm[], every: boolean): JwkReading {
  const { kty, kid, use, key_ops: operations, alg } = members;
  if (typeof kty !== 'string') return { ignored: 'no key type' };
  if (kty === 'oct') return { ignored: 'symmetric key' };
  if (SECRET_MEMBERS.some((name) => name in members)) return { ignored: 'private key material' };
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) return { ignored: 'key id that is not a text' };
  if (use !== undefined && use !== 'sig') return { ignored: 'use other than sig' };
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return { ignored: 'key_ops without verify' };
  }
  if (alg !== undefined && typeof alg !== 'string') return { ignored: 'alg that is not a text' };
  const key = readMaterial(kty, members);
  if ('ignored' in key) return key;
  const fitting = allowed.filter((name) => fits(key, name) && (alg === undefined || sameAlgorithm(alg, name)));
  const [first] = fitting;
  if (first === undefined) return { ignored: 'no allowed algorithm fits its type, curve and alg' };
  const algorithms = [...new Set((every ? fitting : [first]).flatMap(namesOf))];
  return { jwk: key, algorithms, ...(kid === undefined ? {} : { kid }) };
}

function fits(key: PublicJwk, algorithm: Algorithm): boolean {
  const rule = ALGORITHM_RULES[algorithm];
  if (key.kty !== rule.kty) return false;
  if (key.kty === 'AKP') return key.alg === algorithm;
  return key.kty === 'RSA' || key.crv === rule.crv;
}

function readMaterial(kty: string, members: Members): PublicJwk | { readonly ignored: string } {
  switch (kty) {
    case 'RSA':
      return readRsa(members);
    case 'EC':
      return readEc(members);
    case 'OKP':
      return readOkp(members);
    case 'AKP':
      return readAkp(members);
    default:
      return { ignored: 'unknown key type' };
  }
}

function readRsa(members: Members): PublicJwk | { readonly ignored: string } {
  const { n, e } = members;
  if (!isFilled(n) || !isFilled(e)) return { ignored: 'malformed RSA key' };
  const weakness = rsaWeakness(n, e);
  return weakness === undefined ? { kty: 'RSA', n, e } : { ignored: weakness };
}

function readEc({ crv, x, y }: Members): PublicJwk | { readonly ignored: string } {
  const length = typeof crv === 'string' && Object.hasOwn(COORDINATE_BYTES, crv) ? COORDINATE_BYTES[crv] : undefined;
  if (typeof crv !== 'string' || length === undefined) return { ignored: 'unknown curve' };
  // RFC 7518 §6.2.1.2: the full length of a coordinate, leading zeros included.
  const whole = bytesOfBase64Url(x)?.length === length && bytesOfBase64Url(y)?.length === length;
  if (!whole || !isFilled(x) || !isFilled(y)) return { ignored: 'malformed EC key' };
  return { kty: 'EC', crv, x, y };
}

function readOkp({ crv, x }: Members): PublicJwk | { readonly ignored: string } {
  if (crv !== 'Ed25519') return { ignored: 'unknown curve' };
  if (!isFilled(x)) return { ignored: 'malformed Ed25519 key' };
  const weakness = edwardsWeakness(x);
  return weakness === undefined ? { kty: 'OKP', crv, x } : { ignored: weakness };
}

function readAkp({ alg, pub }: Members): PublicJwk | { readonly ignored: string } {
  if (typeof alg !== 'string' || !Object.hasOwn(ALGORITHM_RULES, alg))
    return { ignored: 'AKP key without a known alg' };
  const length = ALGORITHM_RULES[alg as Algorithm].publicKeyBytes;
  if (!isFilled(pub) || bytesOfBase64Url(pub)?.length !== length) return { ignored: 'malformed AKP key' };
  return { kty: 'AKP', alg, pub };
}

function isFilled(text: unknown): text is string {
  const bytes = bytesOfBase64Url(text);
  return bytes !== undefined && bytes.length > 0;
}
