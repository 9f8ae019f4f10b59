import { describe, expect, it } from 'vitest';
import { checkSignature } from '../src/check-signature.js';
import { splitToken } from '../src/compact-token.js';
import type { VerificationKey } from '../src/verification-key.js';
import { verifySignature } from '../src/verify-signature.js';
import { encoded, keyFor, signed } from './signing-keys.js';

const key = await keyFor('ES256');
const secret = await keyFor('HS256');
const good = signed(key, { alg: 'ES256' }, 'any payload');
const check = (token: unknown, jwk: unknown = key.jwk, algorithm = 'ES256'): Promise<boolean> =>
  verifySignature({ token, jwk, algorithm } as Parameters<typeof verifySignature>[0]);

describe('verifySignature', () => {
  it('knows a good signature, of a key pair and of a secret', async () => {
    expect(await check(good)).toBe(true);
    expect(await check(signed(secret, { alg: 'HS256' }, ''), secret.privateJwk(), 'HS256')).toBe(true);
  });

  it.each<[string, unknown]>([
    ['no text', 7],
    ['nothing', undefined],
    ['a list that looks like a token', [good]],
    ['two parts', good.slice(0, good.lastIndexOf('.'))],
    ['a header that is no JSON', `${encoded('{')}.${good.split('.').slice(1).join('.')}`],
    ['a header that is no JSON, well signed', signed(key, '{', '')],
    ['a critical header, well signed (RFC 7515 §4.1.11)', signed(key, { alg: 'ES256', crit: ['exp'] }, '')],
    ['an unencoded payload, well signed (RFC 7797)', signed(key, { alg: 'ES256', b64: false }, '')],
    ['another algorithm in its header, well signed', signed(key, { alg: 'ES384' }, '')],
    ['no algorithm in its header, well signed', signed(key, {}, '')],
  ])('a token that is or has %s: false', async (_what, token) => {
    expect(await check(token)).toBe(false);
  });

  it.each<[string, unknown, string]>([
    ['a number', 7, 'ES256'],
    ['null', null, 'ES256'],
    ['null for a secret', null, 'HS256'],
    ['a text', JSON.stringify(key.jwk), 'ES256'],
    ['a text for a secret', 'a text', 'HS256'],
    ['a secret that is too short', { kty: 'oct', k: encoded('short') }, 'HS256'],
    ['a key pair for a secret', key.jwk, 'HS256'],
    ['a secret for a key pair', secret.privateJwk(), 'ES256'],
  ])('a key that is %s: false', async (_what, jwk, algorithm) => {
    const token = algorithm === 'HS256' ? signed(secret, { alg: 'HS256' }, '') : good;
    expect(await check(token, jwk, algorithm)).toBe(false);
  });

  it.each(['none', 'ES257', '', 'toString', undefined])('the algorithm %s: false', async (algorithm) => {
    const token = signed(key, { alg: algorithm }, '');
    expect(await verifySignature({ token, jwk: key.jwk, algorithm } as Parameters<typeof verifySignature>[0])).toBe(
      false,
    );
  });
});

it('is built to a file of its own, which the index does not export', async () => {
  const built = (name: string): Promise<Record<string, unknown>> => import(`../dist/${name}.js`);
  const seam = (await built('verify-signature')).verifySignature as typeof verifySignature;
  expect(await seam({ token: good, jwk: key.jwk, algorithm: 'ES256' })).toBe(true);
  expect(await seam({ token: `${good.slice(0, -4)}AAAA`, jwk: key.jwk, algorithm: 'ES256' })).toBe(false);
  expect(await built('index')).not.toHaveProperty('verifySignature');
});

it('a key at which the platform throws has verified nothing', async () => {
  const parts = splitToken(good);
  if (parts === undefined) throw new Error('not a token');
  const broken = { algorithms: ['ES256'] } as unknown as VerificationKey;
  expect(await checkSignature(parts, broken, 'ES256')).toBe(false);
});
