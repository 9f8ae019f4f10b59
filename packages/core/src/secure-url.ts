/** As RFC 3986 writes it: the WHATWG parser also repairs `https:host`, backslashes, blanks and line breaks. */
const WELL_FORMED = /^https?:\/\/[^/\\\s][^\\\s]*$/i;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether a URL's host is this machine, by name (RFC 6761) or by address. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname);
}

/**
 * Reads a URL option: https, or http on loopback; no user name, password or fragment, since the first two are secrets in a
 * text that gets logged. Throws a `TypeError` that names the option and does not repeat the value.
 */
export function assertSecureUrl(owner: string, name: string, value: unknown): URL {
  const fail = (): never => {
    throw new TypeError(
      `${owner}: option '${name}' must be an https URL (http only on loopback), without user, password or fragment`,
    );
  };
  if (typeof value !== 'string' || !WELL_FORMED.test(value) || !URL.canParse(value)) return fail();
  const url = new URL(value);
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
  if (!secure || url.username !== '' || url.password !== '' || value.includes('#')) return fail();
  return url;
}
