import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { VerifierEvent } from '@auth/core';
import type { KeyHint, KeySource } from '../src/key-source.js';
import { createRemoteKeys, type RemoteKeysInit } from '../src/remote-keys.js';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server on loopback that answers as it is told and counts. */
export interface Endpoint {
  readonly origin: string;
  readonly jwksUri: string;
  /** Paths asked for, in order. */
  readonly paths: string[];
  readonly requests: IncomingMessage[];
  answer: Answer;
  close(): Promise<void>;
}

export async function startEndpoint(answer: Answer): Promise<Endpoint> {
  const paths: string[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    requests.push(request);
    endpoint.answer(request, response);
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  const endpoint: Endpoint = { origin, jwksUri: `${origin}/jwks`, paths, requests, answer, close };
  return endpoint;
}

export type Jwk = Record<string, unknown>;

/** A fresh P-256 signing key's public JWK. */
export function ecJwk(kid: string | undefined, extra: Jwk = {}): Jwk {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...publicKey.export({ format: 'jwk' }), ...(kid === undefined ? {} : { kid }), ...extra };
}

export function json(value: unknown, headers: Record<string, string> = {}, status = 200): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };
}

export const jwksOf = (...keys: readonly unknown[]): { keys: readonly unknown[] } => ({ keys });

export const down: Answer = (_request, response) => {
  response.writeHead(503);
  response.end('out of order');
};

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
  answer: Answer,
  init: (endpoint: Endpoint) => Partial<RemoteKeysInit> = () => ({}),
): Promise<Rig> {
  const endpoint = await startEndpoint(answer);
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
