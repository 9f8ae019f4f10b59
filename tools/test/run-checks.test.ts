import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { runChecks } from '../src/run-checks.ts';

async function runSteps(steps: Readonly<Record<string, () => Promise<string>>>) {
  const lines: string[] = [];
  const list = Object.entries(steps).map(([name, check]) => ({ name, check }));
  const exitCode = await runChecks(list, (line) => lines.push(stripVTControlCharacters(line)));
  return { exitCode, lines };
}

it('prints a line for each step and exits 0 when all pass', async () => {
  const { exitCode, lines } = await runSteps({ one: async () => '', two: async () => '' });
  expect(exitCode).toBe(0);
  expect(lines).toEqual([
    expect.stringMatching(/^✓ pass {2}one \(\d+\.\d s\)$/),
    expect.stringMatching(/^✓ pass {2}two/),
    'All checks pass.',
  ]);
});

it('runs the steps after a failed one, shows what is wrong and exits 1', async () => {
  const { exitCode, lines } = await runSteps({
    one: async () => 'first line\nsecond line\n',
    two: async () => '',
    three: () => Promise.reject(new Error('it broke')),
  });
  expect(exitCode).toBe(1);
  expect(lines[0]).toMatch(/^✗ FAIL {2}one/);
  expect(lines[1]).toBe('    first line\n    second line\n');
  expect(lines[2]).toMatch(/^✓ pass {2}two/);
  expect(lines[4]).toContain('it broke');
  expect(lines.at(-1)).toBe('Failed: one, three.');
});
