import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { IntrospectionTokenVerifier } from '@auth/introspection';
import { Agent, request } from 'undici';
import { type Effort, inFlight, measure, oneAtATime } from './measure.js';
import { startProcess } from './processes.js';
import type { Group, Report } from './report.js';
import { AUDIENCE, ISSUER } from './tokens.js';

const TIMEOUT_MS = 5_000;

/** An introspection endpoint in a process of its own, so that its work is not on the measured thread. */
export interface IntrospectionServer {
  readonly url: string;
  /** How often it was asked about a token. */
  asked(): Promise<number>;
  stop(): void;
}

export async function startIntrospectionServer(): Promise<IntrospectionServer> {
  const child = startProcess('introspection-server.js');
  const [port] = (await once(child, 'message')) as [number];
  const url = `http://127.0.0.1:${port}/introspect`;
  const asked = async (): Promise<number> => Number(await (await request(url)).body.text());
  return { url, asked, stop: () => void child.kill() };
}

/** Introspection without a cache beside a bare client, against a server in another process. */
export async function introspectionBenchmark(effort: Effort): Promise<Report> {
  const server = await startIntrospectionServer();
  try {
    return await measureAgainst(server, effort);
  } finally {
    server.stop();
  }
}

async function measureAgainst({ url, asked }: IntrospectionServer, effort: Effort): Promise<Report> {
  const clientId = 'notes-api';
  const clientSecret = 'a secret of the benchmark';
  const verifier = new IntrospectionTokenVerifier({
    introspectionUrl: url,
    clientId,
    clientSecret,
    issuer: ISSUER,
    audience: AUDIENCE,
    timeoutMs: TIMEOUT_MS,
  });
  const dispatcher = new Agent({ connections: 64, pipelining: 1 });
  const headers = {
    authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret.replaceAll(' ', '+')}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  };
  const form = (token: string): string => `token=${token}&token_type_hint=access_token`;
  const assertActive = (answer: unknown): void => {
    if ((answer as { active?: unknown }).active !== true) throw new Error('not active');
  };
  const contenders = {
    ours: async (token: string) => void (await verifier.verifyToken(token)),
    'undici.request, AbortSignal.timeout': async (token: string) => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const { body } = await request(url, { method: 'POST', headers, body: form(token), dispatcher, signal });
      assertActive(await body.json());
    },
    "undici.request, undici's own timeouts": async (token: string) => {
      const timeouts = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS };
      const { body } = await request(url, { method: 'POST', headers, body: form(token), dispatcher, ...timeouts });
      assertActive(await body.json());
    },
    'global fetch, AbortSignal.timeout': async (token: string) => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(url, { method: 'POST', headers, body: form(token), signal });
      assertActive(await response.json());
    },
  };
  const tokens = (count: number): string[] =>
    Array.from({ length: count }, () => randomBytes(24).toString('base64url'));
  try {
    const named = Object.entries(contenders);
    const one = named.map(([name, ask]) => oneAtATime(name, tokens, ask));
    const many = named.map(([name, ask]) => inFlight(64, name, tokens, ask));
    const groups: Group[] = [
      { name: 'one at a time', results: await measure(one, effort) },
      { name: '64 in flight', results: await measure(many, effort) },
    ];
    const before = await asked();
    const [token = ''] = tokens(1);
    await Promise.all(Array.from({ length: 1_000 }, () => verifier.verifyToken(token)));
    const facts = { 'upstream calls for 1,000 simultaneous callers of one token': (await asked()) - before };
    return { benchmark: 'introspection', groups, facts };
  } finally {
    await verifier.close();
    await dispatcher.close();
  }
}
