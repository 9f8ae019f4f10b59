import { describe, expect, it } from 'vitest';
import { ALGORITHM_RULES, type Algorithm } from '../src/algorithms.js';
import { readPublicJwk } from '../src/public-jwk.js';
import { keyFor } from './signing-keys.js';

const ALL = Object.keys(ALGORITHM_RULES) as Algorithm[];
const bytes = (length: number, fill = 7): string => Buffer.alloc(length, fill).toString('base64url');
const bare = async (algorithm: Algorithm): Promise<Record<string, unknown>> => {
  const { alg: _alg, kid: _kid, use: _use, ...jwk } = (await keyFor(algorithm)).jwk as Record<string, unknown>;
  return jwk;
};

const rsa = await bare('RS256');
const ec = await bare('ES256');
const okp = await bare('EdDSA');
const mlDsa = { kty: 'AKP', alg: 'ML-DSA-44', pub: bytes(ALGORITHM_RULES['ML-DSA-44'].publicKeyBytes ?? 0) };

describe('a JWK that is used', () => {
  it.each<[string, Record<string, unknown>, readonly Algorithm[], object]>([
    ['RSA', rsa, ['RS256'], { jwk: rsa, algorithms: ['RS256'] }],
    ['EC', ec, ['ES256'], { jwk: ec, algorithms: ['ES256'] }],
    ['OKP', okp, ['EdDSA'], { jwk: okp, algorithms: ['EdDSA', 'Ed25519'] }],
    ['ML-DSA', mlDsa, ['ML-DSA-44'], { jwk: mlDsa, algorithms: ['ML-DSA-44'] }],
    ['with a name', { ...ec, kid: 'one' }, ['ES256'], { jwk: ec, kid: 'one', algorithms: ['ES256'] }],
    ['for signatures', { ...ec, use: 'sig', key_ops: ['verify'] }, ['ES256'], { jwk: ec, algorithms: ['ES256'] }],
    ['without alg: for the first that fits', rsa, ['ES256', 'PS256', 'RS256'], { jwk: rsa, algorithms: ['PS256'] }],
    ['with alg: for that one', { ...rsa, alg: 'RS256' }, ['PS256', 'RS256'], { jwk: rsa, algorithms: ['RS256'] }],
  ])('%s', (_what, jwk, allowed, reading) => {
    expect(readPublicJwk(jwk, allowed)).toStrictEqual(reading);
  });

  it('serves every algorithm that fits, when that is asked for', () => {
    expect(readPublicJwk(rsa, ALL, true)).toMatchObject({
      algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].toSorted(byPosition),
    });
    expect(readPublicJwk(ec, ALL, true)).toMatchObject({ algorithms: ['ES256'] });
    expect(readPublicJwk(mlDsa, ALL, true)).toMatchObject({ algorithms: ['ML-DSA-44'] });
  });

  it('is read to its public members and nothing else', () => {
    expect(readPublicJwk({ ...ec, x5u: 'https://attacker.example', extra: 1 }, ['ES256'])).toStrictEqual({
      jwk: ec,
      algorithms: ['ES256'],
    });
  });
});

function byPosition(a: string, b: string): number {
  return ALL.indexOf(a as Algorithm) - ALL.indexOf(b as Algorithm);
}

