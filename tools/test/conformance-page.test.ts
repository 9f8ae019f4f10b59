import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT, run } from '../src/command.ts';
import { conformancePage, conformanceProblems, workspaceCitations } from '../src/conformance-page.ts';
import { readStandards, type Standards } from '../src/standards.ts';
import { type CitedTitle, findCitations } from '../src/test-citations.ts';
import { findPackages } from '../src/workspace.ts';

const titlesOf = (source: string): readonly string[] => findCitations('x.test.ts', source).map(({ title }) => title);

describe('titles that cite', () => {
  it.each([
    ['of a test', `it('refuses CVE-2026-1234', () => {});`],
    ['of a group', `describe('refuses CVE-2026-1234', () => {});`],
    ['of a table of groups', `describe.each([1])('refuses CVE-2026-1234', () => {});`],
    ['of a test within others', `describe('x', () => { for (const y of z) { test('refuses CVE-2026-1234', f); } });`],
    ['of a row', `const ROWS = [['refuses CVE-2026-1234', 1]]; it.each(ROWS)('%s', () => {});`],
    ['of a row that a function makes', `export const ROWS = rows('x', [['refuses CVE-2026-1234', 1]]);`],
    ['of a row that has a name', `export const ROWS = { name: 'refuses CVE-2026-1234', body: 'CVE-2026-9999' };`],
  ])('are found: %s', (_where, source) => {
    expect(titlesOf(source)).toEqual(['refuses CVE-2026-1234']);
  });

  it.each([
    ['a comment', `// CVE-2026-1234\nit('a title', () => {});`],
    ['the body of a test', `it('a title', () => { const text = 'CVE-2026-1234'; });`],
    ['what a test expects', `it('a title', () => { expect(['CVE-2026-1234']).toEqual(['CVE-2026-1234']); });`],
    ['a message', `throw new Error('CVE-2026-1234')`],
    ['a number that is none', `it('CVE-26-1', () => {});`],
  ])('are none: %s', (_where, source) => {
    expect(titlesOf(source)).toEqual([]);
  });

  it('may be known in part only', () => {
    expect(titlesOf('it(`refuses $' + '{name} (checklist 7)`, () => {});')).toEqual(['refuses … (checklist 7)']);
  });

  it.each<[string, readonly number[]]>([
    ['checklist 7', [7]],
    ['[checklist 42, 55, 59]', [42, 55, 59]],
    ['checklist 13 and 26: no aud', [13, 26]],
    ['checklist 40 to 43, also here', [40, 41, 42, 43]],
    ['checklist 1 and checklist 3', [1, 3]],
    ['checklist of 7', []],
  ])('name rules: %s', (title, rules) => {
    expect(findCitations('x.test.ts', `it('${title} CVE-2026-1234', f)`)[0]?.rules).toEqual(rules);
  });

  it('name each advisory once', () => {
    const source = `it('CVE-2026-1234, GHSA-xgmm-8j9v-c9wx, OBS-a-name (CVE-2026-1234)', f)`;
    const advisories = ['CVE-2026-1234', 'GHSA-xgmm-8j9v-c9wx', 'OBS-a-name'];
    expect(findCitations('x.test.ts', source)[0]?.advisories).toEqual(advisories);
  });
});

