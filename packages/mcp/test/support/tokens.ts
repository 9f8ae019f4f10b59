import { type AccessTokenInit, invalidToken, TokenVerifier } from '@auth/core';

/** Knows its tokens by heart, and forgets them when told to. */
export class TableVerifier extends TokenVerifier {
  readonly tokens: Map<string, AccessTokenInit>;

  constructor(tokens: Readonly<Record<string, AccessTokenInit>>, clock: () => number = () => Date.now() / 1000) {
    super({ clock });
    this.tokens = new Map(Object.entries(tokens));
  }

  protected async authenticate(token: string): Promise<AccessTokenInit> {
    const known = this.tokens.get(token);
    if (known === undefined) throw invalidToken('revoked');
    return known;
  }
}

const person = (subject: string, scopes: readonly string[], claims: Record<string, unknown> = {}): AccessTokenInit => ({
  issuer: 'https://issuer.example',
  subject,
  clientId: 'client',
  scopes,
  claims,
});

/** Who calls in the decision tables, by token. */
export const PRINCIPALS: Readonly<Record<string, AccessTokenInit>> = {
  'token-of-under-scoped-ursula': person('ursula', ['other']),
  'token-of-right-rita': person('rita', ['notes:read', 'notes:write', 'secret', 'repo:one', 'note:one'], {
    roles: ['admin'],
  }),
  'token-of-broad-bruno': person('bruno', ['everything']),
  'token-of-wrong-role-walter': person('walter', ['notes:read', 'notes:write', 'secret', 'repo:one', 'note:one'], {
    roles: ['guest'],
  }),
};

export const HIERARCHY: Readonly<Record<string, readonly string[]>> = {
  everything: ['notes:read', 'notes:write', 'secret', 'repo:one', 'note:one'],
};
