import { describeMachine, type Machine } from './machine.js';
import { formatTables, markdownTable, type Report } from './report.js';
import { targetOutcomes } from './targets.js';

/** The page of results: which targets are met, then every table. Generated whole; what the numbers mean is told elsewhere. */
export function resultsPage(reports: readonly Report[], about: Machine): string {
  const outcomes = targetOutcomes(reports).map(({ target, wanted, measured, met }) => [
    target,
    wanted,
    measured,
    met ? 'met' : '**missed**',
  ]);
  const parts = [
    '# Results of the benchmarks',
    '',
    'Written by `npx pnpm@12 bench --docs`; [benchmarks.md](benchmarks.md) says how things are measured and what the numbers mean.',
    '',
    describeMachine(about),
    '',
    ...warning(about),
    '## Targets',
    '',
    ...markdownTable(['target', 'wanted', 'measured', ''], outcomes),
    '',
    ...reports.flatMap((report) => [`## ${report.benchmark}`, '', formatTables(report)]),
  ];
  return `${parts.join('\n').trimEnd()}\n`;
}

/** What a reader must not conclude from a busy machine's numbers. */
function warning({ loadBefore, cores }: Machine): string[] {
  if (!(loadBefore > 1)) return [];
  return [
    `**The machine was busy**: ${loadBefore.toFixed(1)} processes wanted its ${cores} cores before the run began. Times, and CPU times, are too long; what uses a second core (64 in flight) or the load generator's (requests/s and latencies of servers) is left to chance. The ratios of cheap work done one at a time hold best.`,
    '',
  ];
}
