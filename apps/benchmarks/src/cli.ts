import { BENCHMARKS, benchmarkNames } from './benchmarks.js';
import { FULL_EFFORT } from './measure.js';
import { formatReport, machine, type Report } from './report.js';

const given = process.argv.slice(2).filter((argument) => argument !== '--');
const json = given.includes('--json');
const names = given.filter((argument) => argument !== '--json');
const unknown = names.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  console.error(`Unknown benchmark: ${unknown.join(', ')}. There are: ${benchmarkNames().join(', ')}; and --json.`);
  process.exitCode = 2;
} else {
  const about = machine();
  const reports: Report[] = [];
  for (const name of names.length > 0 ? names : benchmarkNames()) {
    const report = await BENCHMARKS[name]?.(FULL_EFFORT);
    if (report === undefined) continue;
    reports.push(report);
    if (!json) console.log(formatReport(report, about));
  }
  if (json) console.log(JSON.stringify({ machine: about, reports }, undefined, 2));
}
