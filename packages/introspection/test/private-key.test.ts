import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { KeyPair } from '@auth/testing';
import { describe, expect, it } from 'vitest';
import { privateKeyOption } from '../src/private-key.js';
import { platformPrivateKey as onWeb } from '../src/private-key-web.js';

const rsa = await KeyPair.generate('RS256');
const [p256, p384, p521, ed] = [
  await KeyPair.generate('ES256'),
  await KeyPair.generate('ES384'),
  await KeyPair.generate('ES512'),
  await KeyPair.generate('EdDSA'),
];
const weak = await KeyPair.generate('RS256', { modulusLengthBits: 1_024 });
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1'): string =>
  String(key.export({ format: 'pem', type: type as 'pkcs8' }));
const RSA_JWK = rsa.privateKeyObject.export({ format: 'jwk' });

describe('privateKeyOption', () => {
  it.each<[string, unknown, string]>([
    ['PKCS#8', rsa.privatePem(), 'RS256'],
    ['PKCS#1', pem(rsa.privateKeyObject, 'pkcs1'), 'RS256'],
    ['SEC1', pem(p256.privateKeyObject, 'sec1'), 'ES256'],
    ['literal \\n', p384.privatePem().replaceAll('\n', '\\n'), 'ES384'],
    ['P-521', p521.privatePem(), 'ES512'],
    ['Ed25519', ed.privatePem(), 'EdDSA'],
    ['a JWK', RSA_JWK, 'RS256'],
    ["a JWK's text", JSON.stringify(RSA_JWK), 'RS256'],
    ['a JWK with alg', { ...RSA_JWK, alg: 'PS384' }, 'PS384'],
  ])('reads %s and knows what the key can do', (_name, key, algorithm) => {
    expect(privateKeyOption('V', key, undefined).algorithm).toBe(algorithm);
  });

  it('takes the key id and the wanted algorithm', () => {
    const key = privateKeyOption('V', { ...RSA_JWK, kid: 'k1', use: 'sig' }, 'PS256');
    expect([key.kid, key.algorithm]).toEqual(['k1', 'PS256']);
  });

  const encrypted = rsa.privateKeyObject.export({
    format: 'pem',
    type: 'pkcs8',
    cipher: 'aes-128-cbc',
    passphrase: 'x',
  });
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
    ['a secret', 'correct horse battery staple'],
    ['a public key', rsa.publicKey],
    ['a public JWK', rsa.publicKeyObject.export({ format: 'jwk' })],
    ['a symmetric JWK', { kty: 'oct', k: 'c2VjcmV0', d: 'x' }],
    ['an encrypted key', encrypted],
    ['broken PEM', '-----BEGIN PRIVATE KEY-----\nbm9wZQ==\n-----END PRIVATE KEY-----'],
    ['a broken JWK', { ...RSA_JWK, p: 'AQAB', n: 1 }],
    ['broken JSON', '{"kty":"RSA"'],
    ['a list', [RSA_JWK]],
    ['1024 bits', weak.privatePem()],
    ['secp256k1', pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey, 'pkcs8')],
    ['X25519', pem(generateKeyPairSync('x25519').privateKey, 'pkcs8')],
    ['a key for encryption', { ...RSA_JWK, use: 'enc' }],
    ['an encryption algorithm', { ...RSA_JWK, alg: 'RSA-OAEP' }],
  ])('refuses %s and shows nothing of it', (_name, key) => {
    let message = '';
    try {
      privateKeyOption('V', key, undefined);
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      message = String(error);
    }
    expect(message).toMatch(/option 'privateKey' must be/);
    expect(message).not.toMatch(/BEGIN|horse|AQAB|cause/);
  });

  it.each(['HS256', 'none', 'RS1', '', 1])('refuses %j as an algorithm', (algorithm) => {
    expect(() => privateKeyOption('V', RSA_JWK, algorithm)).toThrow(/signingAlgorithm/);
  });

  it('refuses an algorithm that the key cannot do', () => {
    expect(() => privateKeyOption('V', RSA_JWK, 'ES256')).toThrow(/does not fit the key/);
    expect(() => privateKeyOption('V', { ...RSA_JWK, alg: 'RS256' }, 'PS256')).toThrow(/does not fit the key/);
  });

  it('leaves PEM for later on the web platform, and copies a JWK', () => {
    expect(onWeb('-----BEGIN PRIVATE KEY-----')).toBeUndefined();
    expect(onWeb({ kty: 'RSA' })).toEqual({ kty: 'RSA' });
  });
});
