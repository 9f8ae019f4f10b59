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
    '## Targets',
    '',
    ...markdownTable(['target', 'wanted', 'measured', ''], outcomes),
    '',
    ...reports.flatMap((report) => [`## ${report.benchmark}`, '', formatTables(report)]),
  ];
  return `${parts.join('\n').trimEnd()}\n`;
}
