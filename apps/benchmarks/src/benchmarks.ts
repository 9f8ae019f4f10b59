import { cachedBenchmark } from './cached.js';
import { coldStartBenchmark } from './cold-start.js';
import { forgedBenchmark } from './forged.js';
import { gateBenchmark } from './gate.js';
import { introspectionBenchmark } from './introspection.js';
import { jwtBenchmark } from './jwt.js';
import type { Effort } from './measure.js';
import type { Report } from './report.js';

/** What `pnpm bench [name]` knows, in the order in which it runs them. */
export const BENCHMARKS: Readonly<Record<string, (effort: Effort) => Promise<Report>>> = {
  jwt: (effort) => jwtBenchmark(effort),
  cached: (effort) => cachedBenchmark(effort),
  forged: (effort) => forgedBenchmark(effort),
  gate: (effort) => gateBenchmark(effort),
  introspection: introspectionBenchmark,
  'cold-start': (effort) => coldStartBenchmark(effort),
};

export const benchmarkNames = (): string[] => Object.keys(BENCHMARKS);
