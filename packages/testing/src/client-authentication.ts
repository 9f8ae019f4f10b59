import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { OAuthError, singleParameter } from './answer.js';
import type { ClientRegistry } from './client-registry.js';
import type { RecordedRequest } from './recorded-request.js';
import type { ClientInit } from './server-options.js';

/** What client authentication needs to know of the server. */
export interface ClientAuthenticationContext {
  readonly clients: ClientRegistry;
  /** What the `aud` of an assertion may be: the issuer and the endpoints (RFC 7523 §3). */
  readonly assertionAudiences: readonly string[];
  /** Ids of assertions that were used (RFC 7523 §3, item 7). Written here. */
  readonly usedAssertions: Set<string>;
  readonly clock: () => number;
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Says which client sends a request: `client_secret_basic` with both halves form-encoded (RFC 6749 §2.3.1),
 * `client_secret_post`, `private_key_jwt` (RFC 7523), or the `client_id` of a client that has no credentials.
 * Throws an `invalid_client` {@link OAuthError} otherwise, and `invalid_request` for two methods at once.
 */
export async function authenticateClient(
  { headers, form }: RecordedRequest,
  context: ClientAuthenticationContext,
): Promise<ClientInit> {
  const basic = /^Basic +(.*)$/i.exec(headers.authorization ?? '')?.[1];
  const secret = singleParameter(form, 'client_secret');
  const assertion = singleParameter(form, 'client_assertion');
  if ([basic, secret, assertion].filter((value) => value !== undefined).length > 1) {
    throw new OAuthError('invalid_request', 'more than one way of client authentication');
  }
  if (basic !== undefined) {
    const [id, password] = basicCredentials(basic);
    return withSecret(context.clients.find(id), password);
  }
  if (assertion !== undefined) {
    if (singleParameter(form, 'client_assertion_type') !== ASSERTION_TYPE) throw invalidClient();
    return await withAssertion(assertion, context);
  }
  const client = context.clients.find(singleParameter(form, 'client_id') ?? '');
  if (secret !== undefined) return withSecret(client, secret);
  if (client === undefined || !isPublic(client)) throw invalidClient();
  return client;
}

/** Whether a client has nothing to authenticate with. */
export function isPublic({ clientSecret, jwks }: ClientInit): boolean {
  return clientSecret === undefined && jwks === undefined;
}

function withSecret(client: ClientInit | undefined, secret: string): ClientInit {
  if (client?.clientSecret === undefined || client.clientSecret !== secret) throw invalidClient();
  return client;
}

async function withAssertion(assertion: string, context: ClientAuthenticationContext): Promise<ClientInit> {
  try {
    const client = context.clients.find(decodeJwt(assertion).iss ?? '');
    if (client?.jwks === undefined) throw invalidClient();
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(client.jwks), {
      issuer: client.clientId,
      subject: client.clientId,
      audience: [...context.assertionAudiences],
      requiredClaims: ['exp', 'jti'],
      currentDate: new Date(context.clock() * 1000),
    });
    const id = `${client.clientId} ${payload.jti}`;
    if (context.usedAssertions.has(id)) throw invalidClient();
    context.usedAssertions.add(id);
    return client;
  } catch {
    throw invalidClient();
  }
}

function basicCredentials(encoded: string): readonly [id: string, secret: string] {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1) throw invalidClient();
  return [formDecode(text.slice(0, colon)), formDecode(text.slice(colon + 1))];
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidClient();
  }
}

function invalidClient(): OAuthError {
  return new OAuthError('invalid_client', 'client authentication failed', 401);
}
