import { createHmac, generateKeyPairSync, type KeyObject, type SignKeyObjectInput, sign } from 'node:crypto';
import { certificatePem } from './certificate.js';

/** The symbolic keys of the recorded cases, made afresh for each run. */
export interface CaseKey {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const rsa = (modulusLength: number): CaseKey => generateKeyPairSync('rsa', { modulusLength });
const ec = (namedCurve: string): CaseKey => generateKeyPairSync('ec', { namedCurve });

const MAKERS: Readonly<Record<string, () => CaseKey>> = {
  rsa1: () => rsa(2048),
  rsa2: () => rsa(2048),
  rsa1024: () => rsa(1024),
  p256_1: () => ec('P-256'),
  p384_1: () => ec('P-384'),
  p521_1: () => ec('P-521'),
  ed25519_1: () => generateKeyPairSync('ed25519'),
  ed448_1: () => generateKeyPairSync('ed448'),
};

const made = new Map<string, CaseKey>();

export function caseKey(name: string): CaseKey {
  let key = made.get(name);
  if (key === undefined) {
    const make = MAKERS[name];
    if (make === undefined) throw new Error(`no key called ${name}`);
    key = make();
    made.set(name, key);
  }
  return key;
}

export const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'spki' }) as string;

/** What the `public_key` texts of the cases stand for. */
export function keyForm(form: string): string | Uint8Array {
  const { publicKey, privateKey } = caseKey(/rsa1024|rsa\d|p\d+_1|ed\d+_1/.exec(form)?.[0] ?? form);
  const spki = pem(publicKey);
  if (form.startsWith('padded ')) return `\n  ${spki}\n `;
  if (form.endsWith(' joined')) return spki.replaceAll('\n', '');
  if (form.includes('escapes')) return spki.replaceAll('\n', '\\n');
  if (form.startsWith('expired cert')) return certificatePem(publicKey, privateKey, '010101000000Z', '020101000000Z');
  if (form.startsWith('cert')) return certificatePem(publicKey, privateKey, '200101000000Z', '491231235959Z');
  if (form.startsWith('json(')) return JSON.stringify(publicKey.export({ format: 'jwk' }));
  if (form.endsWith('.public_pem')) return spki;
  if (form.endsWith('.public_pkcs1_pem')) return publicKey.export({ format: 'pem', type: 'pkcs1' }) as string;
  if (form.endsWith('.public_der')) return new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  if (form.endsWith('.private_pem')) return privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  if (form.endsWith('.private_sec1_pem')) return privateKey.export({ format: 'pem', type: 'sec1' }) as string;
  throw new Error(`no form called ${form}`);
}

const b64 = (data: string | Uint8Array): string => Buffer.from(data).toString('base64url');

/** Signs as the cases say: with a named key, or `hmac:` and the text or form of the secret. */
export function signCase(signWith: string, alg: unknown, input: string): string {
  const hash = `sha${/\d{3}$/.exec(String(alg))?.[0] ?? '256'}`;
  if (signWith.startsWith('hmac:')) {
    const text = signWith.slice(5);
    const secret = /^(?:json\()?(?:rsa|p256)\w*\./.test(text) ? keyForm(text) : text;
    return b64(createHmac(hash, secret).update(input).digest());
  }
  const { privateKey } = caseKey(signWith);
  if (signWith.startsWith('ed')) return b64(sign(null, Buffer.from(input), privateKey));
  const pss = String(alg).startsWith('PS') ? { padding: 6, saltLength: Number(hash.slice(3)) / 8 } : {};
  const key: SignKeyObjectInput = { key: privateKey, dsaEncoding: 'ieee-p1363', ...pss };
  return b64(sign(hash, Buffer.from(input), key));
}
