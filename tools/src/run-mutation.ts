import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { REPOSITORY_ROOT, run } from './command.ts';
import { EXPLAINED_MUTANTS } from './explained-mutants.ts';
import { type FileScore, mutationTables, percent, readMutationReport, scoreOf } from './mutation-report.ts';
import { MUTATION_FLOOR, MUTATION_TARGETS, type MutationTarget } from './mutation-targets.ts';
import { exitCodeOf } from './run-tests.ts';
import { formatCounts, type TestCounts } from './test-summary.ts';

/** Two folders below the root, as the packages are: relative paths in a package's files lead to the same places. */
const SANDBOX = '.stryker-tmp';
const PAGE = join('docs', 'mutation-testing.md');

/** Stryker's options for one package. */
export function strykerOptions({ files }: MutationTarget, root: string, reportFile: string): object {
  return {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: join(root, 'tools', 'mutation', 'vitest.config.ts') },
    mutate: files,
    coverageAnalysis: 'perTest',
    concurrency: 2,
    // Added to the time that the tests take without a mutant. Generous: a test that is only slow must not count as failed.
    timeoutMS: 30_000,
    dryRunTimeoutMinutes: 30,
    reporters: ['json'],
    jsonReporter: { fileName: reportFile },
    tempDirName: join('..', '..', SANDBOX),
    ignorePatterns: ['coverage', '.turbo', 'test-results.json'],
    disableTypeChecks: false,
    // Stryker would rewrite the paths in it with TypeScript's old API, which TypeScript 7 does not have.
    tsconfigFile: 'none',
    warnings: { slow: false },
    logLevel: 'warn',
  };
}

/** Tries the mutants of one package. Rejects when Stryker fails, or a file is not there any more. */
export async function mutatePackage(target: MutationTarget, root: string): Promise<readonly FileScore[]> {
  const folder = join(root, target.folder);
  const missing = target.files.find((file) => !existsSync(join(folder, file)));
  if (missing !== undefined) {
    throw new Error(`${target.folder}/${missing} is not there any more: see tools/src/mutation-targets.ts`);
  }
  const place = join(root, SANDBOX);
  mkdirSync(place, { recursive: true });
  const name = target.folder.replaceAll('/', '-');
  const reportFile = join(place, `${name}.report.json`);
  const configFile = join(place, `${name}.config.json`);
  writeFileSync(configFile, JSON.stringify(strykerOptions(target, root, reportFile)));
  const stryker = join(root, 'node_modules', '.bin', 'stryker');
  const { exitCode, output } = await run(stryker, ['run', configFile], { cwd: folder });
  if (exitCode !== 0) throw new Error(`${target.folder}: Stryker ended with exit code ${exitCode}\n${output}`);
  return readMutationReport(JSON.parse(readFileSync(reportFile, 'utf8')), target.folder, EXPLAINED_MUTANTS);
}

/** Tries all mutants of the targets and prints a line for each file. A file below the floor is a failure. */
export async function runMutation(
  targets: readonly MutationTarget[],
  mutate: (target: MutationTarget) => Promise<readonly FileScore[]>,
  print: (line: string) => void,
): Promise<{ readonly counts: TestCounts; readonly scores: readonly FileScore[] }> {
  const all: FileScore[] = [];
  let [passed, failed] = [0, 0];
  for (const target of targets) {
    let scores: readonly FileScore[] = [];
    try {
      scores = await mutate(target);
    } catch (error) {
      failed++;
      print(`${styleText('red', '✗')} ${error instanceof Error ? error.message : String(error)}`);
    }
    for (const score of scores) {
      const good = scoreOf(score) >= MUTATION_FLOOR;
      if (good) passed++;
      else failed++;
      const mark = good ? styleText('green', '✓') : styleText('red', '✗');
      const { length } = score.survivors;
      print(`${mark} ${score.file}: ${percent(scoreOf(score))} of ${score.killed + length} mutants killed`);
      for (const { line, mutator, original, replacement } of score.survivors.filter(({ why }) => why === undefined)) {
        print(`    ${line} ${mutator}: ${original.slice(0, 100)} → ${replacement.slice(0, 100)}`);
      }
    }
    all.push(...scores);
  }
  return { counts: { passed, failed, skipped: 0 }, scores: all };
}

/** Replaces the tables of the page; what stands above them stays. */
function writePage(root: string, scores: readonly FileScore[]): void {
  const page = join(root, PAGE);
  const [introduction = ''] = readFileSync(page, 'utf8').split('## Scores\n');
  writeFileSync(page, `${introduction}## Scores\n\n${mutationTables(scores)}\n`);
}

if (import.meta.filename === process.argv[1]) {
  const given = process.argv.slice(2);
  const chosen = given.filter((argument) => !argument.startsWith('--'));
  const targets = MUTATION_TARGETS.filter(({ folder }) => chosen.length === 0 || chosen.includes(folder));
  console.log('Trying mutants of the files that decide about a token; this takes a while.');
  const { counts, scores } = await runMutation(
    targets,
    (target) => mutatePackage(target, REPOSITORY_ROOT),
    (line) => console.log(line),
  );
  if (given.includes('--write')) writePage(REPOSITORY_ROOT, scores);
  console.log(formatCounts(counts));
  process.exitCode = exitCodeOf(counts);
}
