import { isMetadataOf, metadataEndpoint } from '@auth/core';

/** Why a metadata document says nothing usable about its issuer's keys. */
export type MetadataFailure = 'issuer_mismatch' | 'no_jwks_uri' | 'insecure_jwks_uri';

/** The `jwks_uri` of an issuer's metadata document, or why it is not to be trusted. */
export function jwksUriOf(
  metadata: Readonly<Record<string, unknown>>,
  issuer: string,
): { readonly jwksUri: string } | { readonly failure: MetadataFailure } {
  if (!isMetadataOf(metadata, issuer)) return { failure: 'issuer_mismatch' };
  const endpoint = metadataEndpoint(metadata, 'jwks_uri', issuer);
  if ('url' in endpoint) return { jwksUri: endpoint.url };
  return { failure: endpoint.failure === 'missing' ? 'no_jwks_uri' : 'insecure_jwks_uri' };
}
