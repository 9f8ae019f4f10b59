import { parseSync } from 'oxc-parser';
import { isNode, type Node } from './syntax-tree.ts';

/** The title of a test, or of a group or row of tests, that says what it holds down. */
export interface CitedTitle {
  /** Relative to the root. */
  readonly file: string;
  /** As it is written; what is only known at run time is `…`. */
  readonly title: string;
  /** Advisories, for example `CVE-2026-35039`. */
  readonly advisories: readonly string[];
  /** Numbers of the checklist: `checklist 3`, `checklist 1, 2 and 5`, `checklist 40 to 43`. */
  readonly rules: readonly number[];
}

const RUNNERS = new Set(['describe', 'it', 'test']);
const ADVISORY = /\b(?:CVE-\d{4}-\d{4,}|GHSA(?:-[a-z0-9]{4}){3}|OBS(?:-[a-z0-9]+)+)/g;
const RULES = /\bchecklist ((?:\d+(?:, | and | to )?)+)/g;

/** The titles of one file of tests that cite something. Comments, messages and other texts do not count. */
export function findCitations(file: string, source: string): readonly CitedTitle[] {
  const titles: string[] = [];
  collectTitles(parseSync(file, source).program, false, titles);
  return titles
    .map((title) => ({ file, title, advisories: advisoriesIn(title), rules: rulesIn(title) }))
    .filter(({ advisories, rules }) => advisories.length + rules.length > 0);
}

function advisoriesIn(title: string): readonly string[] {
  return [...new Set(title.match(ADVISORY))];
}

function rulesIn(title: string): readonly number[] {
  const found = new Set<number>();
  for (const [, list = ''] of title.matchAll(RULES)) {
    for (const [, first, last = first] of list.matchAll(/(\d+)(?: to (\d+))?/g)) {
      for (let rule = Number(first); rule <= Number(last); rule++) found.add(rule);
    }
  }
  return [...found];
}

/** Titles are the first argument of `describe`, `it` and `test`, the texts of tables, and members called `name`. */
function collectTitles(value: unknown, isTitle: boolean, titles: string[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collectTitles(item, isTitle, titles);
    return;
  }
  if (!isNode(value)) return;
  switch (value.type) {
    case 'Literal':
      if (isTitle && typeof value.value === 'string') titles.push(value.value);
      return;
    case 'TemplateLiteral':
      if (isTitle) titles.push(templateText(value));
      return;
    case 'ArrayExpression':
      collectTitles(value.elements, true, titles);
      return;
    case 'Property':
      collectTitles(value.value, isNode(value.key) && value.key.name === 'name', titles);
      return;
    case 'CallExpression':
      collectFromCall(value, titles);
      return;
    default:
      for (const child of Object.values(value)) collectTitles(child, false, titles);
  }
}

function collectFromCall(call: Node, titles: string[]): void {
  const name = rootName(call.callee);
  if (name === 'expect') return;
  const given = Array.isArray(call.arguments) ? call.arguments : [];
  collectTitles(call.callee, false, titles);
  given.forEach((argument, index) => {
    collectTitles(argument, index === 0 && RUNNERS.has(name ?? ''), titles);
  });
}

/** `it` of `it('…')`, `it.each(table)('…')` and `it.for(table)('…')`. */
function rootName(callee: unknown): string | undefined {
  if (!isNode(callee)) return undefined;
  if (callee.type === 'Identifier') return String(callee.name);
  return rootName(callee.type === 'CallExpression' ? callee.callee : callee.object);
}

function templateText({ quasis }: Node): string {
  const parts = Array.isArray(quasis) ? quasis : [];
  return parts.map((part) => String(part?.value?.cooked ?? '')).join('…');
}
