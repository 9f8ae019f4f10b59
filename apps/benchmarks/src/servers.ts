import type { ChildProcess } from 'node:child_process';
import type { JSONWebKeySet } from 'jose';
import { serveJwks } from './jwk-server.js';
import type { LoadOrder, LoadResult } from './load-process.js';
import type { Effort } from './measure.js';
import { ask, canPin, startProcess } from './processes.js';
import type { Report, Table } from './report.js';
import { SERVER_GROUPS, type ServerKey } from './server-listeners.js';
import type { ServeOrder } from './server-process.js';
import { publicJwk, signingKey, tokenPool } from './tokens.js';

/** What one core could serve by the CPU time that a request takes: other work on the machine does not count. */
export const CORE_COLUMN = 'requests/s of CPU';

const CONNECTIONS = 32;
const CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'echo', arguments: { text: 'hello' } },
});

interface Sample {
  readonly perSecond: number;
  readonly micros: number;
  readonly p50: number;
  readonly p99: number;
}

/** Whole servers under load: the server on one core, who asks on another, every server in a process of its own, in turns. */
export async function serversBenchmark(
  effort: Effort,
  hot = 200,
  groups: readonly string[] = Object.keys(SERVER_GROUPS),
): Promise<Report> {
  const signing = await signingKey('RS256');
  const jwks = await serveJwks(signing);
  const key: ServerKey = {
    jwks: { keys: [publicJwk(signing)] } as JSONWebKeySet,
    pem: signing.publicKey?.export({ type: 'spki', format: 'pem' }).toString() ?? '',
    jwksUri: jwks.url,
  };
  const tokens = (await tokenPool(signing, hot)).map((token) => token.toString('latin1'));
  const generator = startProcess('load-process.js', 1);
  try {
    const tables: Table[] = [];
    for (const group of groups) {
      const body = group.startsWith('MCP') ? CALL : '';
      const requests = tokens.map((token) => httpRequest(token, body));
      tables.push(
        await measureGroup(group, Object.keys(SERVER_GROUPS[group] ?? {}), { key, requests, generator, effort }),
      );
    }
    return { benchmark: 'servers', groups: [], tables };
  } finally {
    generator.kill();
    jwks.close();
  }
}

interface Conditions {
  readonly key: ServerKey;
  readonly requests: readonly Buffer[];
  readonly generator: ChildProcess;
  readonly effort: Effort;
}

async function measureGroup(group: string, names: readonly string[], conditions: Conditions): Promise<Table> {
  const { key, requests, generator, effort } = conditions;
  // One at a time under load; the others idle.
  const servers: { name: string; child: ChildProcess; port: number; samples: Sample[] }[] = [];
  try {
    for (const name of names) {
      const child = startProcess('server-process.js', 0);
      const order: ServeOrder = { group, contender: name, key };
      servers.push({ name, child, port: await ask<number>(child, order), samples: [] });
    }
    for (let round = -effort.warmUpRounds; round < effort.rounds; round++) {
      for (const { name, child, port, samples } of servers) {
        const before = await ask<number>(child, {});
        // A second and more, where a batch elsewhere is a matter of milliseconds: latencies need many requests.
        const order: LoadOrder = { port, requests, connections: CONNECTIONS, durationMs: effort.batchMs * 25 };
        const result = await ask<LoadResult>(generator, order);
        if (result.failed > 0) throw new Error(`${group}, ${name}: ${result.failed} requests failed`);
        const sample = sampleOf(result, (await ask<number>(child, {})) - before);
        if (round >= 0) samples.push(sample);
      }
    }
  } finally {
    for (const { child } of servers) child.kill();
  }
  // Of each server the best round: the others say what else the machine had to do.
  const best = servers.map(({ name, samples }) => ({
    name,
    perSecond: Math.max(...samples.map(({ perSecond }) => perSecond)),
    micros: Math.min(...samples.map(({ micros }) => micros)),
    p50: Math.min(...samples.map(({ p50 }) => p50)),
    p99: Math.min(...samples.map(({ p99 }) => p99)),
  }));
  const [bare] = best;
  return {
    name: `${group}, RS256, ${requests.length} hot tokens, ${CONNECTIONS} connections${canPin ? '' : ', not pinned'}`,
    columns: [
      'requests/s',
      'to no authentication',
      'CPU, µs',
      'more than without',
      CORE_COLUMN,
      'p50, ms',
      'p99, ms',
      'p99 to no authentication',
    ],
    rows: best.map((own) => ({
      name: own.name,
      cells: [
        own.perSecond,
        own.perSecond / (bare?.perSecond ?? Number.NaN),
        own.micros,
        own.micros - (bare?.micros ?? Number.NaN),
        1e6 / own.micros,
        own.p50,
        own.p99,
        own.p99 / (bare?.p99 ?? Number.NaN),
      ],
    })),
  };
}

function sampleOf({ latencies, durationMs }: LoadResult, cpuMicros: number): Sample {
  const sorted = latencies.toSorted();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return {
    perSecond: (latencies.length / durationMs) * 1_000,
    micros: cpuMicros / latencies.length,
    p50: at(0.5),
    p99: at(0.99),
  };
}

function httpRequest(token: string, body: string): Buffer {
  const fields = [
    'host: mcp.example',
    'accept: application/json, text/event-stream',
    'content-type: application/json',
    'user-agent: benchmark',
    `authorization: Bearer ${token}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`POST /mcp HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}
