import { JsonError, likelyCause, parseJsonObject } from '@auth/core';
import type { Algorithm } from './algorithms.js';
import { bytesOfBase64 } from './der.js';
import { type DecodedKey, decodeCertificate, decodeDer, decodePkcs1, decodeSpki } from './public-key-encodings.js';
import { importJwk, type VerificationKey } from './verification-key.js';

const EXPECTED = 'a public key as PEM (SPKI, PKCS#1 or X.509), as a JWK or its JSON text, or as DER bytes';
const PRIVATE = 'a private key, which no verifier should have: openssl pkey -in key.pem -pubout writes the public one';
const ARMOUR = /^-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----$/;

const DECODERS: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => DecodedKey>> = {
  'PUBLIC KEY': decodeSpki,
  'RSA PUBLIC KEY': decodePkcs1,
  CERTIFICATE: decodeCertificate,
  'X509 CERTIFICATE': decodeCertificate,
};

/**
 * Reads the option `publicKey` and binds the key to the allowed algorithms. Throws a `TypeError` for what is no public key, for
 * one that is too weak, and for one that serves none of the algorithms; its text never repeats the value.
 */
export function staticPublicKey(
  owner: string,
  value: unknown,
  allowed: readonly Algorithm[],
): VerificationKey | Promise<VerificationKey> {
  const refuse = (problem: string): never => {
    throw new TypeError(`${owner}: option 'publicKey' must be ${EXPECTED}; this is ${problem}`);
  };
  const decoded = decodeAny(value);
  if ('problem' in decoded) return refuse(decoded.problem);
  // "One key, one algorithm" is JWK's rule; a bare PEM serves whatever of the list its type can do.
  const imported = importJwk(decoded.jwk, allowed, decoded.bare);
  const finish = (result: Awaited<typeof imported>): VerificationKey =>
    'key' in result ? result.key : refuse(`not usable: ${result.ignored}`);
  return imported instanceof Promise ? imported.then(finish) : finish(imported);
}

type AnyKey = { readonly jwk: unknown; readonly bare: boolean } | { readonly problem: string };

function decodeAny(value: unknown): AnyKey {
  if (value instanceof Uint8Array) return decodeBytes(Uint8Array.from(value));
  if (typeof value === 'string') return decodeText(value);
  if (typeof value === 'object' && value !== null) return fromJwk(value);
  return { problem: 'neither a text nor an object' };
}

function decodeBytes(bytes: Uint8Array<ArrayBuffer>): AnyKey {
  const text = new TextDecoder('latin1').decode(bytes);
  return text.trimStart().startsWith('-----') ? decodeText(text) : bare(decodeDer(bytes));
}

function decodeText(text: string): AnyKey {
  // Environment variables often hold the two characters \n for a line break.
  const trimmed = text.replaceAll('\\r', '').replaceAll('\\n', '\n').trim();
  if (trimmed.startsWith('{')) return decodeJson(text);
  if (/PRIVATE KEY-----/.test(trimmed)) return { problem: PRIVATE };
  const [, label, body] = ARMOUR.exec(trimmed) ?? [];
  if (label === undefined || body === undefined) return { problem: textProblem(trimmed) };
  const decode = Object.hasOwn(DECODERS, label) ? DECODERS[label] : undefined;
  if (decode === undefined) return { problem: 'PEM of another kind' };
  const bytes = bytesOfBase64(body);
  return bytes === undefined ? { problem: 'PEM with broken base64' } : bare(decode(bytes));
}

function textProblem(text: string): string {
  if (text === '') return `none of these${likelyCause(text)}`;
  if (/^https?:/i.test(text)) return "a URL; it belongs in the option 'jwksUri'";
  if (text.includes('-----BEGIN '))
    return 'none of these: PEM has to be whole, one key, with nothing before or after it';
  if (/^ssh-|^ecdsa-sha2-/.test(text)) return 'an ssh key: ssh-keygen -e -m pkcs8 -f key.pub writes it as PEM';
  return "none of these; PEM begins with -----BEGIN PUBLIC KEY-----, and a shared secret belongs in the option 'secret'";
}

function bare(decoded: DecodedKey): AnyKey {
  return 'problem' in decoded ? decoded : { jwk: decoded.jwk, bare: true };
}

function decodeJson(text: string): AnyKey {
  try {
    return fromJwk(parseJsonObject(text.trim()));
  } catch (error) {
    return { problem: error instanceof JsonError ? `JSON that is ${error.message}` : 'broken JSON' };
  }
}

function fromJwk(jwk: object): AnyKey {
  if (Object.hasOwn(jwk, 'keys')) return { problem: "a JWK Set; it belongs in the option 'jwks'" };
  return { jwk, bare: false };
}
