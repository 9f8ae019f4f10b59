import { KeyPair } from '@auth/testing';
import fc from 'fast-check';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { clientAuthenticators } from '../src/client-authentication.js';
import type { ClientAuthMethod, IntrospectionTokenVerifierOptions } from '../src/options.js';

const NOW = 1_800_000_000;
const TARGET = { endpoint: 'https://auth.example/introspect', issuer: undefined };
const key = await KeyPair.generate('ES256', { kid: 'key-1' });
const JWK = { ...key.privateKeyObject.export({ format: 'jwk' }), kid: 'key-1' };
const ODD = 'a: + % & = ü 漢 ~*\'"\\';

function authenticate(
  method: ClientAuthMethod,
  options: Partial<IntrospectionTokenVerifierOptions>,
  clientId: string | undefined = 'rs',
  target: { endpoint: string; issuer: string | undefined } = TARGET,
) {
  const found = clientAuthenticators('V', clientId, method, { clientAuthMethod: method, ...options }, () => NOW);
  const authenticator = found.get(method);
  if (authenticator === undefined || found.size !== 1) throw new Error('not the one method that was asked for');
  return authenticator(target);
}

function basicPair(header: string | undefined): [string, string] {
  const text = Buffer.from((header ?? '').replace(/^Basic /, ''), 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

const formDecoded = (text: string): string => new URLSearchParams(`x=${text}`).get('x') ?? '';

describe('client_secret_basic (checklist 37)', () => {
  it('form-encodes id and secret before it joins them (RFC 6749 §2.3.1, OBS-raw-credentials)', async () => {
    const { headers, body } = await authenticate('client_secret_basic', { clientSecret: 'a b:c+d%ü' }, 'id:1');
    expect(basicPair(headers.authorization)).toEqual(['id%3A1', 'a+b%3Ac%2Bd%25%C3%BC']);
    expect(body).toBe('');
  });

  it('brings any id and secret to a server that decodes them', async () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).filter((value) => value.trim() !== '');
    await fc.assert(
      fc.asyncProperty(text, text, async (id, secret) => {
        const { headers } = await authenticate('client_secret_basic', { clientSecret: secret }, id);
        expect(basicPair(headers.authorization).map(formDecoded)).toEqual([id, secret]);
      }),
    );
  });

  it('sends them raw when told to, as UTF-8 (RFC 7617)', async () => {
    const { headers } = await authenticate(
      'client_secret_basic',
      { clientSecret: ODD, rawBasicCredentials: true },
      'id',
    );
    expect(basicPair(headers.authorization)).toEqual(['id', ODD]);
  });

  it('refuses a raw id with a colon', () => {
    expect(() => authenticate('client_secret_basic', { clientSecret: 's', rawBasicCredentials: true }, 'a:b')).toThrow(
      /clientId/,
    );
  });

  it('asks a function for each request', async () => {
    let turn = 0;
    const found = clientAuthenticators(
      'V',
      'rs',
      'client_secret_basic',
      { clientSecret: () => `secret-${++turn}` },
      () => NOW,
    );
    const secrets: string[] = [];
    for (let call = 0; call < 3; call++) {
      const credentials = await found.get('client_secret_basic')?.(TARGET);
      secrets.push(basicPair(credentials?.headers.authorization)[1]);
    }
    expect(secrets).toEqual(['secret-1', 'secret-2', 'secret-3']);
  });
});

describe('client_secret_post', () => {
  it('sends id and secret in the form', async () => {
    const { headers, body } = await authenticate('client_secret_post', { clientSecret: ODD }, ODD);
    expect(headers).toEqual({});
    expect([...new URLSearchParams(body)]).toEqual([
      ['client_id', ODD],
      ['client_secret', ODD],
    ]);
  });
});

