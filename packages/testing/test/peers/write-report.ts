import { spawnSync } from 'node:child_process';

// The test of the report writes it, with the date of today: in the form that it compares on other days.
const { status } = spawnSync('vitest', ['run', 'test/conformance-report.test.ts', '--update'], {
  stdio: 'inherit',
  env: { ...process.env, REPORT_DATE: new Date().toISOString().slice(0, 10) },
  shell: process.platform === 'win32',
});
process.exitCode = status ?? 1;
