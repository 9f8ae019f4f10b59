import { isUtf8 } from 'node:buffer';
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { assertKnownOptions, assertText, numberOption } from '@auth/core';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { type Algorithm, algorithmTraits, base64url, signBytes, signingInput } from './algorithms.js';
import { type CertificateOptions, selfSignedCertificate } from './certificate.js';
import { generateKey, type KeyMaterial, secretKey } from './generate-key.js';
import { assertCreateTokenOptions, type CreateTokenOptions, tokenClaims } from './token-claims.js';

/** Options of {@link KeyPair.generate} and its siblings. */
export interface KeyPairOptions {
  /** Key id: in the JWK, and in the header of every token. Default: the RFC 7638 thumbprint, in the JWK only. */
  readonly kid?: string | undefined;
  /** Size of an RSA modulus in bits; below 2048 is for tests of a refusal. Default 2048. */
  readonly modulusLengthBits?: number | undefined;
}

/** A public key with the members that a key set needs. */
export type PublicJwk = JWK & { kty: string; kid: string; alg: string; use: string };

/** A key set as a `jwks_uri` serves it (RFC 7517 §5). */
export interface PublicJwks {
  keys: PublicJwk[];
}

/**
 * A signing key for tests, and the tokens it signs. The private half is reachable by name only: it is not enumerable and
 * never shows when a key pair is printed, inspected, spread or stringified.
 */
export class KeyPair {
  /** What the key signs with. */
  readonly algorithm: Algorithm;
  /** Key id of the JWK. A secret has one only if it was given. */
  readonly kid: string | undefined;
  readonly #material: KeyMaterial;
  // Only a kid that the user chose is put into tokens; FastMCP's have none otherwise.
  readonly #headerKid: string | undefined;

  static {
    // `inspect` can be asked to call getters: what it shows is fixed, whatever its options.
    Object.defineProperty(KeyPair.prototype, inspect.custom, {
      value(this: KeyPair): string {
        return `${this.constructor.name} ${inspect({ algorithm: this.algorithm, kid: this.kid })}`;
      },
    });
  }

  protected constructor(algorithm: Algorithm, material: KeyMaterial, kid: string | undefined, headerKid?: string) {
    this.algorithm = algorithm;
    this.kid = kid;
    this.#material = material;
    this.#headerKid = headerKid;
  }

  /**
   * Makes a fresh key for an algorithm; for HS256, HS384 and HS512 a random secret as long as the hash.
   * Rejects with a `TypeError` for an unknown algorithm or option, with an `Error` where the runtime cannot make such a key.
   */
  static async generate(algorithm: Algorithm, options: KeyPairOptions = {}): Promise<KeyPair> {
    const { kid, modulusLengthBits } = keyPairOptions(options);
    const material = await generateKey(algorithm, modulusLengthBits);
    return new KeyPair(algorithm, material, kid ?? (await thumbprint(material)), kid);
  }

