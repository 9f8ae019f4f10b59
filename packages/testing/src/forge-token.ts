import { assertKnownOptions } from '@auth/core';
import { base64url } from './algorithms.js';
import { KeyPair } from './key-pair.js';
import { tokenClaims } from './token-claims.js';

/** A part of a token: a text (its UTF-8 form) and bytes are taken as they are, anything else is written as JSON. */
export type TokenPart =
  | string
  | Uint8Array
  | Readonly<Record<string, unknown>>
  | readonly unknown[]
  | number
  | boolean
  | null;

/** What {@link forgeToken} puts together. Nothing is checked: making nonsense is its purpose. */
export interface ForgeTokenOptions {
  /** Default: `alg` of the key that signs (`none` without one) and `typ: 'JWT'`. */
  readonly header?: TokenPart | undefined;
  /** Default: the claims that `createToken()` would make. */
  readonly payload?: TokenPart | undefined;
  /** `header.payload` literally, encoded already, rightly or wrongly, instead of the two. */
  readonly signingInput?: string | undefined;
  /** The key whose signature the token carries. Default: none, the signature is empty. */
  readonly signWith?: KeyPair | undefined;
  /** The third segment, literally, instead of a signature. */
  readonly signature?: string | undefined;
}

/**
 * Puts a compact token together from raw parts, for tests that it is refused. Throws a `TypeError` for an unknown option, and
 * for a `signingInput` beside the parts that it replaces.
 */
export function forgeToken(options: ForgeTokenOptions = {}): string {
  assertKnownOptions('forgeToken', options, ['header', 'payload', 'signingInput', 'signWith', 'signature']);
  const { signWith, signature, signingInput = rawInput(options) } = options;
  if (options.signingInput !== undefined && (options.header !== undefined || options.payload !== undefined)) {
    throw new TypeError("forgeToken: option 'signingInput' already has a header and a payload");
  }
  return `${signingInput}.${signature ?? (signWith === undefined ? '' : base64url(signWith.sign(signingInput)))}`;
}

function rawInput({ signWith, header, payload = tokenClaims({}) }: ForgeTokenOptions): string {
  const head = header === undefined ? { alg: signWith?.algorithm ?? 'none', typ: 'JWT' } : header;
  return `${encodeSegment(head)}.${encodeSegment(payload)}`;
}

/** A part of a token as its segment: unpadded base64url (RFC 7515 §2). */
export function encodeSegment(part: TokenPart): string {
  return base64url(typeof part === 'string' || part instanceof Uint8Array ? part : JSON.stringify(part));
}

/**
 * Symmetric keys made of a public key's published forms: what a verifier that mixes up HMAC and asymmetric algorithms would
 * check an `HS256` token with (CVE-2016-10555 and many since).
 */
export function confusedSecrets(keyPair: KeyPair): readonly { readonly form: string; readonly key: KeyPair }[] {
  const pem = keyPair.publicKey;
  const forms = {
    'the public PEM': pem,
    'the public PEM without its last line end': pem.trimEnd(),
    'the public PEM on one line': pem.replaceAll('\n', '\\n'),
    'the lines between the PEM markers': pem.replaceAll(/-----[^-]+-----|\n/g, ''),
    'the public JWK as JSON': JSON.stringify(keyPair.jwk),
  };
  return Object.entries(forms).map(([form, secret]) => ({ form, key: KeyPair.fromSecret('HS256', secret) }));
}
