import { join } from 'node:path';
import { styleText } from 'node:util';
import { checkLayers, formatViolation } from './check-layers.ts';
import { REPOSITORY_ROOT, run } from './command.ts';
import { conformanceProblems, workspaceCitations } from './conformance-page.ts';
import { staleFiles } from './generate.ts';
import { checkLinks } from './markdown-links.ts';
import { compileSnippets, extractSnippets, findDocuments } from './readme-snippets.ts';
import { readStandards } from './standards.ts';

export interface CheckStep {
  readonly name: string;
  /** Resolves to the text of what is wrong; empty when all is well. */
  readonly check: () => Promise<string>;
}

/** Runs every step, whatever the others say, and prints a line for each. Resolves to the exit code. */
export async function runChecks(steps: readonly CheckStep[], print: (line: string) => void): Promise<number> {
  const failed: string[] = [];
  for (const { name, check } of steps) {
    const started = performance.now();
    const problem = await check().catch((error: unknown) =>
      error instanceof Error ? `${error.stack}` : String(error),
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const good = problem === '';
    if (!good) failed.push(name);
    print(`${good ? styleText('green', '✓ pass') : styleText('red', '✗ FAIL')}  ${name} (${seconds} s)`);
    if (!good) print(`${problem.trimEnd().replaceAll(/^(?=.)/gm, '    ')}\n`);
  }
  print(failed.length === 0 ? 'All checks pass.' : `Failed: ${failed.join(', ')}.`);
  return failed.length === 0 ? 0 : 1;
}

const binary = (name: string): string => join(REPOSITORY_ROOT, 'node_modules', '.bin', name);

async function command(name: string, ...args: string[]): Promise<string> {
  const { exitCode, output } = await run(binary(name), args, { cwd: REPOSITORY_ROOT });
  return exitCode === 0 ? '' : output || `${name} ended with exit code ${exitCode}`;
}

function turbo(task: string): Promise<string> {
  const options = ['--output-logs=errors-only', '--continue=dependencies-successful', '--ui=stream', '--concurrency=2'];
  return command('turbo', 'run', task, ...options);
}

const STEPS: readonly CheckStep[] = [
  { name: 'format and lint', check: () => command('biome', 'ci', '--max-diagnostics=50', '.') },
  {
    name: 'layers',
    check: async () =>
      checkLayers(REPOSITORY_ROOT)
        .map((violation) => formatViolation(REPOSITORY_ROOT, violation))
        .join('\n'),
  },
  {
    name: 'a test or a reason for each rule and advisory',
    check: async () => conformanceProblems(readStandards(), workspaceCitations(REPOSITORY_ROOT)).join('\n'),
  },
  { name: 'build', check: () => turbo('build') },
  { name: 'types', check: () => turbo('typecheck') },
  { name: 'generated files (pnpm generate)', check: async () => staleFiles(REPOSITORY_ROOT).join('\n') },
  { name: 'packages (publint, are the types wrong)', check: () => turbo('package-check') },
  {
    name: 'links of the documentation',
    check: async () => checkLinks(REPOSITORY_ROOT, findDocuments(REPOSITORY_ROOT)).join('\n'),
  },
  {
    name: 'snippets of the documentation',
    check: async () => {
      const { snippets, problems } = await extractSnippets(REPOSITORY_ROOT);
      return [...problems, ...(await compileSnippets(REPOSITORY_ROOT, snippets))].join('\n');
    },
  },
];

if (import.meta.filename === process.argv[1]) {
  console.log('Checking; the first time builds everything, which takes a little.');
  process.exitCode = await runChecks(STEPS, (line) => console.log(line));
}