describe('the page', () => {
  const standards: Standards = {
    advisories: [
      { group: 'G', entries: [{ ids: ['CVE-2026-1234', 'OBS-x'], where: 'w', attack: 'a', property: 'p' }] },
    ],
    checklist: [
      {
        group: 'R',
        standard: 'RFC 1',
        rules: [
          { number: 1, text: 'one', source: 's' },
          { number: 2, text: 'two', source: 's', notApplicable: 'no such thing' },
        ],
      },
    ],
  };
  const cited = (title: string, rules: readonly number[], ...advisories: readonly string[]): CitedTitle => ({
    file: 'packages/x/test/y.test.ts',
    title,
    rules,
    advisories,
  });
  const ALL = [cited('first | title', [1], 'CVE-2026-1234'), cited('second', [], 'OBS-x', 'CVE-2020-0001')];

  it('is complete when each rule has a test or a reason, and each advisory a test', () => {
    expect(conformanceProblems(standards, ALL)).toEqual([]);
    expect(conformanceProblems(standards, [])).toEqual([
      'CVE-2026-1234: no test cites it',
      'OBS-x: no test cites it',
      'checklist 1: neither a test nor a reason',
    ]);
  });

  it.each<[CitedTitle, string]>([
    [cited('t', [2]), 'checklist 2: a test and a reason why there is none'],
    [cited('t', [3]), 'packages/x/test/y.test.ts: no rule 3'],
    [cited('t', [], 'OBS-unknown'), 'packages/x/test/y.test.ts: nothing is listed as OBS-unknown'],
  ])('has no room for a citation of nothing (%#)', (title, problem) => {
    expect(conformanceProblems(standards, [...ALL, title])).toEqual([problem]);
  });

  it('quotes the titles, links their files, and gives the reasons', () => {
    const page = conformancePage(standards, ALL);
    const link = '[x/y.test.ts](../packages/x/test/y.test.ts)';
    expect(page).toContain(`| 1 | one | s | ${link}: “first \\| title” |`);
    expect(page).toContain('| 2 | two | s | none: no such thing |');
    expect(page).toContain(`| CVE-2026-1234, OBS-x | w: a | p | ${link}: “first \\| title”; “second” |`);
    expect(page).toContain(`| CVE-2020-0001 | ${link}: “second” |`);
  });
});

it('the lists are whole: 62 rules in order, no advisory twice', () => {
  const { advisories, checklist } = readStandards();
  const numbers = checklist.flatMap(({ rules }) => rules.map(({ number }) => number));
  expect(numbers).toEqual(Array.from({ length: 62 }, (_, index) => index + 1));
  const ids = advisories.flatMap(({ entries }) => entries.flatMap((entry) => entry.ids));
  expect(new Set(ids).size).toBe(ids.length);
});

/** The title as a pattern of the names under which the runner knows it: `%s`, `$name` and `…` stand for anything. */
function pattern(title: string): RegExp {
  const parts = title.split(/%[sdifjoO#]|\$[\w.]+|…/);
  return new RegExp(parts.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('[^]*'));
}

/** Names of a package's tests, by file, as the runner knows them once it has loaded every file. */
async function runnerNames(cwd: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'titles-'));
  try {
    const output = join(folder, 'tests.json');
    const options = ['list', '--no-static-parse', `--json=${output}`];
    const { exitCode, output: text } = await run(join(REPOSITORY_ROOT, 'node_modules/.bin/vitest'), options, { cwd });
    if (exitCode !== 0) throw new Error(text);
    const tests: { readonly name: string; readonly file: string }[] = JSON.parse(readFileSync(output, 'utf8'));
    const files = Map.groupBy(tests, ({ file }) => relative(REPOSITORY_ROOT, file).split(sep).join('/'));
    return new Map([...files].map(([file, named]) => [file, named.map(({ name }) => name)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// Loading every test file takes a minute or two: the short form asks for one small package.
const LISTED = process.env.TEST_LONG === '1' ? '' : 'packages/dev-verifiers';

it('every title that is cited is that of a test which the runner knows', async () => {
  const packages = findPackages(REPOSITORY_ROOT).filter(({ label }) => label.startsWith(LISTED));
  const known = new Map<string, readonly string[]>();
  for (const { folder } of packages) for (const [file, names] of await runnerNames(folder)) known.set(file, names);
  expect(known.size).toBeGreaterThan(packages.length);
  const cited = workspaceCitations(REPOSITORY_ROOT).filter(({ file }) => file.startsWith(LISTED));
  expect(cited.length).toBeGreaterThan(0);
  const unknown = cited.filter(({ file, title }) => {
    // A table that several tests share stands in a file of its own.
    const names = known.get(file) ?? [...known.values()].flat();
    return !names.some((name) => pattern(title).test(name));
  });
  expect(unknown.map(({ file, title }) => `${file}: ${title}`)).toEqual([]);
}, 600_000);
