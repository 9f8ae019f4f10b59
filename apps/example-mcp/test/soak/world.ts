import type { VerifierEvent } from '@auth/core';
import { IntrospectionTokenVerifier } from '@auth/introspection';
import { JWTVerifier } from '@auth/jwt';
import { type AuthorizationServer, KeyPair, startAuthorizationServer } from '@auth/testing';
import { NotesStore } from '../../src/notes-store.js';
import { type ProtectedServer, startProtectedServer } from '../../src/protected-server.js';
import {
  INTROSPECTION_CACHE_SECONDS,
  JWKS_LIFE_SECONDS,
  type KnownToken,
  MAX_STALE_SECONDS,
  type Span,
} from './oracle.js';
import { type Act, actsOf, CYCLE_SECONDS } from './timeline.js';

/** Seconds of the servers' clock for each real one. */
export const SPEED = 20;
/** In real time. Long enough for a good answer on a busy machine. */
const TIMEOUT_MS = 1_500;
const SUBJECTS = ['alice', 'bob', 'carol'] as const;
const LIFE_SECONDS = 400;
const SHORT_LIFE_SECONDS = 30;
/** More than are in use at any time, so that the cache is full early and memory can be flat. */
const CACHE_ENTRIES = 200;

/** A provider that fails and rotates by the timeline, and two example servers that trust it. */
export class SoakWorld {
  readonly servers: Readonly<Record<'jwt' | 'opaque', ProtectedServer>>;
  /** Tokens that were issued and can still matter; the oldest are dropped. */
  readonly tokens: KnownToken[] = [];
  /** When the provider failed, or does; the last ones are enough. */
  readonly troubles: Span[] = [];
  /** Written by those who call. */
  longestSeconds = 0;
  /** Events of both verifiers, by type. */
  readonly events: ReadonlyMap<string, number>;
  /** Signs like the provider, under the same key id, and nobody trusts it. Replaced with each rotation. */
  stranger: KeyPair;
  readonly #provider: AuthorizationServer;
  readonly #startedAt: number;
  // Written by #play alone.
  #keySince: Span = { from: 0, to: 0 };
  #cycle = 0;
  #acts: readonly Act[] = actsOf(0);

  private constructor(
    init: Pick<SoakWorld, 'servers' | 'stranger' | 'events'>,
    provider: AuthorizationServer,
    start: number,
  ) {
    this.servers = init.servers;
    this.stranger = init.stranger;
    this.events = init.events;
    this.#provider = provider;
    this.#startedAt = start;
  }

  static async start(): Promise<SoakWorld> {
    const startedAt = performance.now();
    const epoch = Date.now() / 1000;
    const clock = (): number => epoch + ((performance.now() - startedAt) / 1000) * SPEED;
    const provider = await startAuthorizationServer({
      algorithm: 'ES256',
      clock,
      jwksMaxAgeSeconds: JWKS_LIFE_SECONDS,
    });
    const { issuer, jwksUri, introspectionUrl, resourceServer } = provider;
    const events = new Map<string, number>();
    const observer = ({ type }: VerifierEvent): void => void events.set(type, (events.get(type) ?? 0) + 1);
    const start = (
      verifier: (resource: string) => JWTVerifier | IntrospectionTokenVerifier,
    ): Promise<ProtectedServer> =>
      startProtectedServer({ port: 0, store: new NotesStore(), authorizationServers: [issuer], verifier });
    const jwt = await start(
      (audience) =>
        new JWTVerifier({
          ...{ jwksUri, issuer, audience, clock, observer },
          cache: { maxEntries: CACHE_ENTRIES },
          remoteKeys: { timeoutMs: TIMEOUT_MS, maxStaleSeconds: MAX_STALE_SECONDS },
        }),
    );
    const opaque = await start(
      (audience) =>
        new IntrospectionTokenVerifier({
          ...{ introspectionUrl, issuer, audience, clock, observer, timeoutMs: TIMEOUT_MS },
          ...{ clientId: resourceServer.clientId, clientSecret: resourceServer.clientSecret },
          cache: { ttlSeconds: INTROSPECTION_CACHE_SECONDS, maxEntries: CACHE_ENTRIES },
        }),
    );
    const servers = { jwt, opaque };
    const world = new SoakWorld({ servers, events, stranger: await KeyPair.generate('ES256') }, provider, startedAt);
    await world.#issueTokens();
    return world;
  }

