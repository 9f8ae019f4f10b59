import { createHash } from 'node:crypto';
import type { Algorithm } from './algorithms.js';
import { type Answer, jsonAnswer } from './answer.js';
import { KeyPair, type PublicJwks } from './key-pair.js';

/** The signing keys of the local authorization server: one that signs, and those still published. */
export class KeyRing {
  readonly #algorithm: Algorithm;
  // Both written by rotate only.
  #current: KeyPair;
  #published: readonly KeyPair[];

  private constructor(algorithm: Algorithm, first: KeyPair) {
    this.#algorithm = algorithm;
    this.#current = first;
    this.#published = [first];
  }

  static async create(algorithm: Algorithm): Promise<KeyRing> {
    return new KeyRing(algorithm, await newKey(algorithm));
  }

  /** The key that signs from now on. */
  get current(): KeyPair {
    return this.#current;
  }

  /** Signs with a fresh key from now on; with `overlap` the older keys stay published. */
  async rotate(overlap: boolean): Promise<KeyPair> {
    const key = await newKey(this.#algorithm);
    this.#published = overlap ? [key, ...this.#published] : [key];
    this.#current = key;
    return key;
  }

  /** The published set. */
  get jwks(): PublicJwks {
    return { keys: this.#published.map(({ jwk }) => jwk) };
  }

  /** The answer of the `jwks_uri`: with `ETag` and `max-age`, or 304 when the caller has this set (RFC 9110 §13.1.2). */
  answer(ifNoneMatch: string | undefined, maxAgeSeconds: number): Answer {
    const body = JSON.stringify(this.jwks);
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const headers = { etag, 'cache-control': `public, max-age=${maxAgeSeconds}` };
    const known = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    if (known.includes(etag) || known.includes('*')) return { status: 304, headers, body: '' };
    return jsonAnswer(200, this.jwks, headers);
  }
}

async function newKey(algorithm: Algorithm): Promise<KeyPair> {
  const plain = await KeyPair.generate(algorithm);
  // The thumbprint becomes the chosen key id, so that tokens carry it.
  return await KeyPair.fromPrivateKey(algorithm, plain.privateJwk(), { kid: plain.jwk.kid });
}
