import { type Answer, jsonAnswer, OAuthError, requiredParameter } from './answer.js';
import { authenticateClient, isPublic } from './client-authentication.js';
import type { RecordedRequest } from './recorded-request.js';
import type { ServerState } from './server-state.js';

/** Scope of an access token that may itself authenticate an introspection request (RFC 7662 §2.1). */
const INTROSPECTION_SCOPE = 'introspection';

/** Token introspection (RFC 7662), for JWTs and opaque tokens alike. */
export async function introspect(request: RecordedRequest, state: ServerState): Promise<Answer> {
  await authenticateCaller(request, state);
  const claims = state.tokens.active(requiredParameter(request.form, 'token'));
  return jsonAnswer(200, claims === undefined ? { active: false } : { active: true, token_type: 'Bearer', ...claims });
}

async function authenticateCaller(request: RecordedRequest, state: ServerState): Promise<void> {
  if (state.settings.allowAnonymousIntrospection) return;
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) {
    const scope = state.tokens.active(bearer)?.scope;
    if (typeof scope === 'string' && scope.split(' ').includes(INTROSPECTION_SCOPE)) return;
    throw new OAuthError('invalid_token', 'the bearer token may not introspect', 401);
  }
  const client = await authenticateClient(request, state);
  // Else anyone who learns a client id could scan for tokens (RFC 7662 §4).
  if (isPublic(client)) throw new OAuthError('invalid_client', 'a public client may not introspect', 401);
}

/** Token revocation (RFC 7009): 200 whatever the token was, but only its own client can end it (§2.1). */
export async function revokeToken(request: RecordedRequest, state: ServerState): Promise<Answer> {
  const client = await authenticateClient(request, state);
  const token = requiredParameter(request.form, 'token');
  if (state.tokens.find(token)?.client_id === client.clientId) state.tokens.revoke(token);
  return { status: 200, headers: { 'cache-control': 'no-store' }, body: '' };
}
