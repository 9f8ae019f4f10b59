import { execFileSync } from 'node:child_process';
import { confusedSecrets } from '@auth/testing';
import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { isForeignKeyMaterial } from '../src/shared-secret.js';
import { caseKey, keyForm } from './case-keys.js';
import { goodClaims, keyFor, secretBytes, signed, TRUST } from './signing-keys.js';

const build = (secret: unknown, algorithms: 'HS256' | 'HS384' | 'HS512' = 'HS256'): JWTVerifier =>
  new JWTVerifier({ ...TRUST, secret: secret as string, algorithms });

const text = (form: string): string => keyForm(form) as string;
const spki = text('rsa1.public_pem');
const jwk = caseKey('rsa1').publicKeyObject.export({ format: 'jwk' });
const SSH_RSA = 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7vbqajDw4o6gJy8UtmIbkcpnk alice@example.com';
const SSH_ED = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGk3t0lVtFZ1sQ5Zk2bq7Cj3kT5uIuSPWvGQ alice@example.com';

/** Random secrets that are tried; `TEST_LONG=1` tries many more. */
const SAMPLES = process.env.TEST_LONG === '1' ? 50_000 : 1_000;

describe('key material of another kind is refused as a secret', () => {
  it.each<[string, string | Uint8Array]>([
    ['CVE-2023-48223, CVE-2024-37568: a public key in PEM', spki],
    ['CVE-2026-34950: PEM after junk', `junk junk ${spki}`],
    ['CVE-2026-34950: PEM after blanks and line breaks', `\n\n   \t${spki}`],
    ['CVE-2026-107722: PEM in lower case', spki.toLowerCase()],
    ['PEM in upper case', spki.toUpperCase()],
    ['PEM with literal \\n', spki.replaceAll('\n', '\\n')],
    ['PEM as UTF-16 bytes', new Uint8Array(Buffer.from(spki, 'utf16le'))],
    ['PEM as bytes', new TextEncoder().encode(spki)],
    ['PEM without its armour', spki.replaceAll(/-----[^-]+-----/g, '')],
    ['PEM without its armour, in one line', spki.replaceAll(/-----[^-]+-----|\s/g, '')],
    ['PKCS#1 PEM', text('rsa1.public_pkcs1_pem')],
    ['CVE-2026-114615: a certificate', text('cert(rsa1)')],
    ['a private key in PEM', text('rsa1.private_pem')],
    ['a SEC1 private key in PEM', text('p256_1.private_sec1_pem')],
    ['PyJWT GHSA-xgmm-8j9v-c9wx: a public JWK', JSON.stringify(jwk)],
    ['a JWK with blanks', JSON.stringify(jwk, null, 2)],
    ['a JWK Set', JSON.stringify({ keys: [jwk] })],
    ['a private JWK', JSON.stringify(caseKey('rsa1').privateKeyObject.export({ format: 'jwk' }))],
    ['SPKI DER', keyForm('rsa1.public_der')],
    ['SPKI DER of an EC key', keyForm('p256_1.public_der')],
    ['SPKI DER of an Ed25519 key', keyForm('ed25519_1.public_der')],
    ['PKCS#8 DER', new Uint8Array(caseKey('rsa1').privateKeyObject.export({ format: 'der', type: 'pkcs8' }))],
    ['CVE-2024-33663: an ssh-rsa line', SSH_RSA],
    ['an ssh-ed25519 line', SSH_ED],
    [
      'an ecdsa ssh line after options',
      `command="x" ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTY=`,
    ],
    [
      'an SSH2 public key',
      '---- BEGIN SSH2 PUBLIC KEY ----\nAAAAB3NzaC1yc2EAAAADAQABAAABAQ\n---- END SSH2 PUBLIC KEY ----',
    ],
    [
      'an OpenSSH private key',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----',
    ],
  ])('%s', (_name, secret) => {
    expect(() => build(secret)).toThrow(/'secret' must be a shared secret/);
  });

  it('every published form of a public key that a confused verifier would take', async () => {
    for (const { form, key } of confusedSecrets(await keyFor('RS256'))) {
      const bytes = secretBytes(key);
      expect([form, isForeignKeyMaterial(bytes)]).toEqual([form, true]);
    }
  });

  it('no ordinary secret is mistaken for a key', () => {
    const mistaken = Array.from({ length: SAMPLES }, () => crypto.getRandomValues(Buffer.alloc(32)))
      // Each as raw bytes, and as the text forms in which secrets are handed around.
      .flatMap((bytes) => [bytes, Buffer.from(bytes.toString('base64')), Buffer.from(bytes.toString('hex'))])
      .filter((form) => isForeignKeyMaterial(form));
    expect(mistaken.map((form) => form.toString('latin1'))).toEqual([]);
    for (const secret of ['my ssh-key has a name and is long enough', 'begin with something that is 32 bytes long']) {
      expect(() => build(secret)).not.toThrow();
    }
  });

  it('openssl agrees about what is DER, where it is installed', () => {
    let output = '';
    try {
      output = execFileSync('openssl', ['genpkey', '-algorithm', 'RSA', '-outform', 'DER'], {
        encoding: 'hex',
        stdio: ['ignore', 'pipe', 'ignore'],
      }) as string;
    } catch {
      return;
    }
    expect(isForeignKeyMaterial(new Uint8Array(Buffer.from(output, 'hex')))).toBe(true);
  });
});

describe('the length of a secret (RFC 7518 3.2: checklist 9 and 23)', () => {
  it.each([
    ['HS256', 32],
    ['HS384', 48],
    ['HS512', 64],
  ] as const)('%s takes %i bytes and not one less', (algorithm, length) => {
    expect(() => build('k'.repeat(length), algorithm)).not.toThrow();
    expect(() => build('k'.repeat(length - 1), algorithm)).toThrow(RangeError);
    expect(() => build(new Uint8Array(length).fill(7), algorithm)).not.toThrow();
    expect(() => build(new Uint8Array(length - 1).fill(7), algorithm)).toThrow(RangeError);
  });

  it.each([
    ['an empty text', ''],
    ['no bytes', new Uint8Array(0)],
    ['blanks', ' '],
  ])('CVE-2026-44351, CVE-2025-65945: %s is refused', (_name, secret) => {
    expect(() => build(secret)).toThrow(RangeError);
  });

  it('counts bytes of UTF-8, not characters, and takes blanks as they are', async () => {
    expect(() => build('пароль-секрет-пароль')).not.toThrow();
    const key = await keyFor('HS256');
    const secret = secretBytes(key);
    const verifier = build(secret);
    const token = signed(key, { alg: 'HS256' }, goodClaims());
    secret.fill(0);
    // The bytes were copied: what the caller does with them later changes nothing.
    expect((await verifier.verifyToken(token)).subject).toBe('alice');
  });

  it('a text with half a character is refused', () => {
    expect(() => build(`${'k'.repeat(40)}\ud800`)).toThrow(TypeError);
  });
});
