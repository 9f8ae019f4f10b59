import { collectYoung } from './heap.js';
import { median } from './median.js';

/** One way of doing the work. `prepare` builds the inputs of a batch, outside of the time that is measured. */
export interface Contender {
  readonly name: string;
  prepare(count: number): () => Promise<void>;
}

export interface Effort {
  readonly rounds: number;
  readonly warmUpRounds: number;
  /** How long one batch of one contender should take. */
  readonly batchMs: number;
}

export const FULL_EFFORT: Effort = { rounds: 9, warmUpRounds: 2, batchMs: 30 };

export interface Result {
  readonly name: string;
  /** Median over the rounds. */
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

async function takeSample(contender: Contender, count: number): Promise<Sample> {
  const run = contender.prepare(count);
  // What came before must not be finished on this one's time, nor its garbage collected on it.
  await new Promise((resolve) => setImmediate(resolve));
  collectYoung();
  const cpu = process.threadCpuUsage();
  const start = performance.now();
  await run();
  const ms = performance.now() - start;
  const { user, system } = process.threadCpuUsage(cpu);
  // The clock of CPU time may stand still over a tiny batch.
  return { opsPerSecond: (count / Math.max(ms, 1e-3)) * 1_000, mainThreadMicros: Math.max(user + system, 1) / count };
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
