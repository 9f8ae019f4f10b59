import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { median } from './median.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void;

/** Collects what has just become garbage: a millisecond. */
export function collectYoung(): void {
  collect({ type: 'minor' });
}

/** Bytes of JavaScript heap in use once everything that can be freed is. */
export async function liveHeap(): Promise<number> {
  // Twice, with a turn of the event loop between: what the first one finalises, the second one frees.
  collect();
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  return process.memoryUsage().heapUsed;
}

/**
 * Bytes of JavaScript heap that one piece of work allocates. Unlike time it does not depend on the machine nor on what else
 * runs there. `batch` must be small enough not to fill the young generation (16 MB), since a collection would hide some of it;
 * the median of several batches leaves out those with a collection or a compilation in them.
 */
export async function allocatedBytes(work: () => unknown, batch: number): Promise<number> {
  for (let count = 0; count < 2_000; count++) await work();
  const samples: number[] = [];
  for (let round = 0; round < 9; round++) {
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let count = 0; count < batch; count++) await work();
    samples.push((process.memoryUsage().heapUsed - before) / batch);
  }
  return median(samples);
}
