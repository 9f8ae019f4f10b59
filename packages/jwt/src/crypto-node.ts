import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { ALGORITHM_RULES, type Algorithm, type AlgorithmRule } from './algorithms.js';
import { ecdsaDerSignature } from './ecdsa-signature.js';
import { type HmacCheck, hmacCheck } from './hmac.js';
import { type NodeKey, pssKey } from './node-pss-key.js';
import type { PlatformCrypto, PlatformKey, PublicJwk } from './platform-crypto.js';
import { mayVerifyNow, verificationEnded, verificationStarted } from './verification-load.js';

const HASHES = { 256: 'sha256', 384: 'sha384', 512: 'sha512' } as const;

interface NodePublicKey extends PlatformKey {
  /** What `verify` takes, by algorithm. */
  readonly keys: ReadonlyMap<string, NodeKey>;
}

/** Functions, so that no inspector finds the secret in it. */
interface NodeSecret extends PlatformKey {
  readonly hmacChecks: ReadonlyMap<string, HmacCheck>;
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

export const importPublicKey = (jwk: PublicJwk, algorithms: readonly string[]): NodePublicKey => {
  const importAgain = (): KeyObject => createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
  const key = importAgain();
  const keyFor = (algorithm: string): NodeKey => {
    const { scheme, hashBits = 256 } = ALGORITHM_RULES[algorithm as Algorithm];
    // RFC 7518 §3.5: the salt is exactly as long as the hash.
    return scheme === 'pss' ? pssKey(importAgain(), hashBits / 8) : key;
  };
  return { platform: 'node', keys: new Map(algorithms.map((algorithm) => [algorithm, keyFor(algorithm)])) };
};

export const importSecret = (bytes: Uint8Array<ArrayBuffer>, algorithms: readonly string[]): NodeSecret => ({
  platform: 'node',
  hmacChecks: new Map(algorithms.map((algorithm) => [algorithm, hmacCheck(hmacHashOf(algorithm), bytes)])),
});

export const verifyWith: PlatformCrypto['verifyWith'] = (algorithm, key, text, signature) => {
  const { scheme } = ALGORITHM_RULES[algorithm as Algorithm];
  if (scheme === 'hmac') return (key as NodeSecret).hmacChecks.get(algorithm)?.(text, signature) ?? false;
  const nodeKey = (key as NodePublicKey).keys.get(algorithm);
  if (nodeKey === undefined) return false;
  const hash = hashOf(algorithm);
  const data = Buffer.from(text, 'latin1');
  // DER made here costs less than `dsaEncoding: 'ieee-p1363'`, which works on the calling thread even in callback form.
  const given = scheme === 'ecdsa' ? ecdsaDerSignature(signature) : signature;
  return mayVerifyNow() ? verify(hash, data, nodeKey, given) : verifyLater(hash, data, nodeKey, given);
};

function hmacHashOf(algorithm: string): NonNullable<ReturnType<typeof hashOf>> {
  const hash = hashOf(algorithm);
  // Not reached: a secret serves HS* alone, and each of them has a hash.
  if (hash === null) throw new TypeError('a secret serves only HS256, HS384 and HS512');
  return hash;
}

function hashOf(algorithm: string): (typeof HASHES)[keyof typeof HASHES] | null {
  const { hashBits } = ALGORITHM_RULES[algorithm as Algorithm];
  return hashBits === undefined ? null : HASHES[hashBits];
}

/** On the thread pool, which has the other cores. */
function verifyLater(
  hash: string | null,
  data: Uint8Array,
  key: NodeKey,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (good: boolean): void => {
      verificationEnded();
      resolve(good);
    };
    verificationStarted();
    try {
      verify(hash, data, key, signature, (error, good) => settle(error === null && good));
    } catch {
      settle(false);
    }
  });
}

export const decodeBase64Url = (text: string): Uint8Array<ArrayBuffer> => Buffer.from(text, 'base64url');

export const encodeBase64Url = (bytes: Uint8Array): string => asBuffer(bytes).toString('base64url');

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
