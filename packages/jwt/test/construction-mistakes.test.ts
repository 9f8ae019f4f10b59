import { RSAKeyPair } from '@auth/testing';
import { describe, expect, it } from 'vitest';
import { issuerRouter } from '../src/issuer-router.js';
import { JWTVerifier } from '../src/jwt-verifier.js';
import type { JWTVerifierOptions } from '../src/options.js';
import { presets } from '../src/presets.js';

const { privateKey, publicKey } = await keys();
const SECRET = 'hunter2-hunter2';
const GOOD = { jwksUri: 'https://auth.example.com/jwks', issuer: 'https://auth.example.com', audience: 'notes' };
const { jwksUri: _jwksUri, ...KEYLESS } = GOOD;
const { audience: _audience, ...FOR_ANYONE } = GOOD;

async function keys(): Promise<{ privateKey: string; publicKey: string }> {
  const pair = await RSAKeyPair.generate();
  return { privateKey: '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----', publicKey: pair.publicKey };
}

/** The message without the list of known options, which is long and the same every time. */
function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError)
      return error.message.replace(/[; ]+known options: .*$/i, '');
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** As JavaScript, or a cast, lets anyone write. */
function jwtMessage(options: unknown): string {
  return messageOf(() => new JWTVerifier(options as JWTVerifierOptions));
}

const IDENTIFIER = 'must be a text, a list of texts, or null to leave it unchecked; none may be blank';
const URL_TEXT = 'must be an https URL (http only on loopback), without user, password or fragment';
const KEY = 'must be a public key as PEM (SPKI, PKCS#1 or X.509), as a JWK or its JSON text, or as DER bytes; this is';
const SOURCES = 'exactly one of the options jwksUri, publicKey, secret, jwks, discover is needed;';
const SCOPES = "must be a list of scopes such as ['notes:read'], without blanks;";

