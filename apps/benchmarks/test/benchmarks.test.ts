import { describe, expect, it } from 'vitest';
import { cachedBenchmark } from '../src/cached.js';
import { coldStartBenchmark } from '../src/cold-start.js';
import { forgedBenchmark } from '../src/forged.js';
import { gateBenchmark } from '../src/gate.js';
import { growthBenchmark } from '../src/growth.js';
import { introspectionBenchmark } from '../src/introspection.js';
import { jwtBenchmark } from '../src/jwt.js';
import { machine } from '../src/machine.js';
import { type Contender, type Effort, measure } from '../src/measure.js';
import { median } from '../src/median.js';
import { memoryBenchmark } from '../src/memory.js';
import { formatReport, type Report } from '../src/report.js';
import { serversBenchmark } from '../src/servers.js';

const TINY: Effort = { rounds: 1, warmUpRounds: 0, batchMs: 1 };

// No number is compared with another one: a busy machine must not fail a test.
const BENCHMARKS: Readonly<Record<string, () => Promise<Report>>> = {
  jwt: () => jwtBenchmark(TINY, 8),
  cached: () => cachedBenchmark(TINY, 32, 8),
  forged: () => forgedBenchmark(TINY, 8),
  gate: () => gateBenchmark(TINY, 8),
  introspection: () => introspectionBenchmark(TINY),
  servers: () => serversBenchmark(TINY, 4, ['MCP SDK, tools/call']),
  growth: () => growthBenchmark(TINY, [1, 3], [1, 3]),
  memory: () => memoryBenchmark(40, 10),
  'cold-start': () => coldStartBenchmark(TINY, ['@auth/core', 'jose']),
};

function numbersOf({ groups, tables = [], facts = {} }: Report): number[] {
  const results = groups.flatMap((group) => group.results);
  const measured = results.flatMap((result) => [
    result.opsPerSecond,
    result.mainThreadMicros,
    result.firstIsFasterBy,
    result.cpuToFirst,
  ]);
  const cells = tables.flatMap(({ rows }) => rows.flatMap((row) => row.cells));
  return [...measured, ...cells, ...Object.values(facts)];
}

describe('each benchmark runs and gives finite numbers', () => {
  it.each(Object.entries(BENCHMARKS))('%s', { timeout: 120_000 }, async (name, run) => {
    const report = await run();
    const numbers = numbersOf(report);
    const { groups } = report;
    const rates = groups.flatMap(({ results }) => results.map(({ opsPerSecond }) => opsPerSecond));
    expect(report.benchmark).toBe(name);
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers.filter((value) => !Number.isFinite(value))).toEqual([]);
    expect(rates.filter((value) => value <= 0)).toEqual([]);
    expect(formatReport(report, machine())).toContain(`## ${name}`);
  });
});

describe('measuring', () => {
  it('takes contenders in turns', async () => {
    const order: string[] = [];
    const named = (name: string): Contender => ({
      name,
      least: 1,
      prepare: () => async () => {
        if (order.at(-1) !== name) order.push(name);
        const end = performance.now() + 2;
        while (performance.now() < end);
      },
    });
    await measure([named('a'), named('b')], { rounds: 3, warmUpRounds: 1, batchMs: 1 });
    expect(order.slice(-8).join('')).toBe('abababab');
  });

  it('finds the median of an even and an odd number of values', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });

  it('names the versions of the peers', () => {
    expect(Object.values(machine().versions).filter((version) => !/^\d+\./.test(version))).toEqual([]);
  });
});
