/**
 * The DER form (RFC 3279 §2.2.3) of an ECDSA signature in JOSE's form (RFC 7518 §3.4): two numbers of equal, fixed length.
 * Whether they are in range is for the verification itself to find.
 */
export function ecdsaDerSignature(signature: Uint8Array): Uint8Array<ArrayBuffer> {
  const half = signature.length / 2;
  const r = unpadded(signature, 0, half);
  const s = unpadded(signature, half, signature.length);
  const content = r.length + s.length + 4;
  const long = content > 127 ? 1 : 0;
  const der = new Uint8Array(2 + long + content);
  der[0] = 0x30;
  if (long === 1) der[1] = 0x81;
  der[1 + long] = content;
  let offset = 2 + long;
  for (const { start, end, length } of [r, s]) {
    der[offset] = 0x02;
    der[offset + 1] = length;
    // Written from the right: a number whose first bit is set gets a zero byte in front, so that it stays positive.
    der.set(signature.subarray(start, end), offset + 2 + length - (end - start));
    offset += 2 + length;
  }
  return der;
}

interface DerInteger {
  readonly start: number;
  readonly end: number;
  readonly length: number;
}

function unpadded(bytes: Uint8Array, from: number, end: number): DerInteger {
  let start = from;
  while (start < end - 1 && bytes[start] === 0) start++;
  const negative = (bytes[start] ?? 0) > 0x7f;
  return { start, end, length: end - start + (negative ? 1 : 0) };
}