describe('private_key_jwt (RFC 7523 §2.2 and §3)', () => {
  const assertionOf = (body: string): string => new URLSearchParams(body).get('client_assertion') ?? '';

  it('sends a signed assertion that lives for a minute', async () => {
    const { headers, body } = await authenticate('private_key_jwt', { privateKey: JWK });
    expect(headers).toEqual({});
    const form = new URLSearchParams(body);
    expect(form.get('client_id')).toBe('rs');
    expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    const verified = await jwtVerify(assertionOf(body), key.publicKeyObject, { currentDate: new Date(NOW * 1_000) });
    expect(verified.protectedHeader).toEqual({ alg: 'ES256', kid: 'key-1' });
    expect(verified.payload).toEqual({
      iss: 'rs',
      sub: 'rs',
      aud: TARGET.endpoint,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iat: NOW,
      exp: NOW + 60,
    });
  });

  it('never uses an id twice', async () => {
    const ids = new Set<unknown>();
    for (let call = 0; call < 50; call++) {
      const { body } = await authenticate('private_key_jwt', { privateKey: JWK });
      ids.add(decodeJwt(assertionOf(body)).jti);
    }
    expect(ids.size).toBe(50);
  });

  it('is for the issuer where that is known, and for whom the option says', async () => {
    const target = { ...TARGET, issuer: 'https://issuer.example' };
    const issuer = await authenticate('private_key_jwt', { privateKey: JWK }, 'rs', target);
    expect(decodeJwt(assertionOf(issuer.body)).aud).toBe('https://issuer.example');
    const options = { privateKey: JWK, assertionAudience: 'https://audience.example' };
    const chosen = await authenticate('private_key_jwt', options, 'rs', target);
    expect(decodeJwt(assertionOf(chosen.body)).aud).toBe('https://audience.example');
  });

  it('signs with the wanted algorithm', async () => {
    const { privateKeyObject } = await KeyPair.generate('RS256');
    const pem = privateKeyObject.export({ format: 'pem', type: 'pkcs1' }).toString();
    const { body } = await authenticate('private_key_jwt', { privateKey: pem, signingAlgorithm: 'PS256' });
    expect(decodeProtectedHeader(assertionOf(body)).alg).toBe('PS256');
  });
});

describe('bearer and none', () => {
  it('sends the token that lets us introspect, and no client id', async () => {
    expect(await authenticate('bearer', { bearerToken: 'abc.def' }, undefined)).toEqual({
      headers: { authorization: 'Bearer abc.def' },
      body: '',
    });
    let turn = 0;
    const provider = { bearerToken: async () => `token-${++turn}` };
    expect((await authenticate('bearer', provider)).headers.authorization).toBe('Bearer token-1');
  });

  it('refuses a token that would break out of the header', async () => {
    expect(() => authenticate('bearer', { bearerToken: 'abc\r\nX-Evil: 1' })).toThrow(TypeError);
    await expect(authenticate('bearer', { bearerToken: async () => 'abc\r\nX-Evil: 1' })).rejects.toMatchObject({
      failure: 'credentials',
    });
  });

  it('says who we are, and proves nothing, with none', async () => {
    expect(await authenticate('none', {}, 'public client')).toEqual({ headers: {}, body: 'client_id=public+client' });
  });
});

describe('options of client authentication', () => {
  it.each<[ClientAuthMethod, Partial<IntrospectionTokenVerifierOptions>, RegExp]>([
    ['client_secret_basic', {}, /clientSecret/],
    ['client_secret_basic', { clientSecret: '' }, /clientSecret/],
    ['client_secret_post', { clientSecret: '' }, /clientSecret/],
    ['client_secret_basic', { clientSecret: 's', bearerToken: 't' }, /bearerToken/],
    ['client_secret_basic', { clientSecret: 's', privateKey: JWK }, /privateKey/],
    ['client_secret_basic', { clientSecret: 's', signingAlgorithm: 'ES256' }, /signingAlgorithm/],
    ['client_secret_post', { clientSecret: 's', rawBasicCredentials: true }, /rawBasicCredentials/],
    ['private_key_jwt', {}, /privateKey/],
    ['private_key_jwt', { clientSecret: 's' }, /privateKey/],
    ['private_key_jwt', { privateKey: JWK, assertionAudience: '' }, /assertionAudience/],
    ['bearer', {}, /bearerToken/],
    ['bearer', { bearerToken: '' }, /bearerToken/],
  ])('of %s: %j throw', (method, options, message) => {
    expect(() => authenticate(method, options)).toThrow(message);
  });

  it('tolerate a client secret that another method does not use, and never send it', async () => {
    expect(JSON.stringify(await authenticate('none', { clientSecret: 'unused-secret' }))).not.toContain('unused');
  });

  it('without a method give every one that the secrets allow, for discovery to choose from', () => {
    const methods = (options: Partial<IntrospectionTokenVerifierOptions>): ClientAuthMethod[] => [
      ...clientAuthenticators('V', 'rs', undefined, options, () => NOW).keys(),
    ];
    expect(methods({ clientSecret: 's' })).toEqual(['client_secret_basic', 'client_secret_post']);
    expect(methods({ privateKey: JWK })).toEqual(['private_key_jwt']);
    expect(methods({ bearerToken: 't' })).toEqual(['bearer']);
    expect(methods({})).toEqual(['none']);
  });
});
