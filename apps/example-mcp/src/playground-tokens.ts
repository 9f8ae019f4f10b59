import { ADMIN, READER, WRITER } from './authorization-server.js';
import type { LocalProvider } from './local-provider.js';
import type { TokenChoice } from './playground-report.js';
import { expiredToken, forgedToken, requestToken, revokeToken } from './tokens.js';

/** Kinds that need no provider. */
export const FREE_KINDS: readonly TokenChoice[] = [
  { id: 'none', label: 'None', about: 'A caller who has not logged in', server: 'jwks' },
  { id: 'own', label: 'Your own', about: 'Any text, sent as it is', server: 'jwks' },
];

/** Kinds that the local provider issues, or somebody made of what it issued. */
export const ISSUED_KINDS: readonly TokenChoice[] = [
  { id: 'good', label: 'Good', about: 'Every scope of the notes', server: 'jwks' },
  { id: 'under-scoped', label: 'Under-scoped', about: 'May only read', server: 'jwks' },
  { id: 'admin', label: 'Administrator', about: 'May read; has the role', server: 'jwks' },
  { id: 'expired', label: 'Expired', about: 'Good until an hour ago', server: 'jwks' },
  { id: 'wrong-audience', label: 'Wrong audience', about: 'Meant for another server', server: 'jwks' },
  { id: 'forged', label: 'Forged', about: 'Claims changed, signature kept', server: 'jwks' },
  { id: 'opaque', label: 'Opaque', about: 'A reference, to be introspected', server: 'introspection' },
  { id: 'revoked', label: 'Revoked', about: 'Opaque, withdrawn by its issuer', server: 'introspection' },
];

/** Real tokens of every issued kind, kept over an outage: whoever has a token does not ask for another on each call. */
export class PlaygroundTokens {
  readonly #provider: LocalProvider;
  readonly #resource: string;
  /** Written by {@link get} and {@link forget}. */
  #tokens: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(provider: LocalProvider, resource: string) {
    this.#provider = provider;
    this.#resource = resource;
  }

  /** The token of a kind. Rejects where tokens have to be issued and the provider is down. */
  async get(kind: string): Promise<string | undefined> {
    this.#tokens ??= this.#issue();
    const issued = this.#tokens;
    try {
      return (await issued).get(kind);
    } catch (error) {
      // The provider was down: the next call asks it again.
      if (this.#tokens === issued) this.#tokens = undefined;
      throw error;
    }
  }

  /** After a change of keys, or a restart of the provider, which keeps its tokens in memory. */
  forget(): void {
    this.#tokens = undefined;
  }

  async #issue(): Promise<ReadonlyMap<string, string>> {
    const { server, key, resources } = this.#provider;
    const resource = this.#resource;
    const sibling = `${resource}-sibling`;
    if (!resources.includes(sibling)) resources.push(sibling);
    const good = await requestToken(server, WRITER, { resource });
    const reader = await requestToken(server, READER, { resource });
    const revoked = await requestToken(server, WRITER);
    await revokeToken(server, WRITER, revoked);
    return new Map([
      ['good', good],
      ['under-scoped', reader],
      ['admin', await requestToken(server, ADMIN, { resource })],
      ['expired', expiredToken(good, key)],
      ['wrong-audience', await requestToken(server, WRITER, { resource: sibling })],
      ['forged', forgedToken(reader)],
      ['opaque', await requestToken(server, WRITER)],
      ['revoked', revoked],
    ]);
  }
}
