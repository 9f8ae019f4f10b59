import type { VerifierEvent } from '@auth/core';
import { type AuthorizationServer, RESOURCE_SERVER } from './authorization-server.js';
import { LocalProvider } from './local-provider.js';
import { NotesStore } from './notes-store.js';
import { type ProtectedServer, startProtectedServer } from './protected-server.js';
import { createVerifier, type Strategy, type StrategyContext } from './strategies.js';

/** Everything the demo plays with: a real authorization server, MCP servers protected by our packages, and the time. */
export class DemoWorld {
  /** Moves the time of the protected servers, so that nobody waits for a token to expire. */
  skewSeconds = 0;
  /** Why the last token was refused, as the servers' observers saw it. */
  lastReason: string | undefined;
  readonly #provider: LocalProvider;
  readonly #servers: ProtectedServer[] = [];

  private constructor(provider: LocalProvider) {
    this.#provider = provider;
  }

  /** Starts the authorization server; 0 picks a free port. */
  static async start(port: number): Promise<DemoWorld> {
    return new DemoWorld(await LocalProvider.start(port));
  }

  get provider(): AuthorizationServer {
    return this.#provider.server;
  }

  /** Resources that the authorization server issues tokens for. */
  get resources(): string[] {
    return this.#provider.resources;
  }

  /** A new MCP server with a verifier of its own: nothing is cached in it yet. */
  async protect(strategy: Strategy, extra: Partial<StrategyContext> = {}): Promise<ProtectedServer> {
    const server = await startProtectedServer({
      port: 0,
      store: new NotesStore(),
      authorizationServers: [this.provider.issuer],
      verifier: (resource) =>
        createVerifier(strategy, {
          issuer: this.provider.issuer,
          resource,
          jwksUri: this.provider.jwksUri,
          introspectionUrl: this.provider.introspectionUrl,
          clientId: RESOURCE_SERVER.id,
          clientSecret: RESOURCE_SERVER.secret,
          clock: () => Date.now() / 1000 + this.skewSeconds,
          observer: (event) => this.#observe(event),
          ...extra,
        }),
    });
    this.resources.push(server.resource);
    this.#servers.push(server);
    return server;
  }

  /** The identity provider goes down. */
  async stopProvider(): Promise<void> {
    await this.#provider.stop();
  }

  /** The identity provider comes back on the same port, with its key or with a new one. */
  async restartProvider(options: { readonly rotate: boolean }): Promise<void> {
    await this.#provider.restart(options);
  }

  /** A second provider with the same key, that calls itself something else. */
  async impostor(): Promise<AuthorizationServer> {
    return this.#provider.impostor();
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    await this.#provider.stop();
  }

  #observe(event: VerifierEvent): void {
    if (event.type === 'token.rejected') this.lastReason = event.reason ?? event.code;
    if (event.type === 'token.accepted') this.lastReason = undefined;
  }
}
