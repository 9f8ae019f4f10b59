import {
  assertKnownOptions,
  assertOptionalBoolean,
  assertOptionalFunction,
  assertSecureUrl,
  assertText,
  type Clock,
  isScopeToken,
  likelyCause,
  type ProtectedResourceMetadata,
  protectedResourceMetadata,
  protectedResourceMetadataUrl,
  type ScopeHierarchy,
  scopeHierarchyOption,
  scopeListOption,
  type Verifier,
} from '@auth/core';
import { type AllowLists, allowedHostsOption, allowedOriginsOption } from './allow-lists.js';
import type { GateDecision } from './gate-decision.js';

/** Options of `createGate`. */
export interface GateOptions {
  /** Decides whether a token is good. Expiry, issuer and audience are its business. */
  readonly verifier: Verifier;
  /** The URL of this server as clients address it (RFC 9728 `resource`): https, http on loopback. Default: none. */
  readonly resource?: string | undefined;
  /**
   * Issuers of the authorization servers that clients may use; needs `resource`. With both, the gate serves the protected-resource
   * metadata and challenges point to it. Default: none.
   */
  readonly authorizationServers?: readonly string[] | undefined;
  /** Scopes that every request needs, beyond those that the verifier demands. Default: none. */
  readonly requiredScopes?: readonly string[] | undefined;
  /** Scopes named in the metadata. Default: the required ones. */
  readonly scopesSupported?: readonly string[] | undefined;
  /** Scopes that include others, for every requirement of this gate. Default: none. */
  readonly scopeHierarchy?: ScopeHierarchy | undefined;
  /**
   * What a scope is called when a client asks the authorization server for it, where that differs from its name in tokens:
   * `{ read: 'api://my-api/read' }`. Challenges use it. Default: the same name.
   */
  readonly challengeScopes?: Readonly<Record<string, string>> | undefined;
  /** Demand `resource` in the token's audience as well. Default: false, since many authorization servers use another audience. */
  readonly requireResourceAudience?: boolean | undefined;
  /**
   * Hosts to answer to, for local servers (DNS rebinding): `'localhost'` on any port, `'localhost:3000'` on this one. Others
   * get 403. Default: any.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins of pages that may call, exactly as browsers send them. Requests without Origin pass. Default: any. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Human-readable name of the resource, for the metadata. Default: none. */
  readonly resourceName?: string | undefined;
  /** URL of documentation for developers, for the metadata. Default: none. */
  readonly resourceDocumentation?: string | undefined;
  /** Receives each decision, for an audit log. What it throws is ignored. Default: none. */
  readonly onDecision?: ((decision: GateDecision) => void) | undefined;
  /** Seconds, only to measure `durationMs`. Default: a monotonic clock. */
  readonly clock?: Clock | undefined;
}

/** Options after their check, with what follows from them. */
export interface GatePolicy {
  readonly verifier: Verifier;
  readonly resource: string | undefined;
  readonly metadata: ProtectedResourceMetadata | undefined;
  readonly metadataUrl: string | undefined;
  /** Enforced here. */
  readonly requiredScopes: readonly string[];
  /** Enforced by the verifier; only for challenges. */
  readonly verifierScopes: readonly string[];
  readonly scopeHierarchy: ScopeHierarchy;
  readonly challengeScopes: ReadonlyMap<string, string>;
  readonly requireResourceAudience: boolean;
  readonly lists: AllowLists;
  readonly onDecision: ((decision: GateDecision) => void) | undefined;
  readonly clock: Clock;
}

const OWNER = 'createGate';

const KNOWN: readonly (keyof GateOptions)[] = [
  'verifier',
  'resource',
  'authorizationServers',
  'requiredScopes',
  'scopesSupported',
  'scopeHierarchy',
  'challengeScopes',
  'requireResourceAudience',
  'allowedHosts',
  'allowedOrigins',
  'resourceName',
  'resourceDocumentation',
  'onDecision',
  'clock',
];

