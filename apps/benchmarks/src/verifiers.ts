import { constants, createHmac, createSecretKey, timingSafeEqual, verify, webcrypto } from 'node:crypto';
import { JWTVerifier } from '@auth/jwt';
import { JwtVerifier } from 'aws-jwt-verify';
import { auth } from 'express-oauth2-jwt-bearer';
import { createVerifier } from 'fast-jwt';
import { importJWK, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { AUDIENCE, ISSUER, publicJwk, type SigningKey } from './tokens.js';

/** Settles (or returns) when a token is good, and rejects (or throws) when it is not. */
export type Verify = (token: string) => unknown;

/** Ours, with the whole policy: keys from a set, issuer, audience, times. */
export function ours(key: SigningKey, cache: false | { maxEntries: number } = false): Verify {
  const { algorithm, secret } = key;
  const source = algorithm === 'HS256' ? { secret } : { jwks: { keys: [publicJwk(key)] } };
  const verifier = new JWTVerifier({ ...source, algorithms: algorithm, issuer: ISSUER, audience: AUDIENCE, cache });
  return (token) => verifier.verifyToken(token);
}

export async function joseVerify(key: SigningKey): Promise<Verify> {
  const { algorithm, secret } = key;
  const cryptoKey =
    algorithm === 'HS256'
      ? await webcrypto.subtle.importKey('raw', Buffer.from(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
          'verify',
        ])
      : await importJWK(publicJwk(key), algorithm);
  const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [algorithm] };
  return (token) => jwtVerify(token, cryptoKey, options);
}

export function fastJwt(key: SigningKey, cache: false | number = false): Verify {
  return createVerifier({
    key: keyText(key),
    algorithms: [key.algorithm],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    cache,
  });
}

/** Everybody who can do the algorithm, ours first. `jwksUri` serves the key. */
export async function uncachedVerifiers(key: SigningKey, jwksUri: string): Promise<Record<string, Verify>> {
  const { algorithm } = key;
  return {
    'ours, cache: false': ours(key),
    'jose, CryptoKey': await joseVerify(key),
    'fast-jwt, cache off': fastJwt(key),
    ...(algorithm === 'EdDSA' ? {} : { jsonwebtoken: jsonWebToken(key, algorithm) }),
    ...(algorithm === 'PS256' || algorithm === 'HS256' ? {} : { 'aws-jwt-verify': awsJwtVerify(key, jwksUri) }),
    ...(algorithm === 'EdDSA' ? {} : { 'express-oauth2-jwt-bearer': expressBearer(key, jwksUri) }),
  };
}

function jsonWebToken(key: SigningKey, algorithm: Exclude<SigningKey['algorithm'], 'EdDSA'>): Verify {
  const { publicKey, secret } = key;
  const keyObject = publicKey ?? createSecretKey(Buffer.from(secret));
  const options = { algorithms: [algorithm], issuer: ISSUER, audience: AUDIENCE };
  return (token) => jsonwebtoken.verify(token, keyObject, options);
}

function awsJwtVerify(key: SigningKey, jwksUri: string): Verify {
  const verifier = JwtVerifier.create({ issuer: ISSUER, audience: AUDIENCE, jwksUri });
  verifier.cacheJwks({ keys: [publicJwk(key)] } as Parameters<typeof verifier.cacheJwks>[0]);
  return (token) => verifier.verifySync(token);
}

/** A middleware: it gets what it reads of a request. DPoP is off, since nobody else looks for it. */
function expressBearer({ algorithm, secret }: SigningKey, jwksUri: string): Verify {
  const keys = algorithm === 'HS256' ? { secret } : { jwksUri };
  const middleware = auth({
    ...keys,
    issuer: ISSUER,
    audience: AUDIENCE,
    tokenSigningAlg: algorithm,
    dpop: { enabled: false },
  });
  type Request = Parameters<typeof middleware>[0];
  type Response = Parameters<typeof middleware>[1];
  const response = {} as Response;
  return (token) =>
    new Promise<void>((resolve, reject) => {
      const request = {
        headers: { authorization: `Bearer ${token}`, host: 'mcp.example' },
        get: requestField,
        protocol: 'https',
        url: '/mcp',
        method: 'POST',
        query: {},
        is: () => false,
      };
      void middleware(request as unknown as Request, response, (error?: unknown) =>
        error === undefined ? resolve() : reject(error),
      );
    });
}

