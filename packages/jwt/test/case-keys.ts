import { generateKeyPairSync } from 'node:crypto';
import { type Algorithm, KeyPair } from '@auth/testing';

/** The symbolic keys of the recorded cases, made afresh for each run. */
const KEYS: Readonly<Record<string, KeyPair>> = {
  rsa1: await KeyPair.generate('RS256'),
  rsa2: await KeyPair.generate('RS256'),
  rsa1024: await KeyPair.generate('RS256', { modulusLengthBits: 1024 }),
  p256_1: await KeyPair.generate('ES256'),
  p384_1: await KeyPair.generate('ES384'),
  p521_1: await KeyPair.generate('ES512'),
  ed25519_1: await KeyPair.generate('EdDSA'),
  // No algorithm that a verifier may allow, so that nothing makes such a key but node:crypto itself.
  ed448_1: await KeyPair.fromPrivateKey(
    'EdDSA',
    generateKeyPairSync('ed448', {
      privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
      publicKeyEncoding: { format: 'pem', type: 'spki' },
    }).privateKey,
  ),
};

export function caseKey(name: string): KeyPair {
  const key = KEYS[name];
  if (key === undefined) throw new Error(`no key called ${name}`);
  return key;
}

/** What the `public_key` texts of the cases stand for. */
export function keyForm(form: string): string | Uint8Array {
  const key = caseKey(/rsa1024|rsa\d|p\d+_1|ed\d+_1/.exec(form)?.[0] ?? form);
  const { publicKey: spki, publicKeyObject, privateKeyObject } = key;
  if (form.startsWith('padded ')) return `\n  ${spki}\n `;
  if (form.endsWith(' joined')) return spki.replaceAll('\n', '');
  if (form.includes('escapes')) return spki.replaceAll('\n', '\\n');
  if (form.startsWith('expired cert')) return key.certificate({ validFrom: 978_307_200, validUntil: 1_009_843_200 });
  if (form.startsWith('cert')) return key.certificate();
  if (form.startsWith('json(')) return JSON.stringify(publicKeyObject.export({ format: 'jwk' }));
  if (form.endsWith('.public_pem')) return spki;
  if (form.endsWith('.public_pkcs1_pem')) return publicKeyObject.export({ format: 'pem', type: 'pkcs1' }).toString();
  if (form.endsWith('.public_der')) return new Uint8Array(publicKeyObject.export({ format: 'der', type: 'spki' }));
  if (form.endsWith('.private_pem')) return key.privatePem();
  if (form.endsWith('.private_sec1_pem')) return privateKeyObject.export({ format: 'pem', type: 'sec1' }).toString();
  throw new Error(`no form called ${form}`);
}

/** The key that signs a case: a named one under the algorithm, or `hmac:` and the text or form of a secret. */
export function caseSigner(signWith: string, alg: unknown): KeyPair {
  if (signWith.startsWith('hmac:')) {
    const text = signWith.slice(5);
    const secret = /^(?:json\()?(?:rsa|p256)\w*\./.test(text) ? keyForm(text) : text;
    return KeyPair.fromSecret(alg as 'HS256', secret);
  }
  const key = caseKey(signWith);
  // A header may name what is no algorithm of the key, or none at all: the key signs as it would otherwise.
  return /^[RP]S\d{3}$/.test(String(alg)) ? key.withAlgorithm(alg as Algorithm) : key;
}
