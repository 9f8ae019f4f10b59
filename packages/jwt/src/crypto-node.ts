import {
  constants,
  createHmac,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { ALGORITHM_RULES, type Algorithm, type AlgorithmRule } from './algorithms.js';
import { ecdsaDerSignature } from './ecdsa-signature.js';
import type { PlatformCrypto, PlatformKey, PublicJwk } from './platform-crypto.js';
import { mayVerifyNow, verificationEnded, verificationStarted } from './verification-load.js';

interface NodeKey extends PlatformKey {
  readonly keyObject: KeyObject;
}

/** Cryptography of Node, and of runtimes that offer `node:crypto`. */
export const supports: PlatformCrypto['supports'] = (rule: AlgorithmRule, algorithm: string): boolean => {
  if (rule.scheme !== 'ml-dsa') return true;
  mlDsa ??= new Map();
  let known = mlDsa.get(algorithm);
  if (known === undefined) {
    known = canImportMlDsa(algorithm, rule.publicKeyBytes ?? 0);
    mlDsa.set(algorithm, known);
  }
  return known;
};

/** Which ML-DSA algorithms were found to be there; written by `supports` alone. */
let mlDsa: Map<string, boolean> | undefined;

/** Node 24.6 and later have ML-DSA, if their OpenSSL is 3.5 or later. Any bytes of the right length are a public key. */
function canImportMlDsa(algorithm: string, publicKeyBytes: number): boolean {
  try {
    importPublicKey({ kty: 'AKP', alg: algorithm, pub: Buffer.alloc(publicKeyBytes).toString('base64url') }, []);
    return true;
  } catch {
    return false;
  }
}

export const importPublicKey = (jwk: PublicJwk, _algorithms: readonly string[]): NodeKey => ({
  platform: 'node',
  keyObject: createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }),
});

export const importSecret = (bytes: Uint8Array<ArrayBuffer>, _algorithms: readonly string[]): NodeKey => ({
  platform: 'node',
  keyObject: createSecretKey(bytes),
});

export const verifyWith: PlatformCrypto['verifyWith'] = (algorithm, key, text, signature) => {
  const { keyObject } = key as NodeKey;
  const rule = ALGORITHM_RULES[algorithm as Algorithm];
  const hash = rule.hashBits === undefined ? null : `sha${rule.hashBits}`;
  if (rule.scheme === 'hmac') {
    // With a KeyObject: raw bytes cost six times as much.
    const expected = createHmac(`sha${rule.hashBits}`, keyObject).update(text, 'latin1').digest();
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  }
  const data = Buffer.from(text, 'latin1');
  // DER made here costs less than `dsaEncoding: 'ieee-p1363'`, which works on the calling thread even in callback form.
  const given = rule.scheme === 'ecdsa' ? ecdsaDerSignature(signature) : signature;
  if (rule.scheme !== 'pss') return schedule(hash, data, keyObject, given);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  // RFC 7518 §3.5: the salt is exactly as long as the hash.
  return schedule(hash, data, { key: keyObject, padding, saltLength: (rule.hashBits ?? 0) / 8 }, given);
};

export const decodeBase64Url = (text: string): Uint8Array<ArrayBuffer> => Buffer.from(text, 'base64url');

type VerifyKey = Parameters<typeof verify>[2];

/** On the calling thread when nothing else waits; on the thread pool, which has the other cores, when something does. */
async function schedule(
  hash: string | null,
  data: Buffer,
  key: VerifyKey,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  verificationStarted();
  try {
    // One microtask: whoever starts in the same breath is counted before the choice is made.
    await undefined;
    if (mayVerifyNow()) return verify(hash, data, key, signature);
    return await new Promise<boolean>((resolve, reject) => {
      verify(hash, data, key, signature, (error, good) => (error === null ? resolve(good) : reject(error)));
    });
  } finally {
    verificationEnded();
  }
}
