import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { isPnpmAvailable, REPOSITORY_ROOT, run, toolEnvironment } from './command.ts';
import { formatCounts, NO_TESTS, readResults, removeResults, sumCounts, type TestCounts } from './test-summary.ts';
import { findPackages, type WorkspacePackage } from './workspace.ts';

export interface TestRun {
  readonly root: string;
  /** Runs the `test` script of the chosen packages; resolves to an exit code. */
  readonly runScripts: () => Promise<number>;
  readonly print: (line: string) => void;
  /** Some packages were left out on purpose (`--filter`), so a package without results is no failure. */
  readonly partial: boolean;
}

const POLL_MS = 500;

/**
 * Runs the tests of every package, prints a line for each as it finishes and, last and alone on a line, the sum. Resolves to
 * the exit code: 1 when anything failed or nothing ran.
 */
export async function runTests(testRun: TestRun): Promise<number> {
  const total = await countTests(testRun);
  testRun.print(formatCounts(total));
  return exitCodeOf(total);
}

/** 1 when anything failed or nothing ran. */
export function exitCodeOf({ passed, failed }: TestCounts): number {
  return failed > 0 || passed === 0 ? 1 : 0;
}

/** As {@link runTests}, but hands out the sum. Whatever makes the run fail is visible in the `failed` count. */
export async function countTests({ root, runScripts, print, partial }: TestRun): Promise<TestCounts> {
  const packages = findPackages(root).filter(({ manifest }) => manifest.scripts?.test !== undefined);
  removeResults(packages);

  const reported = new Set<WorkspacePackage>();
  const progress = setInterval(() => {
    for (const owner of packages) {
      const counts = reported.has(owner) ? undefined : readFinished(owner);
      if (!counts) continue;
      reported.add(owner);
      print(packageLine(owner, counts));
    }
  }, POLL_MS);
  let exitCode: number;
  try {
    exitCode = await runScripts();
  } finally {
    clearInterval(progress);
  }

  const all: TestCounts[] = [];
  for (const owner of packages) {
    const counts = readResults(owner);
    if (counts) {
      if (!reported.has(owner)) print(packageLine(owner, counts));
      all.push(counts);
    } else if (!partial) {
      print(`${mark(false)} ${owner.label}: its tests did not run`);
      all.push({ ...NO_TESTS, failed: 1 });
    }
  }
  const sum = sumCounts(all);
  if (sum.passed + sum.failed === 0) print('No test was run.');
  const hiddenFailure = exitCode !== 0 && sum.failed === 0;
  if (hiddenFailure)
    print(`The run ended with exit code ${exitCode} although no test failed; that is counted as a failure.`);
  return hiddenFailure ? { ...sum, failed: 1 } : sum;
}

/** The results of a package that is done; a file still being written does not parse yet and is left for the next look. */
function readFinished(owner: WorkspacePackage): TestCounts | undefined {
  const counts = readResults(owner);
  return counts && counts.passed + counts.skipped > 0 ? counts : undefined;
}

function packageLine({ label }: WorkspacePackage, counts: TestCounts): string {
  const good = counts.failed === 0 && counts.passed + counts.skipped > 0;
  return `${mark(good)} ${label}: ${formatCounts(counts)}`;
}

function mark(good: boolean): string {
  return good ? styleText('green', '✓') : styleText('red', '✗');
}

/** The arguments of turbo: ours unless the caller gave the same ones, then the caller's. */
export function turboArguments(given: readonly string[]): readonly string[] {
  const defaults = [
    '--concurrency=2',
    '--output-logs=errors-only',
    '--continue=dependencies-successful',
    '--ui=stream',
  ];
  const own = defaults.filter(
    (option) => !given.some((argument) => argument.startsWith(option.split('=')[0] ?? option)),
  );
  return ['run', 'test', ...own, ...given];
}

/** A run of this repository's tests; `given` goes to turbo, `env` to the tests. */
export function repositoryTests(given: readonly string[], env: Readonly<Record<string, string>> = {}): TestRun {
  const turbo = join(REPOSITORY_ROOT, 'node_modules', '.bin', 'turbo');
  if (!existsSync(turbo) || !isPnpmAvailable()) {
    console.error('The tests need the dependencies and pnpm. This brings both: npx --yes pnpm@12 test');
    process.exit(1);
  }
  return {
    root: REPOSITORY_ROOT,
    runScripts: async () => {
      const options = { cwd: REPOSITORY_ROOT, env: { ...toolEnvironment(), ...env }, show: true };
      return (await run(turbo, turboArguments(given), options)).exitCode;
    },
    print: (line) => console.log(line),
    partial: given.length > 0,
  };
}

if (import.meta.filename === process.argv[1]) {
  const testRun = repositoryTests(process.argv.slice(2));
  console.log(`Running the tests on Node ${process.versions.node}; packages report as they finish.`);
  process.exitCode = await runTests(testRun);
}
