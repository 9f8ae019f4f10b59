import { cachedBenchmark } from './cached.js';
import { coldStartBenchmark } from './cold-start.js';
import { forgedBenchmark } from './forged.js';
import { gateBenchmark } from './gate.js';
import { growthBenchmark } from './growth.js';
import { introspectionBenchmark } from './introspection.js';
import { jwtBenchmark } from './jwt.js';
import type { Effort } from './measure.js';
import { memoryBenchmark } from './memory.js';
import type { Report } from './report.js';
import { serversBenchmark } from './servers.js';

/** How thoroughly a benchmark is run. */
export interface Run {
  readonly effort: Effort;
  /** Distinct tokens for the benchmark of memory. */
  readonly verifications: number;
}

/** What `pnpm bench [name]` knows, in the order in which it runs them. */
export const BENCHMARKS: Readonly<Record<string, (run: Run) => Promise<Report>>> = {
  jwt: ({ effort }) => jwtBenchmark(effort),
  cached: ({ effort }) => cachedBenchmark(effort),
  forged: ({ effort }) => forgedBenchmark(effort),
  gate: ({ effort }) => gateBenchmark(effort),
  servers: ({ effort }) => serversBenchmark(effort),
  introspection: ({ effort }) => introspectionBenchmark(effort),
  growth: ({ effort }) => growthBenchmark(effort),
  memory: ({ verifications }) => memoryBenchmark(verifications),
  'cold-start': ({ effort }) => coldStartBenchmark(effort),
};

export const benchmarkNames = (): string[] => Object.keys(BENCHMARKS);
