import { encodeSegment, forgeToken, KeyPair, type TokenPart } from '@auth/testing';
import { ALGORITHM_RULES, type Algorithm } from '../src/algorithms.js';
import { isSupported } from '../src/verification-key.js';

/** Every algorithm that this runtime can compute. */
export const ALGORITHMS: readonly Algorithm[] = (Object.keys(ALGORITHM_RULES) as Algorithm[]).filter(isSupported);
export const ASYMMETRIC: readonly Algorithm[] = ALGORITHMS.filter((algorithm) => !algorithm.startsWith('HS'));

const made = new Map<string, Promise<KeyPair>>();

/** A key for an algorithm, the same one each time within a test file. */
export function keyFor(algorithm: Algorithm, which = 'first'): Promise<KeyPair> {
  const name = `${algorithm} ${which}`;
  let key = made.get(name);
  if (key === undefined) {
    key = KeyPair.generate(algorithm);
    made.set(name, key);
  }
  return key;
}

export const ISSUER = 'https://issuer.example.com';
export const AUDIENCE = 'https://api.example.com';
/** The time in tests that do not depend on the system's. */
export const NOW = 1_800_000_000;

export const encoded = encodeSegment;

/** A token with exactly this header and payload, signed by the key whatever the header says. */
export const signed = (signWith: KeyPair, header: TokenPart, payload: TokenPart): string =>
  forgeToken({ header, payload, signWith });

/** Claims that every verifier of these tests accepts at NOW. */
export const goodClaims = (extra: Record<string, unknown> = {}): Record<string, unknown> => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'alice',
  client_id: 'notes-cli',
  scope: 'notes:read notes:write',
  iat: NOW - 10,
  exp: NOW + 3600,
  jti: 'one',
  ...extra,
});

/** The bytes of an HMAC secret; a copy. */
export const secretBytes = (key: KeyPair): Uint8Array<ArrayBuffer> => new Uint8Array(key.privateKeyObject.export());

/** The option for a key's public half, or its secret. */
export function keyOption(key: KeyPair): { publicKey: string } | { secret: Uint8Array } {
  if (!key.algorithm.startsWith('HS')) return { publicKey: key.publicKey };
  return { secret: secretBytes(key) };
}

export const TRUST = { issuer: ISSUER, audience: AUDIENCE, clock: (): number => NOW } as const;