/** Checks and copies the options. Throws a `TypeError` that names the option. */
export function gatePolicy(options: GateOptions): GatePolicy {
  assertKnownOptions(OWNER, options, KNOWN);
  const { verifier, resource, requireResourceAudience, onDecision, clock } = options;
  if (typeof verifier?.verifyToken !== 'function') {
    throw new TypeError(
      `${OWNER}: option 'verifier' must be an object with a verifyToken method${verifierCause(verifier)}`,
    );
  }
  if (resource !== undefined) assertSecureUrl(OWNER, 'resource', resource);
  assertOptionalBoolean(OWNER, 'requireResourceAudience', requireResourceAudience);
  if (requireResourceAudience === true) assertResource(resource, 'requireResourceAudience');
  assertOptionalFunction(OWNER, 'onDecision', onDecision);
  assertOptionalFunction(OWNER, 'clock', clock);
  const requiredScopes = scopeListOption(OWNER, 'requiredScopes', options.requiredScopes);
  const verifierScopes = scopesOfVerifier(verifier);
  const metadata = metadataOption(options, [...verifierScopes, ...requiredScopes]);
  return Object.freeze({
    verifier,
    resource,
    metadata,
    metadataUrl: metadata === undefined ? undefined : protectedResourceMetadataUrl(metadata.resource),
    requiredScopes,
    verifierScopes,
    scopeHierarchy: scopeHierarchyOption(OWNER, 'scopeHierarchy', options.scopeHierarchy),
    challengeScopes: challengeScopesOption(options.challengeScopes),
    requireResourceAudience: requireResourceAudience === true,
    lists: {
      hosts: allowedHostsOption(OWNER, options.allowedHosts),
      origins: allowedOriginsOption(OWNER, options.allowedOrigins),
    },
    onDecision,
    clock: clock ?? ((): number => performance.now() / 1000),
  });
}

function metadataOption(options: GateOptions, required: readonly string[]): ProtectedResourceMetadata | undefined {
  const { resource, authorizationServers, resourceName, resourceDocumentation } = options;
  const scopesSupported = scopeListOption(OWNER, 'scopesSupported', options.scopesSupported);
  if (resourceName !== undefined) assertText(OWNER, 'resourceName', resourceName);
  if (resourceDocumentation !== undefined) assertSecureUrl(OWNER, 'resourceDocumentation', resourceDocumentation);
  if (authorizationServers === undefined) return undefined;
  assertResource(resource, 'authorizationServers');
  if (!Array.isArray(authorizationServers) || authorizationServers.length === 0) {
    throw new TypeError(
      `${OWNER}: option 'authorizationServers' must be a list of issuers that is not empty${issuersCause(authorizationServers)}`,
    );
  }
  for (const issuer of authorizationServers) assertSecureUrl(OWNER, 'authorizationServers', issuer);
  return protectedResourceMetadata({
    resource,
    authorizationServers,
    // A refresh token is between the client and the authorization server (MCP authorization, scope selection).
    scopesSupported:
      options.scopesSupported === undefined
        ? [...new Set(required)].filter((scope) => scope !== 'offline_access')
        : scopesSupported,
    resourceName,
    resourceDocumentation,
  });
}

function verifierCause(value: unknown): string {
  if (value === undefined) return '; it is undefined, as is what verifierFromEnv gives when nothing is configured';
  if (value instanceof Promise) return '; it is a promise: write await in front of it';
  const isOfSdk = typeof value === 'object' && value !== null && 'verifyAccessToken' in value;
  return isOfSdk ? '; it has the verifyAccessToken of the MCP SDK: give the verifier itself' : '';
}

function issuersCause(value: unknown): string {
  return typeof value === 'string' && value.trim() !== '' ? '; it is a text: write [issuer]' : likelyCause(value);
}

function assertResource(resource: string | undefined, neededBy: string): asserts resource is string {
  if (resource === undefined) throw new TypeError(`${OWNER}: option '${neededBy}' needs option 'resource'`);
}

function scopesOfVerifier(verifier: Verifier): readonly string[] {
  // TokenVerifier has them; a verifier of somebody else's making may have anything under this name.
  const scopes: unknown = 'requiredScopes' in verifier ? verifier.requiredScopes : undefined;
  return Array.isArray(scopes) ? Object.freeze(Array.from<unknown>(scopes).filter(isScopeToken)) : [];
}

function challengeScopesOption(value: unknown): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const scopes = entries.filter((entry): entry is [string, string] => entry.every(isScopeToken));
  if (entries.length === 0 || scopes.length !== entries.length) {
    throw new TypeError(`${OWNER}: option 'challengeScopes' must map scopes to the scopes that clients ask for`);
  }
  return new Map(scopes);
}
