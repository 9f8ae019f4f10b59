import { generateKeyPairSync } from 'node:crypto';
import type { VerifierEvent } from '@auth/core';
import { httpReply, type ScriptedReply, type ScriptedServer, startScriptedServer } from '@auth/testing';
import type { KeyHint, KeySource } from '../src/key-source.js';
import { createRemoteKeys, type RemoteKeysInit } from '../src/remote-keys.js';

/** A scripted server, and where a verifier looks for its keys. */
export interface Endpoint extends ScriptedServer {
  readonly jwksUri: string;
}

export async function startEndpoint(reply: ScriptedReply): Promise<Endpoint> {
  const server = await startScriptedServer(reply);
  return Object.assign(server, { jwksUri: `${server.origin}/jwks` });
}

/** The paths that a server was asked for, in order. */
export const pathsOf = ({ requests }: ScriptedServer): string[] => requests.map(({ target }) => target);

export type Jwk = Record<string, unknown>;

/** A fresh P-256 signing key's public JWK. */
export function ecJwk(kid: string | undefined, extra: Jwk = {}): Jwk {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...publicKey.export({ format: 'jwk' }), ...(kid === undefined ? {} : { kid }), ...extra };
}

export const jwksOf = (...keys: readonly unknown[]): { keys: readonly unknown[] } => ({ keys });

export const down = httpReply({ status: 503, body: 'out of order' });

/** A key source over an endpoint, with a clock that stands still until it is moved and the events as they came. */
export interface Rig {
  readonly endpoint: Endpoint;
  readonly source: KeySource;
  readonly clock: { now: number };
  readonly events: VerifierEvent[];
  /** Requests that the endpoint got. */
  readonly fetches: number;
  find(kid?: string, algorithm?: KeyHint['algorithm']): Promise<number>;
  close(): Promise<void>;
}

export async function startRig(
  reply: ScriptedReply,
  init: (endpoint: Endpoint) => Partial<RemoteKeysInit> = () => ({}),
): Promise<Rig> {
  const endpoint = await startEndpoint(reply);
  const clock = { now: 1_800_000_000 };
  const events: VerifierEvent[] = [];
  const given = init(endpoint);
  const source = createRemoteKeys({
    ...('discoverIssuer' in given ? {} : { jwksUri: endpoint.jwksUri }),
    algorithms: ['ES256'],
    clock: () => clock.now,
    observer: (event) => events.push(event),
    ...given,
  });
  return {
    endpoint,
    source,
    clock,
    events,
    get fetches() {
      return endpoint.requests.length;
    },
    /** How many keys there are for a header. */
    find: async (kid, algorithm = 'ES256') => (await source.findKeys({ algorithm, kid })).length,
    close: async () => {
      await source.close();
      await endpoint.close();
    },
  };
}

/** Waits, in turns of the event loop, until something is so; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