const requestField = (name: string): string | undefined => (name === 'Host' ? 'mcp.example' : undefined);

/** The machine's limits: the signature and nothing else. */
export async function rawVerifiers(key: SigningKey): Promise<Record<string, Verify>> {
  return {
    'raw node:crypto, sync': nodeSync(key),
    ...(key.algorithm === 'HS256' ? {} : { 'raw node:crypto, thread pool': nodePool(key) }),
    'raw WebCrypto': await webCrypto(key),
  };
}

function nodeSync(key: SigningKey): Verify {
  const { algorithm, secret } = key;
  if (algorithm === 'HS256') {
    const keyObject = createSecretKey(Buffer.from(secret));
    return (token) => {
      const { text, signature } = split(token);
      assertGood(timingSafeEqual(createHmac('sha256', keyObject).update(text, 'latin1').digest(), signature));
    };
  }
  const hash = algorithm === 'EdDSA' ? null : 'sha256';
  const options = verifyKey(key);
  return (token) => {
    const { text, signature } = split(token);
    assertGood(verify(hash, Buffer.from(text, 'latin1'), options, signature));
  };
}

function nodePool(key: SigningKey): Verify {
  const hash = key.algorithm === 'EdDSA' ? null : 'sha256';
  const options = verifyKey(key);
  return (token) =>
    new Promise<void>((resolve, reject) => {
      const { text, signature } = split(token);
      verify(hash, Buffer.from(text, 'latin1'), options, signature, (error, good) =>
        error === null && good ? resolve() : reject(error ?? new Error('signature')),
      );
    });
}

async function webCrypto(key: SigningKey): Promise<Verify> {
  const { subtle } = webcrypto;
  const { importAs, verifyAs } = WEB_PARAMETERS[key.algorithm];
  const cryptoKey =
    key.algorithm === 'HS256'
      ? await subtle.importKey('raw', Buffer.from(key.secret), importAs, false, ['verify'])
      : await subtle.importKey('jwk', withoutUse(key), importAs, false, ['verify']);
  return async (token) => {
    const { text, signature } = split(token);
    assertGood(await subtle.verify(verifyAs, cryptoKey, signature, Buffer.from(text, 'latin1')));
  };
}

const WEB_PARAMETERS = {
  RS256: { importAs: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, verifyAs: { name: 'RSASSA-PKCS1-v1_5' } },
  PS256: { importAs: { name: 'RSA-PSS', hash: 'SHA-256' }, verifyAs: { name: 'RSA-PSS', saltLength: 32 } },
  ES256: { importAs: { name: 'ECDSA', namedCurve: 'P-256' }, verifyAs: { name: 'ECDSA', hash: 'SHA-256' } },
  EdDSA: { importAs: { name: 'Ed25519' }, verifyAs: { name: 'Ed25519' } },
  HS256: { importAs: { name: 'HMAC', hash: 'SHA-256' }, verifyAs: { name: 'HMAC' } },
};

/** WebCrypto calls `EdDSA` by another name in JWKs of some versions: the bare key serves them all. */
function withoutUse({ publicKey }: SigningKey): webcrypto.JsonWebKey {
  return publicKey?.export({ format: 'jwk' }) as webcrypto.JsonWebKey;
}

function verifyKey({ algorithm, publicKey }: SigningKey): Parameters<typeof verify>[2] {
  if (publicKey === undefined) throw new TypeError('no public key');
  if (algorithm === 'PS256') return { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return algorithm === 'ES256' ? { key: publicKey, dsaEncoding: 'ieee-p1363' } : publicKey;
}

function split(token: string): { text: string; signature: Buffer<ArrayBuffer> } {
  const dot = token.lastIndexOf('.');
  return { text: token.slice(0, dot), signature: Buffer.from(token.slice(dot + 1), 'base64url') };
}

function assertGood(good: boolean): void {
  if (!good) throw new Error('signature');
}

function keyText({ publicKey, secret }: SigningKey): string {
  return publicKey?.export({ type: 'spki', format: 'pem' }).toString() ?? secret;
}
