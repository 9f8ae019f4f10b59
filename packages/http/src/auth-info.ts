import { type AccessToken, principalKey } from '@auth/core';

/** Who calls, in the shape that the MCP SDK expects (v1 and v2). */
export interface AuthInfo {
  /** The credential itself. Not enumerable: absent from JSON, spread, `console.log` and `inspect`. */
  token: string;
  clientId: string;
  scopes: string[];
  /** Seconds since the epoch. */
  expiresAt?: number;
  /** This server, where the token's audience names it. */
  resource?: URL;
  /** Where the protected-resource metadata is, for challenges that the SDK makes. */
  resourceMetadataUrl?: string;
  /** `accessToken` is the {@link AccessToken}. */
  extra?: Record<string, unknown>;
}

/** What `toAuthInfo` reads of a gate. */
export interface AuthInfoSource {
  readonly resource: string | undefined;
  readonly resourceMetadataUrl: string | undefined;
}

class GateAuthInfo implements AuthInfo {
  readonly clientId: string;
  readonly scopes: string[];
  readonly expiresAt?: number;
  readonly resourceMetadataUrl?: string;
  readonly extra: Record<string, unknown>;
  readonly #accessToken: AccessToken;

  constructor(accessToken: AccessToken, resourceMetadataUrl: string | undefined) {
    this.#accessToken = accessToken;
    // The SDK's type wants a text. One that names the whole identity can stand for no other client.
    this.clientId = accessToken.clientId ?? principalKey(accessToken);
    this.scopes = [...accessToken.scopes];
    if (accessToken.expiresAt !== undefined) this.expiresAt = accessToken.expiresAt;
    if (resourceMetadataUrl !== undefined) this.resourceMetadataUrl = resourceMetadataUrl;
    this.extra = { accessToken };
  }

  get token(): string {
    return this.#accessToken.token;
  }

  static accessTokenOf(value: unknown): AccessToken | undefined {
    return typeof value === 'object' && value !== null && #accessToken in value ? value.#accessToken : undefined;
  }
}

/** Parsing a URL costs more than the whole gate, and few handlers look at it. */
class ResourceAuthInfo extends GateAuthInfo {
  readonly #resource: string;

  constructor(accessToken: AccessToken, resourceMetadataUrl: string | undefined, resource: string) {
    super(accessToken, resourceMetadataUrl);
    this.#resource = resource;
  }

  get resource(): URL {
    return new URL(this.#resource);
  }
}

/** The MCP SDK's view of a caller. A new object each time: what one handler does to it, no other one sees. */
export function toAuthInfo(accessToken: AccessToken, gate?: AuthInfoSource): AuthInfo {
  const resource = gate?.resource;
  if (resource !== undefined && accessToken.audience.includes(resource)) {
    return new ResourceAuthInfo(accessToken, gate?.resourceMetadataUrl, resource);
  }
  return new GateAuthInfo(accessToken, gate?.resourceMetadataUrl);
}

/** The {@link AccessToken} behind an {@link AuthInfo} that a gate made; `undefined` for anything else. */
export function accessTokenOf(authInfo: unknown): AccessToken | undefined {
  return GateAuthInfo.accessTokenOf(authInfo);
}