describe('a JWTVerifier says what to write instead of', () => {
  it.each<[mistake: string, options: unknown, message: string]>([
    ['aud', { ...FOR_ANYONE, aud: 'notes' }, "unknown option 'aud'; did you mean 'audience'?"],
    ['jwksUrl', { ...KEYLESS, jwksUrl: 'x' }, "unknown option 'jwksUrl'; did you mean 'jwksUri'?"],
    ['jwks_uri', { ...KEYLESS, jwks_uri: 'x' }, "unknown option 'jwks_uri'; did you mean 'jwksUri'?"],
    ['algorithm', { ...GOOD, algorithm: 'RS256' }, "unknown option 'algorithm'; did you mean 'algorithms'?"],
    [
      'required_scopes',
      { ...GOOD, required_scopes: [] },
      "unknown option 'required_scopes'; did you mean 'requiredScopes'?",
    ],
    [
      'clockTolerance',
      { ...GOOD, clockTolerance: 5 },
      "unknown option 'clockTolerance'; did you mean 'clockToleranceSeconds'?",
    ],
    [
      'timeout',
      { ...GOOD, timeout: 5 },
      "unknown option 'timeout'; did you mean 'remoteKeys'? Write remoteKeys: { timeoutMs: 5000 } for five seconds.",
    ],
    [
      'http',
      { ...GOOD, jwksUri: 'http://a.example' },
      `option 'jwksUri' ${URL_TEXT}; it begins with http://, and is not on this machine`,
    ],
    ['no scheme', { ...GOOD, jwksUri: 'a.example' }, `option 'jwksUri' ${URL_TEXT}; it has to begin with https://`],
    [
      'no issuer',
      { ...GOOD, issuer: undefined },
      `option 'issuer' ${IDENTIFIER}; it is undefined: is an environment variable missing?`,
    ],
    [
      'a blank audience',
      { ...GOOD, audience: '' },
      `option 'audience' ${IDENTIFIER}; it is blank: is an environment variable empty?`,
    ],
    [
      '[undefined]',
      { ...GOOD, audience: [undefined] },
      `option 'audience' ${IDENTIFIER}; a member is undefined: is an environment variable missing?`,
    ],
    [
      'a URL object',
      { ...GOOD, issuer: new URL('https://a.example') },
      `option 'issuer' ${IDENTIFIER}; it is a URL object: write url.href`,
    ],
    ['no keys', KEYLESS, `${SOURCES} none is given`],
    [
      'undefined keys',
      { ...KEYLESS, jwksUri: undefined },
      `${SOURCES} none is given; 'jwksUri' is undefined: is an environment variable missing?`,
    ],
    ['two key sources', { ...GOOD, publicKey }, `${SOURCES} jwksUri and publicKey are given`],
    [
      'a private key',
      { ...KEYLESS, publicKey: privateKey },
      `option 'publicKey' ${KEY} a private key, which no verifier should have: openssl pkey -in key.pem -pubout writes the public one`,
    ],
    [
      'half a PEM',
      { ...KEYLESS, publicKey: publicKey.slice(0, 90) },
      `option 'publicKey' ${KEY} none of these: PEM has to be whole, one key, with nothing before or after it`,
    ],
    [
      'a secret as the public key',
      { ...KEYLESS, publicKey: SECRET },
      `option 'publicKey' ${KEY} none of these; PEM begins with -----BEGIN PUBLIC KEY-----, and a shared secret belongs in the option 'secret'`,
    ],
    [
      'a URL as the public key',
      { ...KEYLESS, publicKey: GOOD.jwksUri },
      `option 'publicKey' ${KEY} a URL; it belongs in the option 'jwksUri'`,
    ],
    [
      'an ssh key',
      { ...KEYLESS, publicKey: 'ssh-rsa AAAAB3Nz me' },
      `option 'publicKey' ${KEY} an ssh key: ssh-keygen -e -m pkcs8 -f key.pub writes it as PEM`,
    ],
    [
      'a blank public key',
      { ...KEYLESS, publicKey: '' },
      `option 'publicKey' ${KEY} none of these; it is blank: is an environment variable empty?`,
    ],
    [
      'a JWKS as the public key',
      { ...KEYLESS, publicKey: { keys: [] } },
      `option 'publicKey' ${KEY} a JWK Set; it belongs in the option 'jwks'`,
    ],
    [
      'HS256 with jwksUri',
      { ...GOOD, algorithms: 'HS256' },
      "option 'algorithms': HS256 goes with the option 'secret' only and cannot be used with jwksUri",
    ],
    [
      'a short secret',
      { ...KEYLESS, secret: SECRET },
      "option 'secret' must be at least 32 bytes long for HS256 (RFC 7518 §3.2); openssl rand -base64 32 makes one",
    ],
    [
      'a public key as the secret',
      { ...KEYLESS, secret: publicKey },
      "option 'secret' must be a shared secret; PEM, JWK, DER, certificates and ssh keys are none (a public key is for 'publicKey')",
    ],
    [
      'a URL as the key set',
      { ...KEYLESS, jwks: GOOD.jwksUri },
      "option 'jwks' must be a JWK Set: { keys: [...] }; a URL belongs in the option 'jwksUri'",
    ],
    [
      'JSON text as the key set',
      { ...KEYLESS, jwks: '{"keys":[]}' },
      "option 'jwks' must be a JWK Set: { keys: [...] }; it is a text: write JSON.parse(text)",
    ],
    [
      "scopes 'a b'",
      { ...GOOD, requiredScopes: 'a b' },
      `option 'requiredScopes' ${SCOPES} it is a text: write a list, or text.split(' ')`,
    ],
    [
      "scopes ['a b']",
      { ...GOOD, requiredScopes: ['a b'] },
      `option 'requiredScopes' ${SCOPES} a member has a blank in it: write each scope as a member of its own`,
    ],
    [
      'milliseconds',
      { ...GOOD, clockToleranceSeconds: 5000 },
      "option 'clockToleranceSeconds' must be a number at least 0 and at most 300; the unit is seconds, not milliseconds",
    ],
    [
      'a number as text',
      { ...GOOD, maxTokenAgeSeconds: '60' },
      "option 'maxTokenAgeSeconds' must be a number; it is a text: write Number(text)",
    ],
    [
      "'false'",
      { ...GOOD, requireExpiration: 'false' },
      "option 'requireExpiration' must be true or false; it is a text: compare it, as in value === 'true'",
    ],
    [
      'cache: true',
      { ...GOOD, cache: true },
      "option 'cache' must be false, or an object such as { maxEntries: 2000 }",
    ],
    ['no options', undefined, 'options must be an object'],
  ])('%s', (_mistake, options, message) => {
    expect(jwtMessage(options)).toBe(`JWTVerifier: ${message}`);
    expect(jwtMessage(options)).not.toContain('hunter2');
  });

  it.each([
    ['rs256', "; did you mean 'RS256'?"],
    ['ES-256', "; did you mean 'ES256'?"],
    ['none', '; an unsigned token is never accepted'],
    ['RS256 ES256', "; for several write a list, such as ['RS256', 'ES256']"],
    [[undefined], '; a member is undefined: is an environment variable missing?'],
    [[], '; the list is empty'],
    ['RS255', ''],
  ])('the algorithm %j', (algorithms, cause) => {
    expect(jwtMessage({ ...GOOD, algorithms })).toMatch(
      /^JWTVerifier: option 'algorithms' must be one of, or a list of: RS256, /,
    );
    expect(jwtMessage({ ...GOOD, algorithms }).replace(/.*ML-DSA-87/, '')).toBe(cause);
  });
});

