import type { JWK } from 'oidc-provider';
import { type AuthorizationServer, startAuthorizationServer } from './authorization-server.js';
import { newSigningKey } from './signing-keys.js';

/** The identity provider of this machine, which can go down, come back on its port, and change its signing key. */
export class LocalProvider {
  /** Resources that tokens are issued for (RFC 8707). */
  readonly resources: string[];
  /** Written by {@link restart}. */
  #server: AuthorizationServer;
  /** Written by {@link restart}, when keys are rotated. */
  #key: JWK;
  /** Written by {@link stop} and {@link restart}. */
  #up = true;

  private constructor(server: AuthorizationServer, key: JWK, resources: string[]) {
    this.resources = resources;
    this.#server = server;
    this.#key = key;
  }

  /** Starts it; 0 picks a free port. Rejects with the listen error, for example EADDRINUSE. */
  static async start(port: number): Promise<LocalProvider> {
    const key = await newSigningKey();
    const resources: string[] = [];
    const server = await startAuthorizationServer({ port, jwks: { keys: [key] }, resources: () => resources });
    return new LocalProvider(server, key, resources);
  }

  /** What is running, or was until it was stopped. */
  get server(): AuthorizationServer {
    return this.#server;
  }

  /** The private signing key: whoever plays the provider may also play its past. */
  get key(): JWK {
    return this.#key;
  }

  get isUp(): boolean {
    return this.#up;
  }

  async stop(): Promise<void> {
    if (!this.#up) return;
    this.#up = false;
    await this.#server.close();
  }

  /** Comes back on the same port, with its key or with a new one. */
  async restart(options: { readonly rotate: boolean }): Promise<void> {
    await this.stop();
    if (options.rotate) this.#key = await newSigningKey();
    this.#server = await startAuthorizationServer({
      port: this.#server.port,
      jwks: { keys: [this.#key] },
      resources: () => this.resources,
    });
    this.#up = true;
  }

  /** A second provider with the same key, that calls itself something else. */
  impostor(): Promise<AuthorizationServer> {
    return startAuthorizationServer({
      port: 0,
      jwks: { keys: [this.#key] },
      resources: () => this.resources,
      issuer: 'http://127.0.0.1:1/impostor',
    });
  }
}
