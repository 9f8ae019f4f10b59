import { assertKnownOptions, assertText } from './options.js';
import { scopeListOption } from './scopes.js';
import { assertSecureUrl } from './secure-url.js';

/** What {@link protectedResourceMetadata} is made from. */
export interface ProtectedResourceOptions {
  /** The resource identifier, exactly as clients address it: https (http on loopback), no fragment (RFC 9728 §1.2). */
  readonly resource: string;
  /** Issuer identifiers of the authorization servers that clients may use. */
  readonly authorizationServers: readonly string[];
  readonly scopesSupported?: readonly string[] | undefined;
  readonly resourceName?: string | undefined;
  readonly resourceDocumentation?: string | undefined;
}

/** The protected-resource metadata document of RFC 9728 §2. */
export interface ProtectedResourceMetadata {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly scopes_supported?: readonly string[];
  readonly bearer_methods_supported: readonly ['header'];
  readonly resource_name?: string;
  readonly resource_documentation?: string;
}

const OPTIONS: readonly string[] = [
  'resource',
  'authorizationServers',
  'scopesSupported',
  'resourceName',
  'resourceDocumentation',
];

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/**
 * Builds the metadata document. `resource` and the issuers stay exactly as given: clients compare them as texts (RFC 9728
 * §3.3). Empty lists are left out (§3.2). Throws a `TypeError` that names the option.
 */
export function protectedResourceMetadata(options: ProtectedResourceOptions): ProtectedResourceMetadata {
  const owner = 'protectedResourceMetadata';
  assertKnownOptions(owner, options, OPTIONS);
  const { resource, authorizationServers, resourceName, resourceDocumentation } = options;
  const scopesSupported = scopeListOption(owner, 'scopesSupported', options.scopesSupported);
  assertSecureUrl(owner, 'resource', resource);
  if (!Array.isArray(authorizationServers) || authorizationServers.length === 0) {
    throw new TypeError(`${owner}: option 'authorizationServers' must name at least one issuer`);
  }
  for (const issuer of authorizationServers) assertSecureUrl(owner, 'authorizationServers', issuer);
  if (resourceName !== undefined) assertText(owner, 'resourceName', resourceName);
  if (resourceDocumentation !== undefined) assertText(owner, 'resourceDocumentation', resourceDocumentation);
  return Object.freeze({
    resource,
    authorization_servers: Object.freeze([...authorizationServers]),
    ...(scopesSupported.length === 0 ? {} : { scopes_supported: scopesSupported }),
    bearer_methods_supported: Object.freeze(['header'] as const),
    ...(resourceName === undefined ? {} : { resource_name: resourceName }),
    ...(resourceDocumentation === undefined ? {} : { resource_documentation: resourceDocumentation }),
  });
}

/**
 * Where the metadata of a resource lives: the well-known path goes between the host and the resource's own path and query
 * (RFC 9728 §3.1). Throws a `TypeError` for a resource that is not https (http on loopback) or has a fragment.
 */
export function protectedResourceMetadataUrl(resource: string): string {
  const url = assertSecureUrl('protectedResourceMetadataUrl', 'resource', resource);
  const path = url.pathname === '/' ? '' : url.pathname;
  return `${url.origin}${WELL_KNOWN}${path}${url.search}`;
}