describe('a JWK that is not used, and why', () => {
  const throwing = Object.defineProperty({ ...ec }, 'kty', {
    get: () => {
      throw new Error('not data');
    },
  });
  it.each<[string, unknown]>([
    ['not a JSON object', null],
    ['not a JSON object', undefined],
    ['not a JSON object', 'EC'],
    ['not a JSON object', 7],
    ['not a JSON object', [ec]],
    ['not a JSON object', throwing],
    ['no key type', {}],
    ['no key type', { ...ec, kty: 7 }],
    ['symmetric key', { kty: 'oct', k: bytes(32) }],
    ['key id that is not a text', { ...ec, kid: '' }],
    ['key id that is not a text', { ...ec, kid: 7 }],
    ['key id that is not a text', { ...ec, kid: null }],
    ['use other than sig', { ...ec, use: 'enc' }],
    ['use other than sig', { ...ec, use: null }],
    ['key_ops without verify', { ...ec, key_ops: [] }],
    ['key_ops without verify', { ...ec, key_ops: ['sign'] }],
    ['key_ops without verify', { ...ec, key_ops: 'verify' }],
    ['key_ops without verify', { ...ec, key_ops: null }],
    ['alg that is not a text', { ...ec, alg: 7 }],
    ['alg that is not a text', { ...ec, alg: null }],
    ['no allowed algorithm fits its type, curve and alg', { ...ec, alg: 'ES384' }],
    ['no allowed algorithm fits its type, curve and alg', { ...ec, alg: '' }],
    ['unknown key type', { kty: 'XYZ' }],
    ['unknown key type', { ...ec, kty: 'ec' }],
    ['malformed RSA key', { kty: 'RSA', n: rsa.n }],
    ['malformed RSA key', { kty: 'RSA', e: rsa.e }],
    ['malformed RSA key', { kty: 'RSA', n: '', e: rsa.e }],
    ['malformed RSA key', { kty: 'RSA', n: rsa.n, e: '=' }],
    ['unknown curve', { ...ec, crv: undefined }],
    ['unknown curve', { ...ec, crv: 'secp256k1' }],
    ['unknown curve', { ...ec, crv: 'toString' }],
    ['malformed EC key', { ...ec, x: undefined }],
    ['malformed EC key', { ...ec, y: undefined }],
    ['malformed EC key', { ...ec, x: bytes(31) }],
    ['malformed EC key', { ...ec, y: bytes(33) }],
    ['unknown curve', { ...okp, crv: 'Ed448' }],
    ['unknown curve', { ...okp, crv: 'X25519' }],
    ['malformed Ed25519 key', { ...okp, x: '' }],
    ['malformed Ed25519 key', { ...okp, x: 7 }],
    ['AKP key without a known alg', { ...mlDsa, alg: undefined }],
    ['AKP key without a known alg', { ...mlDsa, alg: 'ML-DSA-43' }],
    ['AKP key without a known alg', { ...mlDsa, alg: 'toString' }],
    ['malformed AKP key', { ...mlDsa, pub: undefined }],
    ['malformed AKP key', { ...mlDsa, pub: bytes(31) }],
    ['malformed AKP key', { ...mlDsa, alg: 'ML-DSA-65' }],
  ])('%s: %#', (ignored, value) => {
    expect(readPublicJwk(value, ALL)).toStrictEqual({ ignored });
  });

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'])('private key material: %s', (name) => {
    expect(readPublicJwk({ ...ec, [name]: undefined }, ALL)).toStrictEqual({ ignored: 'private key material' });
  });

  it('weak keys say how', () => {
    expect(readPublicJwk({ kty: 'RSA', n: bytes(128, 255), e: 'AQAB' }, ALL)).toStrictEqual({
      ignored: expect.stringMatching(/2048/),
    });
    expect(readPublicJwk({ kty: 'OKP', crv: 'Ed25519', x: bytes(32, 0) }, ALL)).toStrictEqual({
      ignored: expect.stringMatching(/order/),
    });
  });

  it.each<[Record<string, unknown>, Algorithm]>([
    [rsa, 'ES256'],
    [ec, 'RS256'],
    [ec, 'ES384'],
    [okp, 'ES256'],
    [mlDsa, 'ML-DSA-65'],
    [ec, 'EdDSA'],
  ])('a type or curve that is of another algorithm: %#', (jwk, algorithm) => {
    expect(readPublicJwk(jwk, [algorithm])).toStrictEqual({
      ignored: 'no allowed algorithm fits its type, curve and alg',
    });
  });
});
