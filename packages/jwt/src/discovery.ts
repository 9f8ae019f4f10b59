import { assertSecureUrl, isLoopback } from '@auth/core';

/** Why a metadata document says nothing usable about its issuer's keys. */
export type MetadataFailure = 'issuer_mismatch' | 'no_jwks_uri' | 'insecure_jwks_uri';

/**
 * Reads an issuer that is to be discovered: an https URL (http on loopback) without query or fragment (RFC 8414 §2). Throws a
 * `TypeError` that names the option.
 */
export function assertDiscoverableIssuer(owner: string, issuer: unknown): string {
  const url = assertSecureUrl(owner, 'issuer', issuer);
  const text = issuer as string;
  if (url.search !== '' || text.includes('?')) {
    throw new TypeError(
      `${owner}: option 'issuer' must have no query when its keys are to be discovered (RFC 8414 §2)`,
    );
  }
  return text;
}

/**
 * Where an issuer's metadata may be, in the order of asking: RFC 8414 §3.1, with the well-known part in front of the path, then
 * OpenID Connect Discovery §4, with it behind.
 */
export function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
}

/**
 * The `jwks_uri` of a metadata document. The document has to name exactly our issuer (RFC 8414 §3.3), no normalisation: anything
 * else is the metadata of somebody else. The keys may be at another host, as they are for Google, but only over https; plain
 * http, and hosts on this machine, only for issuers on this machine.
 */
export function jwksUriOf(
  metadata: Readonly<Record<string, unknown>>,
  issuer: string,
): { readonly jwksUri: string } | { readonly failure: MetadataFailure } {
  if (own(metadata, 'issuer') !== issuer) return { failure: 'issuer_mismatch' };
  const value = own(metadata, 'jwks_uri');
  if (value === undefined) return { failure: 'no_jwks_uri' };
  let url: URL;
  try {
    url = assertSecureUrl('metadata', 'jwks_uri', value);
  } catch {
    return { failure: 'insecure_jwks_uri' };
  }
  if (isLoopback(url) && !isLoopback(new URL(issuer))) return { failure: 'insecure_jwks_uri' };
  return { jwksUri: url.href };
}

function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
