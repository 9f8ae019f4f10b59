import { collectYoung } from './heap.js';
import { median } from './median.js';

/** One way of doing the work. `prepare` builds the inputs of a batch, outside of the time that is measured. */
export interface Contender {
  readonly name: string;
  /** Operations without which a batch says nothing. */
  readonly least: number;
  prepare(count: number): () => Promise<void>;
}

export interface Effort {
  readonly rounds: number;
  readonly warmUpRounds: number;
  /** How long one batch of one contender should take. */
  readonly batchMs: number;
}

export const FULL_EFFORT: Effort = { rounds: 9, warmUpRounds: 2, batchMs: 40 };

export interface Result {
  readonly name: string;
  /** Median over the rounds, each of which counts with its quickest part. */
  readonly opsPerSecond: number;
  /** CPU time of the main thread for one operation, median over the rounds. */
  readonly mainThreadMicros: number;
  /** How many times as fast the first contender is: the median of the ratios round by round, which a busy machine disturbs least. */
  readonly firstIsFasterBy: number;
  /** The same for main-thread CPU: how much more of it this contender takes than the first. */
  readonly cpuToFirst: number;
}

interface Sample {
  readonly opsPerSecond: number;
  readonly mainThreadMicros: number;
}

/** Measures contenders in turns (A B C, A B C, …) in this process; ratios are to the first of them. */
export async function measure(contenders: readonly Contender[], effort: Effort): Promise<Result[]> {
  const counts: number[] = [];
  for (const contender of contenders) counts.push(await calibrate(contender, effort.batchMs));
  const samples: Sample[][] = contenders.map(() => []);
  for (let round = -effort.warmUpRounds; round < effort.rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const sample = await takeSample(contender, counts[index] ?? 1);
      if (round >= 0) samples[index]?.push(sample);
    }
  }
  const first = samples[0] ?? [];
  return contenders.map(({ name }, index) => {
    const own = samples[index] ?? [];
    const against = (ratio: (a: Sample, b: Sample) => number): number =>
      median(own.flatMap((sample, round) => (first[round] === undefined ? [] : [ratio(first[round], sample)])));
    return {
      name,
      opsPerSecond: median(own.map(({ opsPerSecond }) => opsPerSecond)),
      mainThreadMicros: median(own.map(({ mainThreadMicros }) => mainThreadMicros)),
      firstIsFasterBy: against((a, b) => a.opsPerSecond / b.opsPerSecond),
      cpuToFirst: against((a, b) => b.mainThreadMicros / a.mainThreadMicros),
    };
  });
}

/**
 * The shortest time that each contender needs for one operation, in milliseconds: of many batches, each too short to be
 * interrupted often, one runs undisturbed on the busiest machine. For comparing, not for tables: nobody lives in the best case.
 */
export async function fastest(contenders: readonly Contender[]): Promise<number[]> {
  const best = contenders.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 400; round++) {
    for (const [index, contender] of contenders.entries()) {
      const run = contender.prepare(20);
      const start = performance.now();
      await run();
      best[index] = Math.min(best[index] ?? 0, (performance.now() - start) / 20);
    }
  }
  return best;
}

/** A contender that works on one item after the other. */
export function oneAtATime<Item>(
  name: string,
  items: (count: number) => readonly Item[],
  work: (item: Item) => unknown,
): Contender {
  return {
    name,
    least: 16,
    prepare: (count) => {
      const batch = items(count);
      return async () => {
        for (const item of batch) await work(item);
      };
    },
  };
}

/** A contender with `width` items in flight. */
export function inFlight<Item>(
  width: number,
  name: string,
  items: (count: number) => readonly Item[],
  work: (item: Item) => unknown,
): Contender {
  return {
    name,
    // At the beginning and at the end of a part there are fewer in flight.
    least: width * 2,
    prepare: (count) => {
      const batch = items(count);
      return async () => {
        const queue = batch.values();
        const worker = async (): Promise<void> => {
          for (const item of queue) await work(item);
        };
        await Promise.all(Array.from({ length: width }, worker));
      };
    },
  };
}

/** Parts of a batch. */
const PARTS = 20;

/**
 * The rate is that of the quickest part of the batch: on a machine with other work the parts that were interrupted say how
 * busy it is, not how fast the contender. CPU time is that of the whole batch, collections of garbage included; its clock is too
 * coarse for a part.
 */
async function takeSample(contender: Contender, count: number): Promise<Sample> {
  const parts = Math.max(1, Math.min(PARTS, Math.floor(count / contender.least)));
  const size = Math.ceil(count / parts);
  const runs = Array.from({ length: parts }, () => contender.prepare(size));
  // What came before must not be finished on this one's time, nor its garbage collected on it.
  await new Promise((resolve) => setImmediate(resolve));
  collectYoung();
  let best = Number.POSITIVE_INFINITY;
  const cpu = process.threadCpuUsage();
  for (const run of runs) {
    const start = performance.now();
    await run();
    best = Math.min(best, performance.now() - start);
  }
  const { user, system } = process.threadCpuUsage(cpu);
  // Clocks may stand still over a tiny batch.
  return {
    opsPerSecond: (size / Math.max(best, 1e-3)) * 1_000,
    mainThreadMicros: Math.max(user + system, 1) / (size * parts),
  };
}

/** How many operations fill a batch. */
async function calibrate(contender: Contender, batchMs: number): Promise<number> {
  let count = 64;
  for (let attempt = 0; attempt < 6; attempt++) {
    const { opsPerSecond } = await takeSample(contender, count);
    const wanted = Math.max(64, Math.round((opsPerSecond * batchMs) / 1_000));
    if (wanted < count * 1.5) return wanted;
    count = Math.min(wanted, count * 16);
  }
  return count;
}
