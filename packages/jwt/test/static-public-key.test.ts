import { createPublicKey, generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { caseKey, keyForm } from './case-keys.js';
import { ASYMMETRIC, goodClaims, keyFor, signed, TRUST } from './signing-keys.js';

const accepts = async (publicKey: unknown, token: string): Promise<boolean> => {
  const verifier = new JWTVerifier({ ...TRUST, publicKey: publicKey as string });
  return verifier.verifyToken(token).then(
    () => true,
    () => false,
  );
};

function refusal(publicKey: unknown): string {
  try {
    new JWTVerifier({ ...TRUST, publicKey: publicKey as string });
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain("'publicKey'");
    return (error as Error).message;
  }
  return 'accepted';
}

const pemOf = ({ publicKey }: KeyPairKeyObjectResult): string =>
  publicKey.export({ format: 'pem', type: 'spki' }).toString();

describe('the option publicKey', () => {
  it.each(ASYMMETRIC)('%s: takes SPKI PEM, a JWK, its JSON text and DER alike', async (algorithm) => {
    const key = await keyFor(algorithm);
    const token = signed(key, { alg: algorithm, kid: 'whatever the token says' }, goodClaims());
    const derBytes = new Uint8Array(key.publicKeyObject.export({ format: 'der', type: 'spki' }));
    const oneLine = key.publicKey.replaceAll('\n', '\\n');
    const forms = [key.publicKey, key.jwk, JSON.stringify(key.jwk), ` ${JSON.stringify(key.jwk, null, 2)}\n`, derBytes];
    for (const form of [
      ...forms,
      oneLine,
      key.publicKey.replaceAll('\n', '\r\n'),
      new TextEncoder().encode(key.publicKey),
    ]) {
      expect(await accepts(form, token)).toBe(true);
    }
  });

  it('takes the key of an X.509 certificate of RSA and of EC keys, whatever its dates', async () => {
    for (const [name, alg] of [
      ['rsa1', 'RS256'],
      ['p256_1', 'ES256'],
    ] as const) {
      const key = caseKey(name);
      const certificate = key.certificate({ validFrom: 978_307_200, validUntil: 1_009_843_200 });
      const verifier = new JWTVerifier({ ...TRUST, publicKey: certificate, algorithms: alg });
      expect(verifier.algorithms).toEqual([alg]);
      expect(createPublicKey(certificate).export({ format: 'jwk' })).toEqual(
        key.publicKeyObject.export({ format: 'jwk' }),
      );
    }
  });

  it.each([
    ['PKCS#8', (): unknown => keyForm('rsa1.private_pem')],
    ['SEC1', (): unknown => keyForm('p256_1.private_sec1_pem')],
    ['PKCS#1', (): unknown => caseKey('rsa1').privateKeyObject.export({ format: 'pem', type: 'pkcs1' })],
    [
      'PKCS#1 DER',
      (): unknown => new Uint8Array(caseKey('rsa1').privateKeyObject.export({ format: 'der', type: 'pkcs1' })),
    ],
    [
      'PKCS#8 DER',
      (): unknown => new Uint8Array(caseKey('ed25519_1').privateKeyObject.export({ format: 'der', type: 'pkcs8' })),
    ],
    ['JWK', (): unknown => caseKey('rsa1').privateKeyObject.export({ format: 'jwk' })],
    ['JWK text', (): unknown => JSON.stringify(caseKey('ed25519_1').privateKeyObject.export({ format: 'jwk' }))],
  ])('refuses a private key as %s', (_name, make) => {
    expect(refusal(make())).toMatch(/private key/);
  });

  const spki = keyForm('rsa1.public_pem') as string;
  it.each<[string, unknown, RegExp]>([
    ['an empty text', '', /none of these/],
    ['null', null, /neither/],
    ['a number', 7, /neither/],
    ['a list', [], /JSON object|no key type/],
    ['an empty object', {}, /no key type/],
    ['a JWK Set', { keys: [] }, /'jwks'/],
    ['a symmetric JWK', { kty: 'oct', k: 'AAAA' }, /symmetric/],
    ['broken JSON', '{"kty":', /JSON/],
    ['JSON with a duplicate member', '{"kty":"RSA","kty":"EC"}', /duplicate/],
    ['PEM of another kind', '-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----', /another kind/],
    ['PEM with broken base64', '-----BEGIN PUBLIC KEY-----\nA\n-----END PUBLIC KEY-----', /base64/],
    ['PEM of bytes that are no key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', /not the DER/],
    ['PEM with a text in front', `subject=x\n${spki}`, /none of these/],
    ['two PEM keys', `${spki}\n${spki}`, /none of these/],
    ['PEM under the wrong label', spki.replaceAll('PUBLIC KEY', 'CERTIFICATE'), /not the DER/],
    [
      'DER with a byte too many',
      Buffer.concat([keyForm('rsa1.public_der') as Uint8Array, Buffer.from([0])]),
      /not the DER/,
    ],
    ['an RSA key of 1024 bits', keyForm('rsa1024.public_pem'), /1024 bits/],
    ['an Ed448 key', caseKey('ed448_1').publicKey, /not supported/],
    ['a secp256k1 key', pemOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })), /P-256/],
    ['an RSASSA-PSS key', pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 })), /RSASSA-PSS/],
    ['a shared secret', 'x'.repeat(32), /none of these/],
  ])('refuses %s, and says what it is', (_name, value, expected) => {
    expect(refusal(value)).toMatch(expected);
  });

  it('refuses an EC point that is not on its curve, and one in compressed form', () => {
    const { x } = caseKey('p256_1').jwk;
    expect(refusal({ kty: 'EC', crv: 'P-256', x, y: x })).toMatch(/not usable/);
    // The SPKI of a P-256 key in DER, up to the x of a compressed point (SEC 1 §2.3.3).
    const compressed = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d03010703220002', 'hex');
    const spkiOfPoint = Buffer.concat([compressed, Buffer.from(String(x), 'base64url')]);
    expect(refusal(new Uint8Array(spkiOfPoint))).toMatch(/uncompressed/);
  });

  it('never repeats what it was given', () => {
    const marked = keyForm('rsa1.private_pem') as string;
    const secretLine = marked.split('\n')[3] ?? 'missing';
    expect(refusal(marked)).not.toContain(secretLine);
    expect(refusal(`{"kty":"RSA","d":"${secretLine}"`)).not.toContain(secretLine);
  });
});
