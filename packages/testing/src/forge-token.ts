import { assertKnownOptions } from '@auth/core';
import { base64url, signingInput } from './algorithms.js';
import { KeyPair } from './key-pair.js';
import { tokenClaims } from './token-claims.js';

/** A part of a token: an object is written as JSON; a text (its UTF-8 form) and bytes are taken as they are. */
export type TokenPart = string | Uint8Array | Readonly<Record<string, unknown>>;

/** What {@link forgeToken} puts together. Nothing is checked: making nonsense is its purpose. */
export interface ForgeTokenOptions {
  /** Default: `alg` of the key that signs (`none` without one) and `typ: 'JWT'`. */
  readonly header?: TokenPart | undefined;
  /** Default: the claims that `createToken()` would make. */
  readonly payload?: TokenPart | undefined;
  /** The key whose signature the token carries. Default: none, the signature is empty. */
  readonly signWith?: KeyPair | undefined;
  /** The third segment, literally, instead of a signature. */
  readonly signature?: string | undefined;
}

/**
 * Puts a compact token together from raw parts, for tests that it is refused. Throws a `TypeError` for an unknown option only.
 */
export function forgeToken(options: ForgeTokenOptions = {}): string {
  assertKnownOptions('forgeToken', options, ['header', 'payload', 'signWith', 'signature']);
  const { signWith, header = { alg: signWith?.algorithm ?? 'none', typ: 'JWT' }, payload = tokenClaims({}) } = options;
  return joinToken(signingInput(bytesOf(header), bytesOf(payload)), options);
}

/** Like {@link forgeToken}, for a `header.payload` text that is encoded already, rightly or wrongly. */
export function signSegments(input: string, signWith: KeyPair): string {
  return joinToken(input, { signWith });
}

function joinToken(input: string, { signature, signWith }: Pick<ForgeTokenOptions, 'signature' | 'signWith'>): string {
  return `${input}.${signature ?? (signWith === undefined ? '' : base64url(signWith.sign(input)))}`;
}

function bytesOf(part: TokenPart): string | Uint8Array {
  return typeof part === 'string' || part instanceof Uint8Array ? part : JSON.stringify(part);
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
