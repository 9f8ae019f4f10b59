import { createHash } from 'node:crypto';
import { type Answer, jsonAnswer, OAuthError, requiredParameter } from './answer.js';
import { authenticateClient, isPublic } from './client-authentication.js';
import { audienceOf, requestedResources, requestedScopes } from './grant-parameters.js';
import type { RecordedRequest } from './recorded-request.js';
import type { ClientInit } from './server-options.js';
import type { ServerState } from './server-state.js';

/** The token endpoint (RFC 6749 §3.2): `client_credentials` and `authorization_code` with PKCE. */
export async function grantToken(request: RecordedRequest, state: ServerState): Promise<Answer> {
  const client = await authenticateClient(request, state);
  const grantType = requiredParameter(request.form, 'grant_type');
  switch (grantType) {
    case 'client_credentials':
      return await clientCredentials(request.form, client, state);
    case 'authorization_code':
      return await authorizationCode(request.form, client, state);
    default:
      throw new OAuthError('unsupported_grant_type', 'grant_type must be client_credentials or authorization_code');
  }
}

async function clientCredentials(form: URLSearchParams, client: ClientInit, state: ServerState): Promise<Answer> {
  if (isPublic(client)) throw new OAuthError('unauthorized_client', 'a public client cannot have this grant');
  const scopes = requestedScopes(form, state.settings);
  const resources = requestedResources(form, state.settings);
  return await tokenAnswer(client.clientId, client.clientId, scopes, resources, state).then(({ answer }) => answer);
}

async function authorizationCode(form: URLSearchParams, client: ClientInit, state: ServerState): Promise<Answer> {
  const code = state.codes.get(requiredParameter(form, 'code'));
  if (code === undefined || code.clientId !== client.clientId) throw invalidGrant();
  if (code.token !== undefined) {
    // Used twice: somebody else may have it, so what it gave is taken back (RFC 6749 §4.1.2).
    state.tokens.revoke(code.token);
    throw invalidGrant();
  }
  const verifier = requiredParameter(form, 'code_verifier');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const sameUri = requiredParameter(form, 'redirect_uri') === code.redirectUri;
  if (state.clock() >= code.expiresAt || !sameUri || challenge !== code.codeChallenge) throw invalidGrant();
  const asked = requestedResources(form, state.settings);
  if (code.resources.length > 0 && asked.some((resource) => !code.resources.includes(resource))) {
    throw new OAuthError('invalid_target', 'a resource was not part of the authorization request');
  }
  const resources = asked.length > 0 ? asked : code.resources;
  const { token, answer } = await tokenAnswer(state.settings.subject, client.clientId, code.scopes, resources, state);
  code.token = token;
  return answer;
}

async function tokenAnswer(
  subject: string,
  clientId: string,
  scopes: readonly string[],
  resources: readonly string[],
  state: ServerState,
): Promise<{ readonly token: string; readonly answer: Answer }> {
  const audience = audienceOf(resources, state.settings);
  const token = await state.tokens.issue({ subject, clientId, scopes, audience });
  const answer = jsonAnswer(200, {
    access_token: token,
    token_type: 'Bearer',
    expires_in: state.settings.expiresInSeconds,
    ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
  });
  return { token, answer };
}

function invalidGrant(): OAuthError {
  return new OAuthError('invalid_grant', 'the code is not valid');
}
