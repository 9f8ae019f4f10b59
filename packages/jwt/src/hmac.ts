import { createHash, hash as digest, timingSafeEqual } from 'node:crypto';

/** Whether an ASCII text has this HMAC. */
export type HmacCheck = (text: string, signature: Uint8Array) => boolean;

/** Bytes of a hash's block and of its digest. */
const SIZES = { sha256: [64, 32], sha384: [128, 48], sha512: [128, 64] } as const;

/** The encoding that has a byte for each character. */
const BYTES = 'latin1';

/**
 * Room for the inner block and the text. Written and read within one call, each time anew; what it holds between two calls is
 * in memory elsewhere as well, since the key and the cached tokens are.
 */
let scratch: Buffer = Buffer.alloc(0);

/**
 * HMAC (RFC 2104 §2) by two one-shot digests that come as texts: `createHmac` makes an object for every token, and a digest as
 * bytes one more; together they cost twice what the hashing does. The comparison takes the same time wherever they differ.
 */
export function hmacCheck(hash: keyof typeof SIZES, secret: Uint8Array): HmacCheck {
  const [blockBytes, digestBytes] = SIZES[hash];
  const key = secret.length > blockBytes ? createHash(hash).update(secret).digest() : secret;
  const inner = paddedKey(key, 0x36, blockBytes);
  const outer = paddedKey(key, 0x5c, blockBytes + digestBytes);
  const expected = Buffer.alloc(digestBytes);
  return (text, signature) => {
    if (signature.length !== digestBytes) return false;
    const end = blockBytes + text.length;
    if (scratch.length < end) scratch = Buffer.alloc(Math.max(end, 4_096));
    scratch.set(inner);
    scratch.write(text, blockBytes, BYTES);
    outer.write(digest(hash, scratch.subarray(0, end), 'binary'), blockBytes, BYTES);
    expected.write(digest(hash, outer, 'binary'), BYTES);
    return timingSafeEqual(expected, signature);
  };
}

/** The key, which is not longer than the block, combined with the pad up to the end of the block; what follows is overwritten. */
function paddedKey(key: Uint8Array, pad: number, length: number): Buffer {
  const padded = Buffer.alloc(length, pad);
  for (const [index, byte] of key.entries()) padded[index] = byte ^ pad;
  return padded;
}
