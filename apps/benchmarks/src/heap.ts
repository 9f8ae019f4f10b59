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

/** A quarter of the young generation as it is at first: a batch that stays below it is not collected on the way. */
const BATCH_BYTES = 262_144;

/**
 * Bytes of JavaScript heap that one piece of work allocates. Unlike time it does not depend on the machine nor on what else
 * runs there. The median of several small batches, so that one with a collection or a compilation in it does not count.
 */
export async function allocatedBytes(work: () => unknown, warmUp = 2_000): Promise<number> {
  for (let count = 0; count < warmUp; count++) await work();
  const sample = async (batch: number): Promise<number> => {
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let count = 0; count < batch; count++) await work();
    return (process.memoryUsage().heapUsed - before) / batch;
  };
  const guess = Math.max(1, await sample(8));
  const batch = Math.max(8, Math.min(1_000, Math.round(BATCH_BYTES / guess)));
  const samples: number[] = [];
  for (let round = 0; round < 15; round++) samples.push(await sample(batch));
  return median(samples);
}
