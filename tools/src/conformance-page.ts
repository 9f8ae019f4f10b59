import { readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import type { Advisory, Rule, Standards } from './standards.ts';
import { type CitedTitle, findCitations } from './test-citations.ts';
import { findFiles, findPackages } from './workspace.ts';

/** What it cites are examples. */
const OWN_TEST = 'conformance-page.test.ts';

const INTRODUCTION = `# Conformance

What the standards ask of a resource server, and what went wrong in libraries like these: each with the tests that hold it
down here. Read a row by opening the test. A title is quoted as it is written; \`%s\` and \`…\` stand for the rows of a table.

This page is made from the titles of the tests and the lists in \`tools/data\`. \`npx pnpm@12 generate\` makes it anew;
\`npx pnpm@12 check\` fails when it is out of date, and when a rule or an advisory has neither a test nor a reason.
`;

/** Every title in the workspace's tests that cites something. */
export function workspaceCitations(root: string): readonly CitedTitle[] {
  return findPackages(root)
    .flatMap(({ folder }) => findFiles(join(folder, 'test'), ['.ts']))
    .filter((path) => basename(path) !== OWN_TEST)
    .flatMap((path) => findCitations(relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8')));
}

/** What is missing: rules and advisories without a test, and citations of what is in no list. Empty when all is well. */
export function conformanceProblems({ advisories, checklist }: Standards, cited: readonly CitedTitle[]): string[] {
  const ids = advisories.flatMap(({ entries }) => entries.flatMap((entry) => entry.ids));
  const rules = checklist.flatMap((group) => group.rules);
  const numbers = rules.map(({ number }) => number);
  return [
    ...ids.filter((id) => !cited.some((each) => each.advisories.includes(id))).map((id) => `${id}: no test cites it`),
    ...rules
      .filter((rule) => testsOf(rule, cited).length > 0 === (rule.notApplicable !== undefined))
      .map(({ number, notApplicable }) =>
        notApplicable === undefined
          ? `checklist ${number}: neither a test nor a reason`
          : `checklist ${number}: a test and a reason why there is none`,
      ),
    ...cited.flatMap((each) => [
      ...each.rules.filter((rule) => !numbers.includes(rule)).map((rule) => `${each.file}: no rule ${rule}`),
      ...each.advisories
        .filter((id) => id.startsWith('OBS-') && !ids.includes(id))
        .map((id) => `${each.file}: nothing is listed as ${id}`),
    ]),
  ];
}

/** The page, as Markdown. */
export function conformancePage({ advisories, checklist }: Standards, cited: readonly CitedTitle[]): string {
  const listed = new Set(advisories.flatMap(({ entries }) => entries.flatMap(({ ids }) => ids)));
  const others = [...new Set(cited.flatMap((each) => each.advisories.filter((id) => !listed.has(id))))].sort();
  return `${[
    INTRODUCTION,
    '## Rules of the standards\n',
    ...checklist.flatMap(({ group, standard, rules }) => [
      `### ${group} (${standard})\n`,
      '| | rule | source | tests |\n|---|---|---|---|',
      ...rules.map((rule) => ruleRow(rule, cited)),
      '',
    ]),
    '## Advisories\n',
    'What has a number in a public database keeps it. `OBS-…` are names of our own for what was seen when running other libraries.\n',
    ...advisories.flatMap(({ group, entries }) => [
      `### ${group}\n`,
      '| advisory | what went wrong | here | tests |\n|---|---|---|---|',
      ...entries.map((entry) => advisoryRow(entry, cited)),
      '',
    ]),
    '## Further advisories that tests cite\n',
    '| advisory | tests |\n|---|---|',
    ...others.map((id) => `| ${id} | ${testList(cited.filter((each) => each.advisories.includes(id)))} |`),
  ].join('\n')}\n`;
}

const testsOf = ({ number }: Rule, cited: readonly CitedTitle[]): readonly CitedTitle[] =>
  cited.filter((each) => each.rules.includes(number));

function ruleRow(rule: Rule, cited: readonly CitedTitle[]): string {
  const tests = rule.notApplicable === undefined ? testList(testsOf(rule, cited)) : `none: ${rule.notApplicable}`;
  return `| ${rule.number} | ${rule.text} | ${rule.source} | ${tests} |`;
}

function advisoryRow({ ids, where, attack, property }: Advisory, cited: readonly CitedTitle[]): string {
  const tests = cited.filter((each) => each.advisories.some((id) => ids.includes(id)));
  return `| ${ids.join(', ')} | ${where}: ${attack} | ${property} | ${testList(tests)} |`;
}

/** Titles by file, each file a link. */
function testList(tests: readonly CitedTitle[]): string {
  const files = Map.groupBy(tests, ({ file }) => file);
  return [...files]
    .map(([file, titles]) => {
      const name = file.replace(/^(?:packages|apps)\//, '').replace('/test/', '/');
      return `[${name}](../${file}): ${[...new Set(titles.map(({ title }) => quoted(title)))].join('; ')}`;
    })
    .join('<br>');
}

const quoted = (title: string): string => `“${title.replaceAll(/[\\`*_|<>[\]~]/g, '\\$&').replaceAll(/\s+/g, ' ')}”`;
