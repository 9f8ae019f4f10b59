import type { MemoryOrder, MemoryResult } from './memory-process.js';
import { ask, startProcess } from './processes.js';
import type { Report } from './report.js';

const MEGABYTE = 1_048_576;

/** Bytes a cached token takes, and what is left after many distinct tokens, each of them seen once. */
export async function memoryBenchmark(verifications: number, cacheEntries = 10_000): Promise<Report> {
  const child = startProcess('memory-process.js', 0);
  try {
    const order: MemoryOrder = { verifications, cacheEntries };
    const { bytesPerEntry, heap, resident } = await ask<MemoryResult>(child, order, verifications + 60_000);
    const rows = heap.map((bytes, tenth) => ({
      name: `after ${Math.round((verifications * (tenth + 1)) / 10).toLocaleString('en')}`,
      cells: [bytes / MEGABYTE, (resident[tenth] ?? Number.NaN) / MEGABYTE],
    }));
    const [, second = Number.NaN] = heap;
    return {
      benchmark: 'memory',
      groups: [],
      tables: [
        {
          name: 'HS256, distinct tokens, the cache as it is by default',
          columns: ['live heap, MiB', 'resident, MiB'],
          rows,
        },
      ],
      facts: {
        'bytes a cache entry, its token of 450 characters included': bytesPerEntry,
        'live heap at the end, to after two tenths': (heap.at(-1) ?? Number.NaN) / second,
      },
    };
  } finally {
    child.kill();
  }
}
