import { createHash, hash as digest, timingSafeEqual } from 'node:crypto';

/** Whether an ASCII text has this HMAC. */
export type HmacCheck = (text: string, signature: Uint8Array) => boolean;

/** Bytes of a hash's block and of its digest. */
const SIZES = { sha256: [64, 32], sha384: [128, 48], sha512: [128, 64] } as const;

/**
 * Room for the inner block and the text. Written and read within one call, each time anew; what it holds between two calls is
 * in memory elsewhere as well, since the key and the cached tokens are.
 */
let scratch: Buffer = Buffer.alloc(0);

/**
 * HMAC (RFC 2104 §2) by two one-shot digests that come as texts: `createHmac` makes an object for every token, and a digest as
 * bytes one more; together they cost twice what the hashing does. The comparison takes the same time wherever texts differ.
 */
export function hmacCheck(hash: keyof typeof SIZES, secret: Uint8Array): HmacCheck {
  const [blockBytes, digestBytes] = SIZES[hash];
  const key = secret.length > blockBytes ? createHash(hash).update(secret).digest() : secret;
  const inner = paddedKey(key, blockBytes, 0x36, blockBytes);
  const outer = paddedKey(key, blockBytes, 0x5c, blockBytes + digestBytes);
  const expected = Buffer.alloc(digestBytes);
  return (text, signature) => {
    if (signature.length !== digestBytes) return false;
    const end = blockBytes + text.length;
    if (scratch.length < end) scratch = Buffer.alloc(Math.max(end, 4_096));
    scratch.set(inner);
    scratch.write(text, blockBytes, 'latin1');
    outer.write(digest(hash, scratch.subarray(0, end), 'binary'), blockBytes, 'latin1');
    expected.write(digest(hash, outer, 'binary'), 'latin1');
    return timingSafeEqual(expected, signature);
  };
}

function paddedKey(key: Uint8Array, blockBytes: number, pad: number, length: number): Buffer {
  const padded = Buffer.alloc(length);
  for (let index = 0; index < blockBytes; index++) padded[index] = (key[index] ?? 0) ^ pad;
  return padded;
}
