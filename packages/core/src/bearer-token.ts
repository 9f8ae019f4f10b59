import { AuthError } from './auth-error.js';

/** RFC 9110 §11.1: the scheme is a token, followed by one or more spaces. */
const SCHEME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+/;
/** RFC 6750 §2.1: b64token. */
const B64_TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
/** After a comma outside of quotes, anything but another `name=value` parameter starts a second set of credentials. */
const SECOND_CREDENTIALS = /,(?! *[!#$%&'*+\-.^_`|~0-9A-Za-z]+ *=(?!=*(?:,|$)))/;

/**
 * The token in an Authorization header field: `Bearer` in any case, one or more spaces, one b64token (RFC 6750 §2.1, RFC 9110
 * §11.4). Give it every value of the field: two fields are refused even if one of them is fine, since an intermediary may
 * have looked at the other one.
 *
 * Throws an {@link AuthError}: `missing_token` when there are no bearer credentials, `invalid_request` when they are malformed
 * or more than one.
 */
export function parseBearerToken(header: string | readonly string[] | undefined): string {
  // An empty field goes the way of another scheme: it holds no bearer credentials.
  const credentials = trimSpaces(onlyValue(header));
  const scheme = SCHEME.exec(credentials)?.[0] ?? '';
  const afterScheme = credentials.charAt(scheme.length);
  if (afterScheme !== ' ' && afterScheme !== '') throw new AuthError('invalid_request');
  if (scheme.length !== 6 || scheme.toLowerCase() !== 'bearer') {
    // The fetch API joins repeated fields with a comma; what Node shows as two fields must not pass as one there.
    const twice = SECOND_CREDENTIALS.test(withoutQuotedTexts(credentials));
    throw new AuthError(twice ? 'invalid_request' : 'missing_token');
  }
  const token = trimSpaces(credentials.slice(6));
  if (!B64_TOKEN.test(token)) throw new AuthError('invalid_request');
  return token;
}

function onlyValue(header: string | readonly string[] | undefined | null): string {
  if (header === undefined || header === null) return '';
  if (typeof header === 'string') return header;
  if (!Array.isArray(header) || header.length > 1) throw new AuthError('invalid_request');
  const value: unknown = header[0] ?? '';
  if (typeof value !== 'string') throw new AuthError('invalid_request');
  return value;
}

/** Only the space: a no-break space is a byte that must not be there. */
function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  // Beyond either end the code is NaN, so a text of spaces alone ends both loops, and leaves nothing.
  while (text.charCodeAt(start) === 0x20) start++;
  while (text.charCodeAt(end - 1) === 0x20) end--;
  return text.slice(start, end);
}

function withoutQuotedTexts(text: string): string {
  // An unclosed quote runs to the end, so that no text is scanned twice.
  return text.replace(/"(?:[^"\\]|\\[\s\S])*["\\]?/g, 'quoted');
}
