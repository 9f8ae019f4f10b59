import { ALGORITHM_RULES, type Algorithm, type AlgorithmRule } from './algorithms.js';
import type { PlatformCrypto, PlatformKey, PublicJwk } from './platform-crypto.js';

interface WebKey extends PlatformKey {
  /** A CryptoKey is bound to one algorithm and hash: one for each algorithm that the key serves. */
  readonly keys: ReadonlyMap<string, CryptoKey>;
}

const HASHES = { 256: 'SHA-256', 384: 'SHA-384', 512: 'SHA-512' } as const;

/** Cryptography of runtimes that have Web Crypto and no `node:crypto`. jose imports the keys. */
export const supports: PlatformCrypto['supports'] = (rule: AlgorithmRule, algorithm: string): boolean => {
  if (rule.scheme !== 'ml-dsa') return true;
  const { supports: supported } = SubtleCrypto as unknown as {
    supports?: (operation: string, name: string) => boolean;
  };
  return typeof supported === 'function' && supported.call(SubtleCrypto, 'verify', algorithm);
};

export const importPublicKey = async (jwk: PublicJwk, algorithms: readonly string[]): Promise<WebKey> => {
  const { importJWK } = await import('jose/key/import');
  return gather(algorithms, async (algorithm) => (await importJWK({ ...jwk }, algorithm)) as CryptoKey);
};

export const importSecret = (bytes: Uint8Array<ArrayBuffer>, algorithms: readonly string[]): Promise<WebKey> => {
  const copy = bytes.slice();
  return gather(algorithms, (algorithm) =>
    crypto.subtle.importKey('raw', copy, { name: 'HMAC', hash: hashOf(algorithm) }, false, ['verify']),
  );
};

export const verifyWith: PlatformCrypto['verifyWith'] = async (algorithm, key, text, signature) => {
  const cryptoKey = (key as WebKey).keys.get(algorithm);
  if (cryptoKey === undefined) return false;
  try {
    return await crypto.subtle.verify(parametersOf(algorithm), cryptoKey, signature, new TextEncoder().encode(text));
  } catch {
    return false;
  }
};

export const decodeBase64Url = (text: string): Uint8Array<ArrayBuffer> => {
  const binary = binaryOf(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
};

export const encodeBase64Url = (bytes: Uint8Array): string => {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
};

function binaryOf(text: string): string {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return '';
  }
}

async function gather(
  algorithms: readonly string[],
  importOne: (algorithm: string) => Promise<CryptoKey>,
): Promise<WebKey> {
  const entries = await Promise.all(
    algorithms.map(async (algorithm): Promise<[string, CryptoKey]> => [algorithm, await importOne(algorithm)]),
  );
  return { platform: 'web', keys: new Map(entries) };
}

function hashOf(algorithm: string): string {
  const bits = ALGORITHM_RULES[algorithm as Algorithm].hashBits ?? 256;
  return HASHES[bits];
}

function parametersOf(algorithm: string): AlgorithmIdentifier | RsaPssParams | EcdsaParams {
  const { scheme, hashBits = 256 } = ALGORITHM_RULES[algorithm as Algorithm];
  switch (scheme) {
    case 'pkcs1':
      return { name: 'RSASSA-PKCS1-v1_5' };
    case 'pss':
      // RFC 7518 §3.5: the salt is exactly as long as the hash.
      return { name: 'RSA-PSS', saltLength: hashBits / 8 };
    case 'ecdsa':
      return { name: 'ECDSA', hash: hashOf(algorithm) };
    case 'eddsa':
      return { name: 'Ed25519' };
    case 'hmac':
      return { name: 'HMAC' };
    case 'ml-dsa':
      return { name: algorithm };
  }
}
