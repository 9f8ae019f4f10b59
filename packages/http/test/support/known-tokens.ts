import {
  type AccessToken,
  type AccessTokenInit,
  AuthError,
  invalidToken,
  registerRecall,
  TokenVerifier,
  type TokenVerifierOptions,
} from '@auth/core';

export const RESOURCE = 'https://notes.example.com/mcp';
export const OTHER_RESOURCE = 'https://notes.example.com/other';

/** A b64token with every character that RFC 6750 §2.1 allows. */
export const ODD_TOKEN = 'aZ0-._~+/==';

const TOKENS: Readonly<Record<string, AccessTokenInit>> = {
  good: { clientId: 'cli', subject: 'alice', scopes: ['notes:read'], audience: [RESOURCE], claims: { role: 'reader' } },
  [ODD_TOKEN]: { clientId: 'odd', scopes: ['notes:read'], audience: [RESOURCE] },
  writer: { clientId: 'cli', subject: 'bob', scopes: ['notes:read', 'notes:write'], audience: [RESOURCE] },
  admin: { clientId: 'cli', scopes: ['notes:admin'], audience: [RESOURCE], claims: { role: 'admin' } },
  sibling: { clientId: 'cli', scopes: ['notes:read'], audience: [OTHER_RESOURCE] },
  scopeless: { clientId: 'cli', audience: [RESOURCE] },
  expired: { clientId: 'cli', scopes: [], expiresAt: 1000 },
};

/** Knows a few tokens, and some that fail in each of the ways a verifier can fail. */
export class KnownTokens extends TokenVerifier {
  /** Each token that it was asked about. */
  readonly asked: string[] = [];

  constructor(options: TokenVerifierOptions = {}) {
    super({ clock: () => 2000, ...options });
  }

  protected override async authenticate(token: string): Promise<AccessTokenInit> {
    this.asked.push(token);
    if (token === 'outage') throw new AuthError('temporarily_unavailable', { retryAfterSeconds: 7.2 });
    if (token === 'fault') throw new Error('secret upstream text "x" at db.internal:5432');
    if (token === 'revoked') throw invalidToken('revoked', { check: 'jti', actual: 'the-jti' });
    const found = Object.hasOwn(TOKENS, token) ? TOKENS[token] : undefined;
    if (found === undefined) throw invalidToken('not_recognized');
    return found;
  }
}

/** Knows the same tokens, and recalls those that were verified before. */
export class RecallingTokens extends KnownTokens {
  /** Each text that it recalled. */
  readonly recalled: string[] = [];
  readonly #verified = new Map<string, AccessToken>();

  override async verifyToken(token: string): Promise<AccessToken> {
    const accessToken = await super.verifyToken(token);
    this.#verified.set(token, accessToken);
    return accessToken;
  }

  static {
    registerRecall(RecallingTokens.prototype.verifyToken, (verifier, token) => {
      if (!(verifier instanceof RecallingTokens)) return undefined;
      const accessToken = verifier.#verified.get(token);
      if (accessToken !== undefined) verifier.recalled.push(token);
      return accessToken;
    });
  }
}