  get issuer(): string {
    return this.#provider.issuer;
  }

  /** Seconds of the fast clock since the start. */
  now(): number {
    return ((performance.now() - this.#startedAt) / 1000) * SPEED;
  }

  /** Plays what is due by now. */
  async advance(): Promise<void> {
    const now = this.now();
    while (true) {
      const [next, ...later] = this.#acts;
      if (next === undefined) {
        this.#cycle++;
        this.#acts = actsOf(this.#cycle);
      } else if (next.at > now) return;
      else {
        this.#acts = later;
        await this.#play(next);
      }
    }
  }

  /** A token for another resource, signed as well as any. */
  issueElsewhere(): Promise<string> {
    return this.#provider.issue({ audience: 'https://elsewhere.example', scopes: ['notes:read'] });
  }

  async close(): Promise<void> {
    await Promise.all([this.servers.jwt.close(), this.servers.opaque.close(), this.#provider.close()]);
  }

  async #play(act: Act): Promise<void> {
    const from = this.now();
    if (act.act === 'fail') {
      this.troubles.push({ from, to: Number.POSITIVE_INFINITY });
      this.#provider.fail('jwks', act.how);
      this.#provider.fail('introspection', act.how);
    } else if (act.act === 'restore') {
      this.#provider.restore();
      const [trouble] = this.troubles.splice(-1);
      this.troubles.push({ from: trouble?.from ?? 0, to: this.now() });
      this.troubles.splice(0, this.troubles.length - 3);
    } else await this.#rotate(act.overlap, from);
  }

  async #rotate(overlap: boolean, from: number): Promise<void> {
    await this.#provider.rotateKeys({ overlap });
    // Those with the right to write are ended before their time.
    const ended = this.tokens.filter(
      ({ server, mayWrite, revoked }) => server === 'opaque' && mayWrite && revoked === undefined,
    );
    for (const { token } of ended) this.#provider.revoke(token);
    const span = { from, to: this.now() };
    this.#keySince = span;
    for (const known of ended) known.revoked = span;
    if (!overlap) for (const known of this.tokens) known.keyUntil ??= span;
    await this.#issueTokens();
    // A live list: what nobody reads must not count as a leak.
    this.#provider.requests.length = 0;
  }

  async #issueTokens(): Promise<void> {
    const now = this.now();
    const live = this.tokens.filter(({ expires }) => expires.to > now - CYCLE_SECONDS / 2);
    this.tokens.splice(0, this.tokens.length, ...live);
    for (const server of ['jwt', 'opaque'] as const) {
      for (const subject of SUBJECTS) {
        await this.#issue(server, subject, true, LIFE_SECONDS);
        await this.#issue(server, subject, false, LIFE_SECONDS);
        await this.#issue(server, subject, false, SHORT_LIFE_SECONDS);
        await this.#issue(server, subject, true, -60);
      }
    }
    const [jwt] = this.tokens.filter(({ server }) => server === 'jwt').slice(-1);
    const header = JSON.parse(Buffer.from(jwt?.token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string };
    this.stranger = await KeyPair.generate('ES256', { kid: header.kid });
  }

  async #issue(server: 'jwt' | 'opaque', subject: string, mayWrite: boolean, expiresInSeconds: number): Promise<void> {
    const scopes = mayWrite ? ['notes:read', 'notes:write'] : ['notes:read'];
    const audience = this.servers[server].resource;
    const from = this.now() + expiresInSeconds;
    const token = await this.#provider.issue({ format: server, subject, scopes, audience, expiresInSeconds });
    const expires = { from, to: this.now() + expiresInSeconds };
    const keySince = this.#keySince;
    this.tokens.push({ token, subject, server, mayWrite, expires, keySince, keyUntil: undefined, revoked: undefined });
  }
}
