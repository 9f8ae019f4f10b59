import { type AssertionSigner, assertionSigner } from './client-assertion.js';
import { formBody, formEncode } from './form-encoding.js';
import type { ClientAuthMethod, IntrospectionTokenVerifierOptions } from './options.js';
import { privateKeyOption } from './private-key.js';
import { isBearerToken, type SecretSource, secretSource } from './secret-source.js';

/** What a request carries so that the server knows who asks. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  /** Form parameters, encoded and joined; empty for none. */
  readonly body: string;
}

/** Where a request goes, for assertions. */
export interface Target {
  readonly endpoint: string;
  readonly issuer: string | undefined;
}

/** Gives the credentials of one request; at once where nothing has to be waited for. */
export type ClientAuthenticator = (target: Target) => Credentials | Promise<Credentials>;

/** The authenticators of the methods for which the options hold what is needed. */
export type ClientAuthenticators = ReadonlyMap<ClientAuthMethod, ClientAuthenticator>;

type AuthenticationOptions = Pick<
  IntrospectionTokenVerifierOptions,
  | 'clientSecret'
  | 'clientAuthMethod'
  | 'rawBasicCredentials'
  | 'privateKey'
  | 'signingAlgorithm'
  | 'assertionAudience'
  | 'bearerToken'
>;

/**
 * Reads the options about client authentication. With a method only that one; without (`discover`) every one that the given
 * secrets allow, for discovery to choose from. Throws a `TypeError` that names the option and shows no secret.
 */
export function clientAuthenticators(
  owner: string,
  clientId: string | undefined,
  method: ClientAuthMethod | undefined,
  options: AuthenticationOptions,
  clock: () => number,
): ClientAuthenticators {
  const { clientSecret, privateKey, signingAlgorithm, assertionAudience, bearerToken, rawBasicCredentials } = options;
  // Forgotten secrets are a mistake to be told about; a client secret is tolerated, since many configurations share one.
  const assertFor = (name: string, value: unknown, wanted: ClientAuthMethod): void => {
    if (value !== undefined && value !== false && method !== undefined && method !== wanted) {
      throw new TypeError(`${owner}: option '${name}' is for clientAuthMethod '${wanted}'`);
    }
  };
  assertFor('privateKey', privateKey, 'private_key_jwt');
  assertFor('signingAlgorithm', signingAlgorithm, 'private_key_jwt');
  assertFor('assertionAudience', assertionAudience, 'private_key_jwt');
  assertFor('bearerToken', bearerToken, 'bearer');
  assertFor('rawBasicCredentials', rawBasicCredentials, 'client_secret_basic');
  if (assertionAudience !== undefined && (typeof assertionAudience !== 'string' || assertionAudience === '')) {
    throw new TypeError(`${owner}: option 'assertionAudience' must be a text that is not empty`);
  }
  const wants = (candidate: ClientAuthMethod, given: unknown): boolean =>
    method === undefined ? given !== undefined : method === candidate;

  const found = new Map<ClientAuthMethod, ClientAuthenticator>();
  const id = clientId ?? '';
  if (wants('client_secret_basic', clientSecret)) {
    const secret = secretSource(owner, 'clientSecret', clientSecret);
    found.set('client_secret_basic', basic(owner, id, secret, clientSecret, rawBasicCredentials === true));
  }
  if (wants('client_secret_post', clientSecret)) {
    const secret = secretSource(owner, 'clientSecret', clientSecret);
    found.set(
      'client_secret_post',
      withSecret(secret, (text) => ({ headers: {}, body: formBody({ client_id: id, client_secret: text }) })),
    );
  }
  if (wants('private_key_jwt', privateKey)) {
    const signer = assertionSigner(id, privateKeyOption(owner, privateKey, signingAlgorithm), clock);
    found.set('private_key_jwt', assertion(id, signer, assertionAudience));
  }
  if (wants('bearer', bearerToken)) {
    const token = secretSource(owner, 'bearerToken', bearerToken, isBearerToken);
    found.set(
      'bearer',
      withSecret(token, (text) => ({ headers: { authorization: `Bearer ${text}` }, body: '' })),
    );
  }
  if (wants('none', found.size === 0 ? true : undefined)) {
    const credentials: Credentials = { headers: {}, body: formBody({ client_id: id }) };
    found.set('none', () => credentials);
  }
  return found;
}

/** RFC 6749 §2.3.1: id and secret are form-encoded, then joined by a colon, then base64 of UTF-8. */
function basic(
  owner: string,
  clientId: string,
  source: SecretSource,
  given: unknown,
  raw: boolean,
): ClientAuthenticator {
  if (raw && clientId.includes(':')) {
    throw new TypeError(`${owner}: option 'clientId' must not have a colon with rawBasicCredentials (RFC 7617 §2)`);
  }
  const encode = raw ? (text: string): string => text : formEncode;
  const credentials = (secret: string): Credentials => {
    const bytes = new TextEncoder().encode(`${encode(clientId)}:${encode(secret)}`);
    const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    return { headers: { authorization: `Basic ${base64}` }, body: '' };
  };
  if (typeof given !== 'string') return withSecret(source, credentials);
  const constant = credentials(given);
  return () => constant;
}

function withSecret(source: SecretSource, credentials: (secret: string) => Credentials): ClientAuthenticator {
  return () => {
    const secret = source();
    return typeof secret === 'string' ? credentials(secret) : secret.then(credentials);
  };
}

/** RFC 7523 §2.2. `aud` names the issuer where it is known, so that no other server could use the assertion. */
function assertion(clientId: string, sign: AssertionSigner, audience: string | undefined): ClientAuthenticator {
  return async ({ endpoint, issuer }) => ({
    headers: {},
    body: formBody({
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await sign(audience ?? issuer ?? endpoint),
    }),
  });
}
