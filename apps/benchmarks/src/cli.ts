import { writeFile } from 'node:fs/promises';
import { BENCHMARKS, type Run } from './benchmarks.js';
import { type Command, readCommand, USAGE } from './command.js';
import { machine } from './machine.js';
import { FULL_EFFORT } from './measure.js';
import { drawPicture } from './picture.js';
import { formatReport, type Report } from './report.js';
import { resultsPage } from './results-page.js';

const command = readCommand(process.argv.slice(2));
if (typeof command === 'string') {
  console.error(`${command}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  await runCommand(command);
}

async function runCommand({ names, json, docs, long }: Command): Promise<void> {
  const about = machine();
  const run: Run = { effort: FULL_EFFORT, verifications: long ? 10_000_000 : 200_000 };
  const reports: Report[] = [];
  for (const name of names) {
    const report = await BENCHMARKS[name]?.(run);
    if (report === undefined) continue;
    reports.push(report);
    if (!json) console.log(formatReport(report, about));
  }
  if (json) console.log(JSON.stringify({ machine: about, reports }, undefined, 2));
  if (docs) {
    const folder = new URL('../../../docs/', import.meta.url);
    await writeFile(new URL('benchmarks-results.md', folder), resultsPage(reports, about));
    await writeFile(new URL('benchmarks.svg', folder), drawPicture(reports, about) ?? '');
  }
}
