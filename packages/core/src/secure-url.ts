import { likelyCause } from './options.js';

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
  const fail = (cause: string): never => {
    throw new TypeError(
      `${owner}: option '${name}' must be an https URL (http only on loopback), without user, password or fragment${cause}`,
    );
  };
  if (typeof value !== 'string' || value.trim() === '') return fail(likelyCause(value));
  if (!/^https?:\/\//i.test(value)) return fail('; it has to begin with https://');
  if (!WELL_FORMED.test(value) || !URL.canParse(value)) return fail('; it is not well-formed');
  const url = new URL(value);
  if (url.protocol === 'http:' && !isLoopback(url)) return fail('; it begins with http://, and is not on this machine');
  if (url.username !== '' || url.password !== '') return fail('; it has a user or a password');
  if (value.includes('#')) return fail('; it has a fragment (#)');
  return url;
}
