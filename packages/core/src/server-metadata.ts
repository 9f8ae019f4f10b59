import { type Claims, ownClaim } from './claim-values.js';
import { assertSecureUrl, isLoopback } from './secure-url.js';

/**
 * Reads an issuer that is to be discovered: an https URL (http on loopback) without query or fragment (RFC 8414 §2). Throws a
 * `TypeError` that names the option.
 */
export function assertDiscoverableIssuer(owner: string, issuer: unknown): string {
  const url = assertSecureUrl(owner, 'issuer', issuer);
  const text = issuer as string;
  if (url.search !== '' || text.includes('?')) {
    throw new TypeError(`${owner}: option 'issuer' must have no query when it is to be discovered (RFC 8414 §2)`);
  }
  return text;
}

/**
 * Where an issuer's metadata may be, in the order of asking: RFC 8414 §3.1, with the well-known part in front of the path, then
 * OpenID Connect Discovery §4, with it behind.
 */
export function serverMetadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
}

/** RFC 8414 §3.3: the document names exactly our issuer, without any normalisation, or it is the metadata of somebody else. */
export function isMetadataOf(metadata: Claims, issuer: string): boolean {
  return ownClaim(metadata, 'issuer') === issuer;
}

/**
 * An endpoint in an issuer's metadata, or why there is none to be trusted. It may be at another host, as Google's keys are, but
 * only over https; plain http, and hosts on this machine, only for issuers on this machine.
 */
export function metadataEndpoint(
  metadata: Claims,
  name: string,
  issuer: string,
): { readonly url: string } | { readonly failure: 'missing' | 'insecure' } {
  const value = ownClaim(metadata, name);
  if (value === undefined) return { failure: 'missing' };
  try {
    const url = assertSecureUrl('metadata', name, value);
    return isLoopback(url) && !isLoopback(new URL(issuer)) ? { failure: 'insecure' } : { url: url.href };
  } catch {
    return { failure: 'insecure' };
  }
}
