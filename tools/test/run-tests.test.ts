import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runTests, turboArguments } from '../src/run-tests.ts';
import { countResults, formatCounts, RESULTS_FILE, sumCounts } from '../src/test-summary.ts';
import { WorkspaceFixture } from './workspace-fixture.ts';

/** A vitest report with one file that holds tests of these outcomes. */
function report(...statuses: readonly string[]): object {
  const status = statuses.includes('failed') ? 'failed' : 'passed';
  return { testResults: [{ status, assertionResults: statuses.map((each) => ({ status: each })) }] };
}

const manifest = (name: string) => ({ name, scripts: { test: 'vitest' } });

function workspaceOfTwo(): WorkspaceFixture {
  return new WorkspaceFixture({
    'packages/a/package.json': manifest('a'),
    'packages/b/package.json': manifest('b'),
    'apps/untested/package.json': { name: 'untested' },
  });
}

/** Runs with scripts that write these reports (path → report) and end with `exitCode`. */
async function runWith(
  workspace: WorkspaceFixture,
  reports: Readonly<Record<string, object | string>>,
  { exitCode = 0, partial = false } = {},
): Promise<{ exitCode: number; lines: readonly string[] }> {
  const lines: string[] = [];
  const result = await runTests({
    root: workspace.root,
    partial,
    print: (line) => lines.push(stripVTControlCharacters(line)),
    runScripts: async () => {
      for (const [folder, content] of Object.entries(reports)) {
        workspace.write({ [`${folder}/${RESULTS_FILE}`]: content });
      }
      return exitCode;
    },
  });
  return { exitCode: result, lines };
}

describe('counting', () => {
  it('counts passed, failed and skipped tests of a report', () => {
    const counts = countResults(report('passed', 'passed', 'failed', 'skipped', 'todo', 'pending'));
    expect(counts).toEqual({ passed: 2, failed: 1, skipped: 3 });
  });

  it('counts a test file that does not load as one failure', () => {
    const broken = { testResults: [{ status: 'failed', assertionResults: [] }] };
    expect(countResults(broken)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('counts a file whose hook fails after its tests passed as one failure', () => {
    const broken = { testResults: [{ status: 'failed', assertionResults: [{ status: 'passed' }] }] };
    expect(countResults(broken)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  it.each([[null], ['text'], [{}], [{ testResults: [{}] }]])('refuses %j, which is not a report', (value) => {
    expect(() => countResults(value)).toThrow(TypeError);
  });

  it('sums, and names skipped tests only when there are some', () => {
    const sum = sumCounts([
      { passed: 1, failed: 0, skipped: 0 },
      { passed: 2, failed: 1, skipped: 0 },
    ]);
    expect(formatCounts(sum)).toBe('3 passed, 1 failed');
    expect(formatCounts({ ...sum, skipped: 4 })).toBe('3 passed, 1 failed, 4 skipped');
  });
});

describe('a run', () => {
  it('prints a line for each package and last, alone, the sum', async () => {
    using workspace = workspaceOfTwo();
    const run = await runWith(workspace, { 'packages/a': report('passed'), 'packages/b': report('passed', 'passed') });
    expect(run.lines).toEqual([
      '✓ packages/a: 1 passed, 0 failed',
      '✓ packages/b: 2 passed, 0 failed',
      '3 passed, 0 failed',
    ]);
    expect(run.exitCode).toBe(0);
  });

  it('fails when a test failed, even if the scripts end well', async () => {
    using workspace = workspaceOfTwo();
    const run = await runWith(workspace, { 'packages/a': report('failed'), 'packages/b': report('passed') });
    expect(run.lines.at(-1)).toBe('1 passed, 1 failed');
    expect(run.exitCode).toBe(1);
  });

  it('never counts results of an earlier run', async () => {
    using workspace = workspaceOfTwo();
    workspace.write({ [`packages/b/${RESULTS_FILE}`]: report('passed', 'passed') });
    const run = await runWith(workspace, { 'packages/a': report('passed') });
    expect(run.lines).toContain('✗ packages/b: its tests did not run');
    expect(run.lines.at(-1)).toBe('1 passed, 1 failed');
    expect(run.exitCode).toBe(1);
  });

  it('counts only the chosen packages of a filtered run', async () => {
    using workspace = workspaceOfTwo();
    workspace.write({ [`packages/b/${RESULTS_FILE}`]: report('failed') });
    const run = await runWith(workspace, { 'packages/a': report('passed') }, { partial: true });
    expect(run.lines).toEqual(['✓ packages/a: 1 passed, 0 failed', '1 passed, 0 failed']);
    expect(run.exitCode).toBe(0);
  });

  it('fails when nothing was run', async () => {
    using workspace = workspaceOfTwo();
    const run = await runWith(workspace, {}, { partial: true });
    expect(run.lines).toEqual(['No test was run.', '0 passed, 0 failed']);
    expect(run.exitCode).toBe(1);
  });

  it('shows a failure that no test reports (a build, a coverage limit) in the sum', async () => {
    using workspace = workspaceOfTwo();
    const reports = { 'packages/a': report('passed'), 'packages/b': report('passed') };
    const run = await runWith(workspace, reports, { exitCode: 2 });
    expect(run.lines.at(-1)).toBe('2 passed, 1 failed');
    expect(run.exitCode).toBe(1);
  });

  it('counts a report that cannot be read as a failure', async () => {
    using workspace = workspaceOfTwo();
    const run = await runWith(workspace, { 'packages/a': '{"testRes', 'packages/b': report('passed') });
    expect(run.lines.at(-1)).toBe('1 passed, 1 failed');
  });

  it('reports a package while others still run', async () => {
    using workspace = workspaceOfTwo();
    const lines: string[] = [];
    let seen: readonly string[] = [];
    await runTests({
      root: workspace.root,
      partial: true,
      print: (line) => lines.push(line),
      runScripts: async () => {
        const folder = join(workspace.root, 'packages/a');
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, RESULTS_FILE), JSON.stringify(report('passed')));
        await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(1);
        seen = [...lines];
        return 0;
      },
    });
    expect(seen).toHaveLength(1);
    expect(lines).toHaveLength(2);
  });
});

describe('the arguments of turbo', () => {
  it('keep the order and pass on what the caller gave', () => {
    const given = ['--filter=@auth/core', '--', '-t', 'a title'];
    expect(turboArguments(given).slice(-4)).toEqual(given);
    expect(turboArguments(given)).toContain('--concurrency=2');
  });

  it('give way to the same option from the caller', () => {
    const all = turboArguments(['--concurrency=1', '--output-logs=full']);
    expect(all.filter((argument) => /concurrency|output-logs/.test(argument))).toEqual([
      '--concurrency=1',
      '--output-logs=full',
    ]);
  });
});
