import type { AlgorithmRule } from './algorithms.js';

/** A public key as a JWK of checked form: only the members that make the key. */
export type PublicJwk =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: string; readonly x: string }
  | { readonly kty: 'AKP'; readonly alg: string; readonly pub: string };

/** A key in the form that the platform's cryptography works with. Only the `#crypto` file that made it looks inside. */
export interface PlatformKey {
  readonly platform: 'node' | 'web';
}

/** What each `#crypto` file offers. `crypto-node.ts` answers at once where it can; `crypto-web.ts` mostly later. */
export interface PlatformCrypto {
  /** Whether this runtime can compute the algorithm at all. */
  supports(rule: AlgorithmRule, algorithm: string): boolean;
  /** Throws or rejects when the platform finds that it is no key, for example a point that is not on its curve. */
  importPublicKey(jwk: PublicJwk, algorithms: readonly string[]): PlatformKey | Promise<PlatformKey>;
  importSecret(bytes: Uint8Array<ArrayBuffer>, algorithms: readonly string[]): PlatformKey | Promise<PlatformKey>;
  /**
   * Whether the signature, whose length was checked, is that of the key over the ASCII text. May throw for one that the platform
   * cannot read; a promise never rejects.
   */
  verifyWith(
    algorithm: string,
    key: PlatformKey,
    text: string,
    signature: Uint8Array<ArrayBuffer>,
  ): boolean | Promise<boolean>;
  /** The bytes of base64url (RFC 4648 §5). What comes of any other text is left open. */
  decodeBase64Url(text: string): Uint8Array<ArrayBuffer>;
  /** The canonical text of bytes: base64url without padding. */
  encodeBase64Url(bytes: Uint8Array): string;
}