it.each([
  ['literal \\n', (pem: string) => pem.replaceAll('\n', '\\n')],
  ['no line breaks', (pem: string) => pem.replaceAll('\n', '')],
  ['blanks for line breaks', (pem: string) => pem.replaceAll('\n', ' ')],
])('a PEM with %s, as environment variables hold it, is no mistake', (_how, change) => {
  expect(new JWTVerifier({ ...KEYLESS, publicKey: change(publicKey) }).algorithms).toContain('RS256');
});

it('an audience that ends in a slash is no mistake: issuers write both, and comparison is exact', () => {
  expect(new JWTVerifier({ ...GOOD, audience: 'https://mcp.example.com/' }).audience).toBe('https://mcp.example.com/');
});

describe('a preset says what to write instead of', () => {
  it.each<[mistake: string, make: () => unknown, message: string]>([
    [
      'url',
      () => presets.keycloak(Object({ url: 'x' })),
      "presets.keycloak: unknown option 'url'; did you mean 'baseUrl'?",
    ],
    [
      'an undefined URL',
      () => presets.keycloak(Object({ realm: 'x', baseUrl: undefined })),
      "presets.keycloak: option 'baseUrl' must be a text that is not blank; it is undefined: is an environment variable missing?",
    ],
    ['aud', () => presets.auth0(Object({ aud: 'x' })), "presets.auth0: unknown option 'aud'; did you mean 'audience'?"],
    [
      'a URL for a host',
      () => presets.auth0({ domain: 'https://t.auth0.com/', audience: 'x' }),
      "presets.auth0: option 'domain' must be a host name such as tenant.example.com; without https:// and without a path",
    ],
    [
      'an undefined host',
      () => presets.okta(Object({ domain: undefined })),
      "presets.okta: option 'domain' must be a host name such as tenant.example.com; it is undefined: is an environment variable missing?",
    ],
    [
      'tenant',
      () => presets.entraV2(Object({ tenant: 'x' })),
      "presets.entraV2: unknown option 'tenant'; did you mean 'tenantId'?",
    ],
    [
      'tenant_id',
      () => presets.entraV1(Object({ tenant_id: 'x' })),
      "presets.entraV1: unknown option 'tenant_id'; did you mean 'tenantId'?",
    ],
    [
      'clientId',
      () => presets.cognito(Object({ clientId: 'x' })),
      "presets.cognito: unknown option 'clientId'; did you mean 'clientIds'?",
    ],
    [
      'audiences',
      () => presets.workos(Object({ audiences: 'x' })),
      "presets.workos: unknown option 'audiences'; did you mean 'audience'?",
    ],
    [
      'client_id',
      () => presets.google(Object({ client_id: 'x' })),
      "presets.google: unknown option 'client_id'; did you mean 'clientId'?",
    ],
  ])('%s', (_mistake, make, message) => {
    expect(messageOf(make)).toBe(message);
  });
});

it.each<[mistake: string, verifiers: unknown, message: string]>([
  ['a list', [], 'an object of issuers and their verifiers is needed: { [issuer]: verifier }'],
  [
    'options for a verifier',
    { 'https://a.example': GOOD },
    'every member must be a verifier, with a verifyToken method: { [issuer]: verifier }',
  ],
  ['nothing in it', {}, 'at least one issuer is needed'],
])('an issuerRouter says what to write instead of %s', (_mistake, verifiers, message) => {
  expect(messageOf(() => issuerRouter(verifiers as Parameters<typeof issuerRouter>[0]))).toBe(
    `issuerRouter: ${message}`,
  );
});
