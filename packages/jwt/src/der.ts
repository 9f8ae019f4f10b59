import { bytesOfBase64Url } from './base64url.js';

/** ASN.1 tags that keys are made of (X.690 §8). */
export const TAG = { integer: 0x02, bitString: 0x03, objectId: 0x06, sequence: 0x30, version: 0xa0 } as const;

/** One value of DER: its tag and its content. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array<ArrayBuffer>;
  /** Tag, length and content together. */
  readonly whole: Uint8Array<ArrayBuffer>;
}

/** The values that fill the bytes exactly, in strict DER (definite, shortest lengths); undefined for anything else. */
export function readDer(bytes: Uint8Array<ArrayBuffer>): readonly DerValue[] | undefined {
  const values: DerValue[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const value = readValue(bytes, offset);
    if (value === undefined) return undefined;
    values.push(value);
    offset += value.whole.length;
  }
  return values;
}

/** The members of the one sequence that fills the bytes exactly; undefined for anything else. */
export function readSequence(bytes: Uint8Array<ArrayBuffer>): readonly DerValue[] | undefined {
  const [value, ...others] = readDer(bytes) ?? [];
  return value?.tag === TAG.sequence && others.length === 0 ? readDer(value.content) : undefined;
}

function readValue(bytes: Uint8Array<ArrayBuffer>, offset: number): DerValue | undefined {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  // Tags above 30 take more bytes and occur in no key.
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  let start = offset + 2;
  let length = first;
  if (first > 0x7f) {
    const lengthBytes = first & 0x7f;
    if (lengthBytes < 1 || lengthBytes > 3) return undefined;
    length = 0;
    for (let index = 0; index < lengthBytes; index++) length = length * 256 + (bytes[start + index] ?? 0);
    start += lengthBytes;
    if (length < 128 || length < 256 ** (lengthBytes - 1)) return undefined;
  }
  const end = start + length;
  if (end > bytes.length) return undefined;
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(offset, end) };
}

/** The bytes of base64 with padding (RFC 4648 §4), blanks between the characters allowed; undefined for anything else. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const compact = text.replace(/\s+/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return undefined;
  const urlSafe = compact.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
  return bytesOfBase64Url(urlSafe);
}
