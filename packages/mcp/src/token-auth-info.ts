import { type AccessToken, assertKnownOptions, assertOptionalFunction, type Clock, systemClock } from '@auth/core';

/** Options of `toOAuthTokenVerifier`. */
export interface OAuthTokenVerifierOptions {
  /**
   * This server's resource identifier. Where the token's audience names it exactly, `AuthInfo.resource` says so, for the SDK's
   * `expectedResource`. Default: the audience itself, where it is exactly one URL.
   */
  readonly resource?: string | URL | undefined;
  /** Seconds since the epoch. Default: the system's clock. */
  readonly clock?: Clock | undefined;
}

/** Options after their check. */
export interface AuthInfoPolicy {
  readonly resource: string | undefined;
  readonly clock: Clock;
}

/** How long the SDK's gate may rely on a token that does not say when it ends. It verifies again with each request. */
const WITHOUT_EXPIRATION_SECONDS = 60;

/** Checks and copies the options. Throws a `TypeError` that names the option. */
export function authInfoPolicy(verifier: unknown, options: OAuthTokenVerifierOptions): AuthInfoPolicy {
  const owner = 'toOAuthTokenVerifier';
  assertKnownOptions(owner, options, ['resource', 'clock']);
  if (typeof (verifier as { verifyToken?: unknown } | undefined)?.verifyToken !== 'function') {
    throw new TypeError(`${owner}: a verifier with a verifyToken method is needed`);
  }
  assertOptionalFunction(owner, 'clock', options.clock);
  const resource = options.resource === undefined ? undefined : String(options.resource);
  if (resource !== undefined && !URL.canParse(resource))
    throw new TypeError(`${owner}: option 'resource' must be a URL`);
  return { resource, clock: options.clock ?? systemClock };
}

/**
 * The SDK's view of a caller. A plain object to the SDK, which copies it; printed or stringified itself, it shows no credential.
 */
export class TokenAuthInfo {
  readonly token: string;
  readonly clientId: string;
  readonly scopes: string[];
  /** Seconds since the epoch; always there, since the SDK's gate refuses a caller without it. */
  readonly expiresAt: number;
  declare readonly resource?: URL;
  readonly extra: { readonly accessToken: AccessToken };

  constructor(accessToken: AccessToken, clientId: string, policy: AuthInfoPolicy) {
    this.token = accessToken.token;
    this.clientId = clientId;
    this.scopes = [...accessToken.scopes];
    this.expiresAt = accessToken.expiresAt ?? policy.clock() + WITHOUT_EXPIRATION_SECONDS;
    const resource = resourceOf(accessToken, policy);
    if (resource !== undefined) this.resource = new URL(resource);
    this.extra = { accessToken };
  }

  toJSON(): object {
    const { token: _, ...shown } = this;
    return shown;
  }

  static {
    // What `console.log` and `util.inspect` call on Node, Bun and Deno.
    Object.defineProperty(TokenAuthInfo.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: TokenAuthInfo): object {
        const { token: _, ...shown } = this;
        return shown;
      },
    });
  }
}

function resourceOf({ audience }: AccessToken, { resource }: AuthInfoPolicy): string | undefined {
  if (resource !== undefined) return audience.includes(resource) ? resource : undefined;
  const [only, ...others] = audience;
  return only !== undefined && others.length === 0 && /^https?:/.test(only) && URL.canParse(only) ? only : undefined;
}
