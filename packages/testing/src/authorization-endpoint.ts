import { randomBytes } from 'node:crypto';
import { type Answer, OAuthError, requiredParameter, singleParameter } from './answer.js';
import { requestedResources, requestedScopes } from './grant-parameters.js';
import type { RecordedRequest } from './recorded-request.js';
import type { ServerState } from './server-state.js';

const CODE_LIFETIME_SECONDS = 60;

/**
 * The authorization endpoint (RFC 6749 §4.1.1) with PKCE S256 (RFC 7636), where everyone consents at once: the answer is the
 * redirect with a code, or with an error. A client or redirect URI that is not known gets no redirect (§4.1.2.1).
 */
export function authorize({ query }: RecordedRequest, state: ServerState): Answer {
  const client = state.clients.find(requiredParameter(query, 'client_id'));
  if (client === undefined) throw new OAuthError('invalid_request', 'client_id is not known here');
  const redirectUri = requiredParameter(query, 'redirect_uri');
  if (!client.redirectUris?.includes(redirectUri)) {
    throw new OAuthError('invalid_request', 'redirect_uri is not registered for this client');
  }
  const location = new URL(redirectUri);
  try {
    const code = newCode(query, client.clientId, redirectUri, state);
    location.searchParams.set('code', code);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    location.searchParams.set('error', error.error);
    location.searchParams.set('error_description', error.message);
  }
  const echoed = query.get('state');
  if (echoed !== null) location.searchParams.set('state', echoed);
  // RFC 9207: the client can tell which server this answer is from.
  location.searchParams.set('iss', state.urls.issuer);
  return { status: 302, headers: { location: location.href, 'cache-control': 'no-store' }, body: '' };
}

function newCode(query: URLSearchParams, clientId: string, redirectUri: string, state: ServerState): string {
  if (requiredParameter(query, 'response_type') !== 'code') {
    throw new OAuthError('unsupported_response_type', 'response_type must be code');
  }
  const codeChallenge = requiredParameter(query, 'code_challenge');
  if (singleParameter(query, 'code_challenge_method') !== 'S256') {
    throw new OAuthError('invalid_request', 'code_challenge_method must be S256');
  }
  const code = randomBytes(32).toString('base64url');
  state.codes.set(code, {
    clientId,
    redirectUri,
    codeChallenge,
    scopes: requestedScopes(query, state.settings),
    resources: requestedResources(query, state.settings),
    expiresAt: state.clock() + CODE_LIFETIME_SECONDS,
  });
  return code;
}
