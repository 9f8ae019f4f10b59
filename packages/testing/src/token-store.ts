import { randomBytes, randomUUID } from 'node:crypto';
import { assertKnownOptions, assertText, ownClaim } from '@auth/core';
import { decodeJwt } from 'jose';
import type { KeyRing } from './key-ring.js';
import type { ServerSettings } from './server-options.js';
import { assertCreateTokenOptions } from './token-claims.js';

/** What an access token of the local authorization server says. */
export interface IssueOptions {
  /** Default: the server's `subject`. */
  readonly subject?: string | undefined;
  /** `client_id`. Default: the id of the server's own `client`. */
  readonly clientId?: string | undefined;
  /** `aud`. Default: the server's `audience`. */
  readonly audience?: string | readonly string[] | undefined;
  /** Default: none. */
  readonly scopes?: readonly string[] | undefined;
  /** Seconds from now to `exp`; 0 and negative numbers make a token that has expired. Default: the server's. */
  readonly expiresInSeconds?: number | undefined;
  /** Merged into the claims last; `undefined` removes one. Default: none. */
  readonly additionalClaims?: Readonly<Record<string, unknown>> | undefined;
  /** Merged into the header of a JWT last. Default: none. */
  readonly header?: Readonly<Record<string, unknown>> | undefined;
  /** Default: the server's `accessTokenFormat`. */
  readonly format?: 'jwt' | 'opaque' | undefined;
}

interface StoredToken {
  readonly claims: Readonly<Record<string, unknown>>;
  revoked: boolean;
}

const TOKEN_OPTIONS = ['subject', 'audience', 'scopes', 'expiresInSeconds', 'additionalClaims', 'header'];

/** Every access token that the server issued. */
export class TokenStore {
  // Written by issue and revoke.
  readonly #tokens = new Map<string, StoredToken>();
  readonly #settings: ServerSettings;
  readonly #keys: KeyRing;
  readonly #issuer: string;
  readonly #defaultClientId: string;

  constructor(settings: ServerSettings, keys: KeyRing, issuer: string, defaultClientId: string) {
    this.#settings = settings;
    this.#keys = keys;
    this.#issuer = issuer;
    this.#defaultClientId = defaultClientId;
  }

  /** Makes a token: a JWT with all that RFC 9068 §2.2 asks for, or an opaque one that only introspection understands. */
  async issue(options: IssueOptions = {}): Promise<string> {
    assertKnownOptions('issue', options, [...TOKEN_OPTIONS, 'clientId', 'format']);
    const { clientId = this.#defaultClientId, format = this.#settings.accessTokenFormat, ...rest } = options;
    assertText('issue', 'clientId', clientId);
    if (format !== 'jwt' && format !== 'opaque') throw new TypeError("issue: option 'format' must be jwt or opaque");
    assertCreateTokenOptions(rest);
    const { subject, audience, expiresInSeconds, additionalClaims, header, scopes } = rest;
    const jwt = await this.#keys.current.createToken({
      subject: subject ?? this.#settings.subject,
      issuer: this.#issuer,
      audience: audience ?? this.#settings.audience,
      scopes,
      expiresInSeconds: expiresInSeconds ?? this.#settings.expiresInSeconds,
      additionalClaims: { client_id: clientId, jti: randomUUID(), ...additionalClaims },
      header: { typ: 'at+jwt', ...header },
      clock: this.#settings.clock,
    });
    const token = format === 'jwt' ? jwt : randomBytes(32).toString('base64url');
    this.#tokens.set(token, { claims: decodeJwt(jwt), revoked: false });
    return token;
  }

  /** Ends a token: introspection calls it inactive from now on. A JWT still verifies by signature, as everywhere. */
  revoke(token: string): void {
    const stored = this.#tokens.get(token);
    if (stored !== undefined) stored.revoked = true;
  }

  /** The claims of a token that is active: issued here, not revoked, neither expired nor early. */
  active(token: string): Readonly<Record<string, unknown>> | undefined {
    const stored = this.#tokens.get(token);
    if (stored === undefined || stored.revoked) return undefined;
    const now = this.#settings.clock();
    const expiresAt = ownClaim(stored.claims, 'exp');
    const notBefore = ownClaim(stored.claims, 'nbf');
    if (typeof expiresAt === 'number' && now >= expiresAt) return undefined;
    if (typeof notBefore === 'number' && now < notBefore) return undefined;
    return stored.claims;
  }

  /** The claims of a token that was issued here, whatever became of it. */
  find(token: string): Readonly<Record<string, unknown>> | undefined {
    return this.#tokens.get(token)?.claims;
  }
}
