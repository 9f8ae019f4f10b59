import type { VerifierEvent } from '@auth/core';
import type { JWK } from 'oidc-provider';
import { type AuthorizationServer, RESOURCE_SERVER, startAuthorizationServer } from './authorization-server.js';
import { NotesStore } from './notes-store.js';
import { type ProtectedServer, startProtectedServer } from './protected-server.js';
import { newSigningKey } from './signing-keys.js';
import { createVerifier, type Strategy, type StrategyContext } from './strategies.js';

/** Everything the demo plays with: a real authorization server, MCP servers protected by our packages, and the time. */
export class DemoWorld {
  /** Moves the time of the protected servers, so that nobody waits for a token to expire. */
  skewSeconds = 0;
  /** Why the last token was refused, as the servers' observers saw it. */
  lastReason: string | undefined;
  /** Resources that the authorization server issues tokens for. */
  readonly resources: string[];
  #provider: AuthorizationServer;
  #key: JWK;
  readonly #servers: ProtectedServer[] = [];

  private constructor(provider: AuthorizationServer, key: JWK, resources: string[]) {
    this.resources = resources;
    this.#provider = provider;
    this.#key = key;
  }

  /** Starts the authorization server; 0 picks a free port. */
  static async start(port: number): Promise<DemoWorld> {
    const key = await newSigningKey();
    const resources: string[] = [];
    const provider = await startAuthorizationServer({ port, jwks: { keys: [key] }, resources: () => resources });
    return new DemoWorld(provider, key, resources);
  }

  get provider(): AuthorizationServer {
    return this.#provider;
  }

  /** A new MCP server with a verifier of its own: nothing is cached in it yet. */
  async protect(strategy: Strategy, extra: Partial<StrategyContext> = {}): Promise<ProtectedServer> {
    const server = await startProtectedServer({
      port: 0,
      store: new NotesStore(),
      authorizationServers: [this.#provider.issuer],
      verifier: (resource) =>
        createVerifier(strategy, {
          issuer: this.#provider.issuer,
          resource,
          jwksUri: this.#provider.jwksUri,
          introspectionUrl: this.#provider.introspectionUrl,
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
    await this.#provider.close();
  }

  /** The identity provider comes back on the same port, with its key or with a new one. */
  async restartProvider(options: { readonly rotate: boolean }): Promise<void> {
    if (options.rotate) this.#key = await newSigningKey();
    this.#provider = await startAuthorizationServer({
      port: this.#provider.port,
      jwks: { keys: [this.#key] },
      resources: () => this.resources,
    });
  }

  /** A second provider with the same key, that calls itself something else. */
  async impostor(): Promise<AuthorizationServer> {
    return startAuthorizationServer({
      port: 0,
      jwks: { keys: [this.#key] },
      resources: () => this.resources,
      issuer: 'http://127.0.0.1:1/impostor',
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    await this.#provider.close().catch(() => undefined);
  }

  #observe(event: VerifierEvent): void {
    if (event.type === 'token.rejected') this.lastReason = event.reason ?? event.code;
    if (event.type === 'token.accepted') this.lastReason = undefined;
  }
}
