import type { SoakReport } from './soak.js';

/** From the early to the late samples of the heap, in bytes: median of the last third less median of the first. */
export function heapGrowth(heap: readonly number[]): number {
  const third = Math.max(1, Math.floor(heap.length / 3));
  return median(heap.slice(-third)) - median(heap.slice(0, third));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** Every counter of a run. */
export function reportText(report: SoakReport): string {
  const { seconds, requests, cycles, longestMs, counts, events, wrong, unhandled, heap, leaked } = report;
  const table = [...counts].sort().map(([kind, outcomes]) => `  ${kind.padEnd(50)} ${countsText(outcomes)}`);
  const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(1);
  return [
    `soak: ${requests} requests in ${seconds} s, the longest took ${Math.round(longestMs)} ms`,
    `  ${cycles} cycles of failure and rotation`,
    ...table,
    `  events: ${countsText(events)}`,
    `  heap after collection, MB: ${heap.map(megabytes).join(' ')} (growth ${megabytes(heapGrowth(heap))})`,
    `  wrong decisions: ${wrong.length}, unhandled rejections: ${unhandled.length}, leaked: ${leaked.join(', ') || 'nothing'}`,
  ].join('\n');
}

function countsText(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort()
    .map(([name, count]) => `${name} × ${count}`)
    .join(', ');
}
