import type { Credentials } from './client-authentication.js';
import { formEncode } from './form-encoding.js';

/** Media type of a signed answer (RFC 9701 §5). */
export const SIGNED_MEDIA_TYPE = 'application/token-introspection+jwt';

/** The request that asks about a token (RFC 7662 §2.1): a form, so that the token is in no URL and thus in no access log. */
export function introspectionRequest(
  token: string,
  credentials: Credentials,
  signed: boolean,
): { readonly headers: Record<string, string>; readonly body: string } {
  const body = `token=${formEncode(token)}&token_type_hint=access_token`;
  return {
    headers: {
      accept: signed ? SIGNED_MEDIA_TYPE : 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...credentials.headers,
    },
    body: credentials.body === '' ? body : `${body}&${credentials.body}`,
  };
}
