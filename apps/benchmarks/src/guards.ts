import { createGate, type GateRequest } from '@auth/http';
import { IntrospectionTokenVerifier } from '@auth/introspection';
import { JWTVerifier } from '@auth/jwt';
import { Agent, request } from 'undici';
import { allocatedBytes } from './heap.js';
import { startIntrospectionServer } from './introspection.js';
import { fastest, oneAtATime } from './measure.js';
import { AUDIENCE, type BenchAlgorithm, freshTokens, ISSUER, publicJwk, signingKey, tokenPool } from './tokens.js';
import { ours, rawVerifiers, type Verify } from './verifiers.js';

/** Something that must not be lost without being noticed, and a limit that neither noise nor a busy machine reaches. */
export interface Guard {
  /** The most that is let pass. */
  readonly most: number;
  /** As it is. */
  readonly real: () => Promise<number>;
  /** As it would be after a careless change, which the guard has to notice. */
  readonly broken: () => Promise<number>;
}

/**
 * Bytes allocated, numbers of calls, and best times as a ratio to a reference in the same process: no absolute time.
 * Beside each limit stands what was measured when it was set.
 */
export const GUARDS: Readonly<Record<string, Guard>> = {
  // 1.7 to 1.9, on a very busy machine; three times the work is over 5.
  'RS256, nothing cached: time, to the bare signature check': {
    most: 3.5,
    real: () => costToRaw((key) => ours(key)),
    broken: () => costToRaw((key) => repeated(ours(key), 3)),
  },
  // 0.02 to 0.03.
  'RS256, seen before: time, to the bare signature check': {
    most: 0.15,
    real: () => costToRaw((key) => ours(key, { maxEntries: 1_000 })),
    broken: () => costToRaw((key) => ours(key)),
  },
  // 6.6 KB, most of it the claims.
  'HS256, nothing cached: bytes allocated': {
    most: 10_000,
    real: () => bytesFor('HS256', (key) => ours(key)),
    broken: () => bytesFor('HS256', (key) => repeated(ours(key), 3)),
  },
  // 0.7 to 0.8 KB.
  'RS256, seen before: bytes allocated': {
    most: 1_150,
    real: () => bytesFor('RS256', (key) => ours(key, { maxEntries: 1_000 })),
    broken: () => bytesFor('RS256', (key) => repeated(ours(key, { maxEntries: 1_000 }), 3)),
  },
  // 2.1 KB.
  'a request at the gate, seen before: bytes allocated': {
    most: 3_200,
    real: () => gateBytes(1),
    broken: () => gateBytes(3),
  },
  // 1.0.
  'introspection, checks and all: bytes allocated, to a bare undici.request with the same deadline': {
    most: 1.4,
    real: () => introspectionBytes(1),
    broken: () => introspectionBytes(2),
  },
  'introspection: upstream calls for 1,000 simultaneous callers of one token': {
    most: 1,
    real: () => upstreamCalls(() => 'the same token'),
    broken: () => upstreamCalls((caller) => `token ${caller % 2}`.replace(' ', '-')),
  },
};

type MakeVerify = (key: Awaited<ReturnType<typeof signingKey>>) => Verify;

function repeated(verify: Verify, times: number): Verify {
  return async (token) => {
    for (let time = 0; time < times; time++) await verify(token);
  };
}

async function costToRaw(make: MakeVerify): Promise<number> {
  const key = await signingKey('RS256');
  const items = freshTokens(await tokenPool(key, 64));
  const { 'raw node:crypto, sync': raw = make(key) } = await rawVerifiers(key);
  const [bare, own] = await fastest([oneAtATime('raw', items, raw), oneAtATime('ours', items, make(key))]);
  return (own ?? Number.NaN) / (bare ?? Number.NaN);
}

async function bytesFor(algorithm: BenchAlgorithm, make: MakeVerify): Promise<number> {
  const key = await signingKey(algorithm);
  const tokens = freshTokens(await tokenPool(key, 64))(64);
  const verify = make(key);
  let next = 0;
  return await allocatedBytes(() => verify(tokens[next++ % tokens.length] ?? ''));
}

async function gateBytes(times: number): Promise<number> {
  const key = await signingKey('RS256');
  const verifier = new JWTVerifier({ jwks: { keys: [publicJwk(key)] }, issuer: ISSUER, audience: AUDIENCE });
  const policy = { resource: AUDIENCE, authorizationServers: [ISSUER], requiredScopes: ['notes:read'] };
  const gate = createGate({ verifier, ...policy });
  const [token] = await tokenPool(key, 1);
  const authorization = Buffer.from(`Bearer ${token}`, 'latin1').toString('latin1');
  const headers = { host: 'mcp.example', accept: 'application/json', authorization };
  const asked: GateRequest = { method: 'POST', url: '/mcp', headers, rawHeaders: Object.entries(headers).flat() };
  return await allocatedBytes(async () => {
    for (let time = 0; time < times; time++) await gate.check(asked);
  });
}

async function introspectionBytes(times: number): Promise<number> {
  const server = await startIntrospectionServer();
  const verifier = introspecting(server.url);
  const dispatcher = new Agent({ connections: 64, pipelining: 1 });
  const headers = { authorization: 'Basic YTpi', 'content-type': 'application/x-www-form-urlencoded' };
  const bare = async (): Promise<void> => {
    const signal = AbortSignal.timeout(5_000);
    const { body } = await request(server.url, { method: 'POST', headers, body: 'token=t', dispatcher, signal });
    await body.json();
  };
  let token = 0;
  const own = async (): Promise<void> => {
    for (let time = 0; time < times; time++) await verifier.verifyToken(`token-${token++}`);
  };
  try {
    return (await allocatedBytes(own, 500)) / (await allocatedBytes(bare, 500));
  } finally {
    await verifier.close();
    await dispatcher.close();
    server.stop();
  }
}

async function upstreamCalls(tokenOf: (caller: number) => string): Promise<number> {
  const server = await startIntrospectionServer();
  const verifier = introspecting(server.url);
  try {
    await Promise.all(Array.from({ length: 1_000 }, (_, caller) => verifier.verifyToken(tokenOf(caller))));
    return await server.asked();
  } finally {
    await verifier.close();
    server.stop();
  }
}

function introspecting(url: string): IntrospectionTokenVerifier {
  const client = { clientId: 'notes-api', clientSecret: 'a secret of the benchmark' };
  return new IntrospectionTokenVerifier({ introspectionUrl: url, ...client, issuer: ISSUER, audience: AUDIENCE });
}
