import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkspacePackage } from './workspace.ts';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Written into each package's folder by its `test` script (vitest's json reporter). */
export const RESULTS_FILE = 'test-results.json';

export const NO_TESTS: TestCounts = { passed: 0, failed: 0, skipped: 0 };

/** Removes what an earlier run left, so that only this run (or what turbo restores for it) is ever counted. */
export function removeResults(packages: readonly WorkspacePackage[]): void {
  for (const { folder } of packages) rmSync(join(folder, RESULTS_FILE), { force: true });
}

/** The counts of one package; `undefined` when it has not run. A file that is not a report counts as one failure. */
export function readResults({ folder }: WorkspacePackage): TestCounts | undefined {
  const path = join(folder, RESULTS_FILE);
  if (!existsSync(path)) return undefined;
  try {
    return countResults(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return { ...NO_TESTS, failed: 1 };
  }
}

/** Counts a vitest JSON report. A test file that fails outside its tests (it does not load, a hook throws) is one failure. */
export function countResults(report: unknown): TestCounts {
  if (!isReport(report)) throw new TypeError('not a vitest JSON report');
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report.testResults) {
    let failedTests = 0;
    for (const { status } of file.assertionResults) {
      if (status === 'passed') counts.passed++;
      else if (status === 'failed') failedTests++;
      else counts.skipped++;
    }
    counts.failed += failedTests === 0 && file.status === 'failed' ? 1 : failedTests;
  }
  return counts;
}

export function sumCounts(all: readonly TestCounts[]): TestCounts {
  return all.reduce(
    (sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }),
    NO_TESTS,
  );
}

/** `12 passed, 0 failed`, and `, 1 skipped` only when something was. */
export function formatCounts({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

function isReport(value: unknown): value is Report {
  if (typeof value !== 'object' || value === null || !('testResults' in value)) return false;
  const { testResults } = value;
  return (
    Array.isArray(testResults) &&
    testResults.every((file) => Array.isArray(file?.assertionResults) && typeof file.status === 'string')
  );
}
