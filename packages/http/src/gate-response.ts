import { AuthError, type ProtectedResourceMetadata, toChallenge } from '@auth/core';
import type { NotAllowed } from './allow-lists.js';

/** An answer of the gate. Frozen; some are shared between requests. */
export interface GateResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, empty where the answer has no content. */
  readonly body: string;
}

// Bearer tokens are never sent by a browser on its own accord, so any page may see what the gate says. That also holds for
// `*`, which browsers refuse to combine with cookies.
const ANY_ORIGIN = { 'Access-Control-Allow-Origin': '*' };

const ALLOW_METADATA = 'GET, HEAD, OPTIONS';

/** To a browser that asks before it sends a token (Fetch §4.8). The `*` of Allow-Headers does not include Authorization. */
export const PREFLIGHT: GateResponse = response(204, {
  ...ANY_ORIGIN,
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers':
    'Authorization, Content-Type, Last-Event-ID, Mcp-Method, Mcp-Name, Mcp-Protocol-Version, Mcp-Session-Id, *',
  'Access-Control-Max-Age': '7200',
});

/** When not even the refusal could be made: fail closed. */
export const FAIL_CLOSED: GateResponse = refusal(new AuthError('temporarily_unavailable'), [], undefined);

const METHOD_NOT_ALLOWED = response(405, { ...ANY_ORIGIN, Allow: ALLOW_METADATA });
const METADATA_PREFLIGHT = response(204, {
  ...ANY_ORIGIN,
  Allow: ALLOW_METADATA,
  'Access-Control-Allow-Methods': ALLOW_METADATA,
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Max-Age': '7200',
});

const NOT_ALLOWED: Readonly<Record<NotAllowed, GateResponse>> = {
  host_not_allowed: forbidden('host_not_allowed', 'This server does not answer to the host that the request names'),
  origin_not_allowed: forbidden('origin_not_allowed', 'Pages of this origin may not use this server'),
};

/** 403 without CORS fields: the page that is refused cannot read it. */
export function notAllowedResponse(why: NotAllowed): GateResponse {
  return NOT_ALLOWED[why];
}

/** The protected-resource metadata (RFC 9728 §3.2) by request method. */
export function metadataResponse(document: ProtectedResourceMetadata): (method: string) => GateResponse {
  const headers = { ...ANY_ORIGIN, 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=3600' };
  const found = response(200, headers, JSON.stringify(document));
  return (method) => {
    if (method === 'GET' || method === 'HEAD') return found;
    return method === 'OPTIONS' ? METADATA_PREFLIGHT : METHOD_NOT_ALLOWED;
  };
}

/** The challenge to an error, readable by the page that asked. */
export function refusal(
  error: AuthError,
  requiredScopes: readonly string[],
  resourceMetadataUrl: string | undefined,
): GateResponse {
  const { status, headers, body } = toChallenge(error, { requiredScopes, resourceMetadataUrl });
  const exposed = headers['WWW-Authenticate'] === undefined ? 'Retry-After' : 'WWW-Authenticate';
  return response(status, { ...headers, ...ANY_ORIGIN, 'Access-Control-Expose-Headers': exposed }, body);
}

/** The same answer without content, for HEAD (RFC 9110 §9.3.2). */
export function withoutBody(answer: GateResponse): GateResponse {
  return answer.body === '' ? answer : response(answer.status, answer.headers);
}

/** The fields to set, given those that are set already: a CORS middleware in front knows better which origin to name. */
export function headersToSet(answer: GateResponse, isSet: (name: string) => boolean): GateResponse['headers'] {
  const { 'Access-Control-Allow-Origin': origin, ...others } = answer.headers;
  return origin === undefined || isSet('Access-Control-Allow-Origin') ? others : answer.headers;
}

function forbidden(error: NotAllowed, description: string): GateResponse {
  const body = JSON.stringify({ error, error_description: description });
  return response(403, { 'Cache-Control': 'no-store', 'Content-Type': 'application/json' }, body);
}

function response(status: number, headers: Readonly<Record<string, string>>, body = ''): GateResponse {
  return Object.freeze({ status, headers: Object.freeze({ ...headers }), body });
}
