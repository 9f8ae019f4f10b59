import type { DevelopmentVerifier } from './development-verifier.js';
import type { LocalProvider } from './local-provider.js';
import { playCall } from './playground-call.js';
import type { CallOrder, CallReport, PlaygroundState, ToolChoice } from './playground-report.js';
import { FREE_KINDS, ISSUED_KINDS, PlaygroundTokens } from './playground-tokens.js';
import type { ProtectedServer } from './protected-server.js';

/** A protected server that can be called, and its verifier, which can be asked. */
export interface PlaygroundServer {
  readonly id: string;
  readonly label: string;
  readonly server: Pick<ProtectedServer, 'url' | 'resource'>;
  readonly verifier: DevelopmentVerifier;
}

/** Something that the page asked for and that cannot be done; the text is for the person in front of it. */
export class PlaygroundError extends Error {
  override readonly name = 'PlaygroundError';
}

const TOOLS: readonly ToolChoice[] = [
  { name: 'list_notes', needs: 'notes:read', arguments: {} },
  { name: 'write_note', needs: 'notes:write', arguments: { title: 'Milk', text: 'Two litres' } },
  { name: 'delete_note', needs: 'notes:write notes:delete', arguments: { title: 'Milk' } },
  { name: 'pin_note', needs: 'board:… as the arguments say', arguments: { board: 'team', text: 'Standup at ten' } },
  { name: 'count_notes', needs: 'the role admin', arguments: {} },
  { name: 'forget_everything', needs: 'the role admin, else it does not exist', arguments: {} },
];

/** What can be done to the identity provider. */
export const PROVIDER_ACTIONS = ['stop', 'start', 'rotate'] as const;
export type ProviderAction = (typeof PROVIDER_ACTIONS)[number];

/** What the page can do: call protected servers with all kinds of tokens, and break the identity provider. */
export class Playground {
  readonly #servers: readonly PlaygroundServer[];
  readonly #provider: LocalProvider | undefined;
  readonly #tokens: PlaygroundTokens | undefined;
  /** Written by {@link control}. */
  #rotations = 0;

  /** The first server is the one that JWTs are issued for; without a provider there are no tokens but one's own. */
  constructor(servers: readonly [PlaygroundServer, ...PlaygroundServer[]], provider?: LocalProvider) {
    this.#servers = servers;
    this.#provider = provider;
    this.#tokens = provider && new PlaygroundTokens(provider, servers[0].server.resource);
  }

  get state(): PlaygroundState {
    const first = this.#servers[0]?.id ?? '';
    const has = (id: string): boolean => this.#servers.some((server) => server.id === id);
    const kinds = this.#provider === undefined ? FREE_KINDS : [...ISSUED_KINDS, ...FREE_KINDS];
    return {
      ...(this.#provider === undefined ? {} : { provider: { up: this.#provider.isUp, rotations: this.#rotations } }),
      servers: this.#servers.map(({ id, label, server }) => ({ id, label, url: server.url })),
      tokens: kinds.map((kind) => ({ ...kind, server: has(kind.server) ? kind.server : first })),
      tools: TOOLS,
    };
  }

  /** Rejects with a {@link PlaygroundError} for an order that cannot be carried out. */
  async call(order: CallOrder): Promise<CallReport> {
    const { server, verifier } = this.#server(order.server);
    const token = await this.#token(order);
    return playCall({ url: server.url, token, tool: order.tool, args: order.arguments }, (text) =>
      verifier.inspect(text),
    );
  }

  /** Takes the provider down, brings it up, or gives it a new key. */
  async control(action: ProviderAction): Promise<PlaygroundState> {
    const provider = this.#provider;
    if (provider === undefined) throw new PlaygroundError('The identity provider is not part of this example.');
    if (action === 'stop') {
      // Tokens that people have when it goes down.
      await this.#tokens?.get('good');
      await provider.stop();
    } else if (action === 'rotate' || !provider.isUp) {
      await provider.restart({ rotate: action === 'rotate' });
      this.#tokens?.forget();
      if (action === 'rotate') this.#rotations += 1;
    }
    return this.state;
  }

  /** A server forgets its keys and answers, as after a restart. */
  async renew(id: string): Promise<PlaygroundState> {
    await this.#server(id).verifier.renew();
    return this.state;
  }

  #server(id: string): PlaygroundServer {
    const server = this.#servers.find((known) => known.id === id);
    if (server === undefined) throw new PlaygroundError('There is no such server.');
    return server;
  }

  async #token({ token, own }: CallOrder): Promise<string | undefined> {
    if (token === 'none') return undefined;
    if (token === 'own') {
      const text = own.trim();
      // Nothing else can be sent in a header.
      if (!/^[\x20-\x7e]+$/.test(text))
        throw new PlaygroundError('Paste a token: printable ASCII characters, one line.');
      return text;
    }
    const issued = await this.#tokens?.get(token);
    if (issued === undefined) throw new PlaygroundError('There is no such token.');
    return issued;
  }
}
