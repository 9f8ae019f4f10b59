import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT } from '../src/command.ts';
import { type FileScore, mutationTables, readMutationReport, scoreOf } from '../src/mutation-report.ts';
import { MUTATION_TARGETS } from '../src/mutation-targets.ts';
import { mutatePackage, runMutation, strykerOptions } from '../src/run-mutation.ts';

const SOURCE = 'const a = 1;\nreturn a ===\n  b;\n';

function mutant(status: string, replacement = 'true', line = 2): object {
  const location = { start: { line, column: 8 }, end: { line: line + 1, column: 4 } };
  return { mutatorName: 'ConditionalExpression', replacement, status, location };
}

const reportOf = (...mutants: readonly object[]): object => ({ files: { 'src/a.ts': { source: SOURCE, mutants } } });

function score(killed: number, survived: number): FileScore {
  const survivor = { line: 1, mutator: 'StringLiteral', original: "'a'", replacement: '""', why: undefined };
  return { file: 'packages/x/src/a.ts', killed, survivors: Array.from({ length: survived }, () => survivor) };
}

describe('a report', () => {
  it('counts what failed or did not end as killed, and what no test reaches as survived; the rest was not tried', () => {
    const statuses = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'CompileError', 'RuntimeError'];
    const [file] = readMutationReport(reportOf(...statuses.map((status) => mutant(status))), 'packages/x', []);
    expect(file?.file).toBe('packages/x/src/a.ts');
    expect(file?.killed).toBe(2);
    expect(file?.survivors).toHaveLength(2);
  });

  it('shows the text that a survivor replaces, over several lines as well', () => {
    const [file] = readMutationReport(reportOf(mutant('Survived')), 'packages/x', []);
    expect(file?.survivors).toEqual([
      { line: 2, mutator: 'ConditionalExpression', original: 'a === b', replacement: 'true', why: undefined },
    ]);
  });

  it('explains exactly the survivor that was looked at, wherever it has moved to', () => {
    const explained = [{ file: 'packages/x/src/a.ts', original: 'a ===', replacement: 'true', why: 'because' }];
    const read = (replacement: string, folder = 'packages/x'): string | undefined =>
      readMutationReport(reportOf(mutant('Survived', replacement)), folder, explained)[0]?.survivors[0]?.why;
    expect(read('true')).toBe('because');
    expect(read('false')).toBeUndefined();
    expect(read('true', 'packages/y')).toBeUndefined();
  });

  it.each([[null], ['text'], [{}], [{ files: { 'a.ts': {} } }]])('is refused when it is none: %j', (value) => {
    expect(() => readMutationReport(value, 'packages/x', [])).toThrow(TypeError);
  });

  it('becomes a table of scores and one of survivors, whose texts do not break it', () => {
    const survivor = { line: 7, mutator: 'LogicalOperator', original: 'a || b', replacement: 'a && b', why: 'as told' };
    const text = mutationTables([{ file: 'packages/x/src/a.ts', killed: 3, survivors: [survivor] }]);
    expect(text).toContain('| `packages/x/src/a.ts` | 4 | 3 | 1 | 75.0 % |');
    expect(text).toContain('| `packages/x/src/a.ts` 7 | `` a \\|\\| b `` | `` a && b `` | as told |');
  });
});

describe('a run', () => {
  const target = { folder: 'packages/x', files: ['src/a.ts'] };
  const runWith = async (mutate: () => Promise<readonly FileScore[]>) => {
    const lines: string[] = [];
    const { counts } = await runMutation([target], mutate, (line) => lines.push(stripVTControlCharacters(line)));
    return { counts, lines };
  };

  it.each([
    [9, 1, 1],
    [8, 1, 0],
    [0, 0, 0],
  ])('of %d killed and %d survived mutants passes %d files', async (killed, survived, passed) => {
    const { counts } = await runWith(async () => [score(killed, survived)]);
    expect(counts).toEqual({ passed, failed: 1 - passed, skipped: 0 });
  });

  it('lists the survivors that nobody has explained', async () => {
    const { lines } = await runWith(async () => [score(9, 1)]);
    expect(lines).toEqual(['✓ packages/x/src/a.ts: 90.0 % of 10 mutants killed', '    1 StringLiteral: \'a\' → ""']);
  });

  it('that cannot be done is a failure, not an empty success', async () => {
    const { counts, lines } = await runWith(async () => Promise.reject(new Error('no tests')));
    expect(counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(lines).toEqual(['✗ no tests']);
  });

  it('of a file that was moved says so instead of trying nothing', async () => {
    await expect(mutatePackage({ folder: 'tools', files: ['src/gone.ts'] }, REPOSITORY_ROOT)).rejects.toThrow(
      /tools\/src\/gone\.ts is not there any more/,
    );
  });
});

it('the files that are mutated are there', () => {
  const files = MUTATION_TARGETS.flatMap(({ folder, files: list }) => list.map((file) => join(folder, file)));
  expect(files.filter((file) => !existsSync(join(REPOSITORY_ROOT, file)))).toEqual([]);
});

it('the share is of all mutants, and none is no success', () => {
  expect(scoreOf(score(3, 1))).toBe(0.75);
  expect(scoreOf(score(0, 0))).toBe(0);
});

it('mutates exactly the files of the target, and reports where it is told to', () => {
  const options = strykerOptions({ folder: 'packages/x', files: ['src/a.ts'] }, '/root', '/root/report.json');
  expect(options).toMatchObject({ mutate: ['src/a.ts'], jsonReporter: { fileName: '/root/report.json' } });
});
