import { encodeBase64Url } from '#crypto';
import { type DerValue, readDer, readSequence, TAG } from './der.js';

/** A public key in JWK form, not checked yet; or a text that says what the bytes are instead. */
export type DecodedKey = { readonly jwk: Readonly<Record<string, string>> } | { readonly problem: string };

const OID = {
  rsa: '2a864886f70d010101',
  rsaPss: '2a864886f70d01010a',
  ec: '2a8648ce3d0201',
  ed25519: '2b6570',
} as const;

const CURVES: Readonly<Record<string, { readonly crv: string; readonly bytes: number }>> = {
  '2a8648ce3d030107': { crv: 'P-256', bytes: 32 },
  '2b81040022': { crv: 'P-384', bytes: 48 },
  '2b81040023': { crv: 'P-521', bytes: 66 },
};

const ML_DSA: Readonly<Record<string, string>> = {
  '608648016503040311': 'ML-DSA-44',
  '608648016503040312': 'ML-DSA-65',
  '608648016503040313': 'ML-DSA-87',
};

const NOT_A_KEY: DecodedKey = { problem: 'not the DER of a public key' };

/** Reads DER of unknown kind: SubjectPublicKeyInfo, PKCS#1 or X.509. */
export function decodeDer(bytes: Uint8Array<ArrayBuffer>): DecodedKey {
  const members = readSequence(bytes);
  if (members === undefined) return NOT_A_KEY;
  if (members.length === 3 && members[0]?.tag === TAG.sequence) return decodeCertificate(bytes);
  if (members[0]?.tag !== TAG.integer) return decodeSpki(bytes);
  // PKCS#1, PKCS#8 and SEC1 private keys begin with a version number; a PKCS#1 public key is two large numbers.
  return members.length === 2 && members[0].content.length > 1 ? decodePkcs1(bytes) : { problem: 'a private key' };
}

/** RSAPublicKey (RFC 8017 §A.1.1). */
export function decodePkcs1(bytes: Uint8Array<ArrayBuffer>): DecodedKey {
  const members = readSequence(bytes);
  const [n, e] = members ?? [];
  if (members?.length !== 2 || n?.tag !== TAG.integer || e?.tag !== TAG.integer) return NOT_A_KEY;
  return { jwk: { kty: 'RSA', n: encodeBase64Url(magnitude(n)), e: encodeBase64Url(magnitude(e)) } };
}

/** The key of an X.509 certificate (RFC 5280 §4.1). Nothing else of it counts, its dates included. */
export function decodeCertificate(bytes: Uint8Array<ArrayBuffer>): DecodedKey {
  const [body] = readSequence(bytes) ?? [];
  const fields = body?.tag === TAG.sequence ? readDer(body.content) : undefined;
  if (fields === undefined) return NOT_A_KEY;
  // version (optional), serial number, signature, issuer, validity, subject, key
  const key = fields[fields[0]?.tag === TAG.version ? 6 : 5];
  return key === undefined ? NOT_A_KEY : decodeSpki(key.whole);
}

/** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7; RFC 3279, 5480, 8410 and 9881 for the algorithms). */
export function decodeSpki(bytes: Uint8Array<ArrayBuffer>): DecodedKey {
  const members = readSequence(bytes);
  const [algorithm, bits] = members ?? [];
  if (members?.length !== 2 || algorithm?.tag !== TAG.sequence || bits?.tag !== TAG.bitString) return NOT_A_KEY;
  const [oid, parameters] = readDer(algorithm.content) ?? [];
  // The first byte of a bit string counts its unused bits.
  if (oid?.tag !== TAG.objectId || bits.content[0] !== 0) return NOT_A_KEY;
  return decodeSubject(hexOf(oid.content), parameters, bits.content.subarray(1));
}

function decodeSubject(oid: string, parameters: DerValue | undefined, key: Uint8Array<ArrayBuffer>): DecodedKey {
  if (oid === OID.rsa) return decodePkcs1(key);
  if (oid === OID.rsaPss) return { problem: 'an RSASSA-PSS key; give it as a plain RSA key with algorithms PS256' };
  if (oid === OID.ed25519) return { jwk: { kty: 'OKP', crv: 'Ed25519', x: encodeBase64Url(key) } };
  const mlDsa = ML_DSA[oid];
  if (mlDsa !== undefined) return { jwk: { kty: 'AKP', alg: mlDsa, pub: encodeBase64Url(key) } };
  if (oid !== OID.ec) return { problem: 'a key of a type that is not supported' };
  const curve = parameters?.tag === TAG.objectId ? CURVES[hexOf(parameters.content)] : undefined;
  if (curve === undefined) return { problem: 'an EC key on a curve other than P-256, P-384 and P-521' };
  // SEC 1 §2.3.3: 04, x, y. Compressed points are rare enough to be asked for in the usual form.
  if (key[0] !== 4 || key.length !== 1 + 2 * curve.bytes)
    return { problem: 'an EC key whose point is not uncompressed' };
  const x = encodeBase64Url(key.subarray(1, 1 + curve.bytes));
  return { jwk: { kty: 'EC', crv: curve.crv, x, y: encodeBase64Url(key.subarray(1 + curve.bytes)) } };
}

function magnitude({ content }: DerValue): Uint8Array {
  return content[0] === 0 && content.length > 1 ? content.subarray(1) : content;
}

function hexOf(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}
