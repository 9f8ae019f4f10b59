import { assertKnownOptions, type Clock, numberOption } from '@auth/core';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

/** How many sessions there may be, and for how long. */
export interface SessionOptions {
  /** Default 1000. When all of them are busy, new ones are answered 503. */
  readonly maxSessions?: number | undefined;
  /** Sessions of one principal; a new one beyond it ends the one that was not used for the longest time. Default 50. */
  readonly maxSessionsPerPrincipal?: number | undefined;
  /** Seconds without a request or an open stream after which a session ends. Default 1800. */
  readonly idleSeconds?: number | undefined;
}

/** One stateful session: a server of its own, for one principal. */
export interface Session {
  readonly server: McpServer;
  readonly transport: StreamableHTTPServerTransport;
  /** `principalKey` of who began it. */
  readonly principal: string;
}

interface Entry {
  readonly session: Session;
  lastUsedAt: number;
  /** Requests and streams that are being served. */
  open: number;
}

/**
 * Sessions by id, each bound to the principal that began it (CVE-2026-52869). Bounded, and fair: a principal displaces its own
 * sessions before those of others. Kept in the order of use; ended ones are swept whenever a session is looked for.
 */
export class SessionStore {
  readonly #entries = new Map<string, Entry>();
  readonly #limits: { readonly total: number; readonly perPrincipal: number; readonly idleSeconds: number };
  readonly #clock: Clock;

  constructor(options: SessionOptions, clock: Clock) {
    const owner = 'createHandler: sessions';
    assertKnownOptions(owner, options, ['maxSessions', 'maxSessionsPerPrincipal', 'idleSeconds']);
    const whole = { min: 1, integer: true };
    this.#limits = {
      total: numberOption(owner, 'maxSessions', options.maxSessions, 1000, whole),
      perPrincipal: numberOption(owner, 'maxSessionsPerPrincipal', options.maxSessionsPerPrincipal, 50, whole),
      idleSeconds: numberOption(owner, 'idleSeconds', options.idleSeconds, 1800, { min: 0, exclusiveMin: true }),
    };
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The principal's session; `undefined` for one that does not exist, has ended, or is somebody else's: all the same. */
  find(id: string, principal: string): Session | undefined {
    this.#sweep();
    const entry = this.#entries.get(id);
    return entry?.session.principal === principal ? entry.session : undefined;
  }

  /** Makes room for one more; false when every session is busy. */
  makeRoom(principal: string): boolean {
    this.#sweep();
    const own = [...this.#entries].filter(([, { session }]) => session.principal === principal);
    if (own.length >= this.#limits.perPrincipal) return this.#endOldest(own);
    if (this.#entries.size < this.#limits.total) return true;
    return this.#endOldest([...this.#entries]);
  }

  add(id: string, session: Session): void {
    this.#entries.set(id, { session, lastUsedAt: this.#clock(), open: 0 });
  }

  delete(id: string): void {
    this.#entries.delete(id);
  }

  /** Marks a session as used; call what it returns when the request or stream has ended. */
  use(id: string): () => void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return () => undefined;
    entry.open++;
    this.#touch(id, entry);
    return () => {
      entry.open--;
      this.#touch(id, entry);
    };
  }

  async closeAll(): Promise<void> {
    const sessions = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(sessions.map(({ session }) => session.server.close()));
  }

  #touch(id: string, entry: Entry): void {
    entry.lastUsedAt = this.#clock();
    if (this.#entries.delete(id)) this.#entries.set(id, entry);
  }

  #endOldest(candidates: readonly (readonly [string, Entry])[]): boolean {
    const oldest = candidates.find(([, entry]) => entry.open === 0);
    if (oldest === undefined) return false;
    this.#end(...oldest);
    return true;
  }

  #sweep(): void {
    const now = this.#clock();
    for (const [id, entry] of this.#entries) {
      if (entry.open === 0 && now - entry.lastUsedAt >= this.#limits.idleSeconds) this.#end(id, entry);
    }
  }

  #end(id: string, { session }: Entry): void {
    this.#entries.delete(id);
    session.server.close().catch(() => undefined);
  }
}
