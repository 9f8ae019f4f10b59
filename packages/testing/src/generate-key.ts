import { createSecretKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { type Algorithm, algorithmTraits } from './algorithms.js';

/** The two halves of a key; a secret has only the one it signs with. */
export interface KeyMaterial {
  readonly signingKey: KeyObject;
  readonly publicKey: KeyObject | undefined;
}

/** The name of a key type's generator as node:crypto knows it, with its parameters. */
type Generate = (
  type: string,
  parameters: object,
  done: (error: Error | null, publicKey: KeyObject, privateKey: KeyObject) => void,
) => void;

/**
 * Makes a key for an algorithm. `modulusLengthBits` counts for RSA only.
 * Throws a `TypeError` for an unknown algorithm, an `Error` that says so when this runtime cannot make such a key.
 */
export async function generateKey(algorithm: Algorithm, modulusLengthBits: number): Promise<KeyMaterial> {
  const traits = algorithmTraits(algorithm);
  switch (traits.family) {
    case 'rsa':
      return await generatePair(algorithm, 'rsa', { modulusLength: modulusLengthBits });
    case 'ec':
      return await generatePair(algorithm, 'ec', { namedCurve: traits.curve });
    case 'okp':
      return await generatePair(algorithm, 'ed25519', {});
    case 'akp':
      return await generatePair(algorithm, traits.type, {});
    case 'oct':
      // Text rather than raw bytes: it can be given in an environment variable as well.
      return { signingKey: secretKey(randomBytes(traits.secretBytes).toString('base64url')), publicKey: undefined };
  }
}

/** An HMAC key of bytes, or of a text's UTF-8 form. */
export function secretKey(secret: string | Uint8Array): KeyObject {
  return createSecretKey(Buffer.from(secret as Uint8Array));
}

async function generatePair(algorithm: Algorithm, type: string, parameters: object): Promise<KeyMaterial> {
  try {
    return await new Promise<KeyMaterial>((resolve, reject) => {
      // The overloads of node:crypto name each type; which of them exist is a matter of the runtime, found out below.
      (generateKeyPair as unknown as Generate)(type, parameters, (error, publicKey, signingKey) => {
        if (error) reject(error);
        else resolve({ signingKey, publicKey });
      });
    });
  } catch (cause) {
    throw new Error(`KeyPair: this runtime (Node ${process.versions.node}) cannot make a key for ${algorithm}`, {
      cause,
    });
  }
}