  /**
   * A key pair of an HMAC secret: a text (its UTF-8 form) or bytes. Nothing is asked of its length, so that weak ones can be
   * tested. Throws a `TypeError` for an algorithm that is none of HMAC's, and for a secret that is neither.
   */
  static fromSecret(
    algorithm: Extract<Algorithm, 'HS256' | 'HS384' | 'HS512'>,
    secret: string | Uint8Array,
    options: KeyPairOptions = {},
  ): KeyPair {
    if (algorithmTraits(algorithm).family !== 'oct') throw new TypeError('KeyPair: a secret needs an HS… algorithm');
    if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) {
      throw new TypeError('KeyPair: the secret must be a text or bytes');
    }
    const { kid } = keyPairOptions(options);
    return new KeyPair(algorithm, { signingKey: secretKey(secret), publicKey: undefined }, kid, kid);
  }

  /**
   * A key pair of an existing private key: PKCS#8, PKCS#1 or SEC1 PEM, or a private JWK. Whether the key suits the algorithm
   * shows when it signs. Rejects with a `TypeError` that does not repeat the key when it cannot be read.
   */
  static async fromPrivateKey(algorithm: Algorithm, key: string | JWK, options: KeyPairOptions = {}): Promise<KeyPair> {
    algorithmTraits(algorithm);
    const { kid } = keyPairOptions(options);
    let signingKey: KeyObject;
    try {
      signingKey = typeof key === 'string' ? createPrivateKey(key) : createPrivateKey({ key, format: 'jwk' });
    } catch {
      // The parser's own message may repeat what it read.
      throw new TypeError('KeyPair: the private key must be a PEM text or a private JWK');
    }
    const material = { signingKey, publicKey: createPublicKey(signingKey) };
    return new KeyPair(algorithm, material, kid ?? (await thumbprint(material)), kid);
  }

  /** The public key as SPKI PEM text. Throws a `TypeError` for a secret, which has no public half. */
  get publicKey(): string {
    return this.#public().export({ type: 'spki', format: 'pem' }).toString();
  }

  /** The public key as a JWK with `kid`, `alg` and `use`; a new object each time. Throws a `TypeError` for a secret. */
  get jwk(): PublicJwk {
    const jwk = this.#public().export({ format: 'jwk' }) as JWK & { kty: string };
    return { ...jwk, kid: this.kid ?? '', alg: this.algorithm, use: 'sig' };
  }

  /** A key set that holds this key only. Throws a `TypeError` for a secret. */
  get jwks(): PublicJwks {
    return { keys: [this.jwk] };
  }

  /** The HMAC secret as text. Throws a `TypeError` for any other key, and for bytes that are no UTF-8. */
  get secret(): string {
    const { signingKey } = this.#material;
    if (signingKey.type !== 'secret') throw new TypeError(`KeyPair: an ${this.algorithm} key is no secret`);
    const bytes = signingKey.export();
    if (!isUtf8(bytes))
      throw new TypeError('KeyPair: the secret is no text; its bytes are in privateJwk() and privateKeyObject');
    return bytes.toString('utf8');
  }

  /**
   * The public key as node:crypto has it, for what wants it so, and for its other forms: `export({ type, format })`.
   * Throws a `TypeError` for a secret.
   */
  get publicKeyObject(): KeyObject {
    return this.#public();
  }

  /** The private key, or the secret, as node:crypto has it. */
  get privateKeyObject(): KeyObject {
    return this.#material.signingKey;
  }

  /** A self-signed X.509 certificate of the key as PEM text, for `localhost`. Throws a `TypeError` for a secret. */
  certificate(options: CertificateOptions = {}): string {
    return selfSignedCertificate(this.#public(), this.#material.signingKey, options);
  }

  /**
   * The same key under another algorithm that it can do, such as PS256 for RS256: for tests that one key serves one
   * algorithm. Throws a `TypeError` for an algorithm of another kind of key.
   */
  withAlgorithm(algorithm: Algorithm): KeyPair {
    if (keyKind(algorithm) !== keyKind(this.algorithm)) {
      throw new TypeError(`KeyPair: an ${this.algorithm} key cannot be used for ${algorithm}`);
    }
    return new KeyPair(algorithm, this.#material, this.kid, this.#headerKid);
  }

  /** The private key as PKCS#8 PEM text, as FastMCP's `private_key`. Throws a `TypeError` for a secret. */
  get privateKey(): string {
    return this.privatePem();
  }

  /** The private key as PKCS#8 PEM text. Throws a `TypeError` for a secret. */
  privatePem(): string {
    this.#public();
    return this.#material.signingKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  }

  /** The private key, or the secret, as a JWK with `kid` (if there is one) and `alg`. */
  privateJwk(): JWK & { kty: string } {
    const jwk = this.#material.signingKey.export({ format: 'jwk' }) as JWK & { kty: string };
    return { ...jwk, ...(this.kid === undefined ? {} : { kid: this.kid }), alg: this.algorithm };
  }

  /**
   * Makes a signed token with FastMCP's defaults: for `fastmcp-user`, from `https://fastmcp.example.com`, for an hour.
   * Rejects with a `TypeError` or `RangeError` for an option that makes no sense.
   */
  async createToken(options: CreateTokenOptions = {}): Promise<string> {
    assertCreateTokenOptions(options);
    const kid = options.kid ?? this.#headerKid;
    // FastMCP leaves out a kid that is empty.
    const header = { alg: this.algorithm, typ: 'JWT', ...(kid ? { kid } : {}), ...options.header };
    const input = signingInput(JSON.stringify(header), JSON.stringify(tokenClaims(options)));
    return `${input}.${base64url(this.sign(input))}`;
  }

  /** Signs text (its UTF-8 form) or bytes as JWS does; for tokens that {@link KeyPair.createToken} would never make. */
  sign(data: string | Uint8Array): Uint8Array {
    return signBytes(this.algorithm, this.#material.signingKey, Buffer.from(data as Uint8Array));
  }

  #public(): KeyObject {
    const { publicKey } = this.#material;
    if (publicKey === undefined) {
      throw new TypeError(`KeyPair: an ${this.algorithm} secret has no public half; use \`secret\``);
    }
    return publicKey;
  }
}

/** An RSA key pair for tests, as FastMCP has it. */
export class RSAKeyPair extends KeyPair {
  /** Makes a fresh RSA key, for RS256 unless told otherwise. Rejects with a `TypeError` for an algorithm that is not RSA's. */
  static override async generate(algorithm: Algorithm = 'RS256', options: KeyPairOptions = {}): Promise<RSAKeyPair> {
    if (algorithmTraits(algorithm).family !== 'rsa') throw new TypeError('RSAKeyPair: algorithm must be RS… or PS…');
    const { kid, modulusLengthBits } = keyPairOptions(options);
    const material = await generateKey(algorithm, modulusLengthBits);
    return new RSAKeyPair(algorithm, material, kid ?? (await thumbprint(material)), kid);
  }
}

/** Algorithms of one kind can share a key: all of RSA, all of HMAC, one curve, one parameter set. */
function keyKind(algorithm: Algorithm): string {
  const traits = algorithmTraits(algorithm);
  if (traits.family === 'ec') return traits.curve;
  return traits.family === 'akp' ? traits.type : traits.family;
}

function keyPairOptions(options: KeyPairOptions): { kid: string | undefined; modulusLengthBits: number } {
  assertKnownOptions('KeyPair', options, ['kid', 'modulusLengthBits']);
  if (options.kid !== undefined) assertText('KeyPair', 'kid', options.kid);
  const bounds = { min: 512, max: 16_384, integer: true };
  return {
    kid: options.kid,
    modulusLengthBits: numberOption('KeyPair', 'modulusLengthBits', options.modulusLengthBits, 2048, bounds),
  };
}

async function thumbprint({ publicKey }: KeyMaterial): Promise<string | undefined> {
  return publicKey === undefined ? undefined : await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }) as JWK);
}
