import { createPublicKey } from 'node:crypto';
import { RSAKeyPair } from '@auth/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/index.js';

// CVE-2023-48223, CVE-2026-34950, CVE-2024-37568 and their like: whoever knows the public key could sign with it.
const DISGUISES: Readonly<Record<string, (pem: string, jwk: object) => string | Uint8Array>> = {
  'a JWK with an escaped member name': (_pem, jwk) => JSON.stringify(jwk).replace('"kty"', '"\\u006bty"'),
  'a JWK as base64url': (_pem, jwk) => Buffer.from(JSON.stringify(jwk)).toString('base64url'),
  'DER with a line break behind it': (pem) => Buffer.concat([der(pem), Buffer.from('\n')]),
  'DER with a line break before it': (pem) => Buffer.concat([Buffer.from('\n'), der(pem)]),
  'DER as base64': (pem) => der(pem).toString('base64'),
  'DER as base64url': (pem) => der(pem).toString('base64url'),
  'DER as hexadecimal text': (pem) => der(pem).toString('hex'),
  'a PEM as base64': (pem) => Buffer.from(pem).toString('base64'),
  'the body of a PEM with its last line': (pem) => pem.split('\n').slice(1).join('\n'),
  'an ssh certificate line': () => `ssh-rsa-cert-v01@openssh.com ${SSH}`,
  'the blob of an ssh key as text': () => SSH,
  'the blob of an ssh key': () => Buffer.from(SSH, 'base64'),
};

const SSH = Buffer.concat([
  Buffer.from([0, 0, 0, 7]),
  Buffer.from('ssh-rsa'),
  Buffer.from([0, 0, 0, 3, 1, 0, 1, 0, 0, 1, 1]),
  Buffer.alloc(128, 7),
]).toString('base64');

function der(pem: string): Buffer {
  return createPublicKey(pem).export({ type: 'spki', format: 'der' });
}

describe('a public key as HMAC secret is refused at construction', () => {
  let pair: RSAKeyPair;
  beforeAll(async () => {
    pair = await RSAKeyPair.generate();
  });

  it.each(Object.keys(DISGUISES))('as %s', (name) => {
    const secret = DISGUISES[name]?.(pair.publicKey, pair.jwk) ?? '';
    expect(() => new JWTVerifier({ secret, issuer: null, audience: null })).toThrow(TypeError);
  });
});

it.each([[' '.repeat(32)], [new Uint8Array(32)]])(
  'a secret of nothing but blanks or zero bytes is refused',
  (secret) => {
    expect(() => new JWTVerifier({ secret, issuer: null, audience: null })).toThrow(
      /option 'secret' must be a secret, not blanks/,
    );
  },
);

it.each([
  ['base64', Buffer.from(crypto.getRandomValues(new Uint8Array(48))).toString('base64')],
  ['base64url', Buffer.from(crypto.getRandomValues(new Uint8Array(48))).toString('base64url')],
  ['hexadecimal', Buffer.from(crypto.getRandomValues(new Uint8Array(48))).toString('hex')],
  ['a sentence', 'a perfectly good secret of more than 32 bytes'],
])('a random secret as %s is accepted', (_form, secret) => {
  expect(() => new JWTVerifier({ secret, issuer: null, audience: null })).not.toThrow();
});

it('a verifier is in force as it was checked: its fields cannot be assigned, and null options are none', async () => {
  const pair = await RSAKeyPair.generate();
  const verifier = new JWTVerifier({ publicKey: pair.publicKey, issuer: null, audience: null, requiredScopes: ['a'] });
  expect(() => Object.assign(verifier, { requiredScopes: [] })).toThrow(TypeError);
  expect(() => Object.assign(verifier, { clock: () => 1 })).toThrow(TypeError);
  const token = await pair.createToken({ scopes: ['a'] });
  await expect(verifier.verifyToken(token, null as never)).resolves.toMatchObject({ scopes: ['a'] });
  await expect(verifier.verifyToken(token, null as never)).resolves.toMatchObject({ scopes: ['a'] });
});
