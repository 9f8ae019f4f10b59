import { describeMachine, type Machine } from './machine.js';
import type { Result } from './measure.js';

/** What was measured side by side: a column of the table. */
export interface Group {
  readonly name: string;
  readonly results: readonly Result[];
}

/** Numbers that are no race of contenders in one process. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly cells: readonly number[] }[];
}

export interface Report {
  readonly benchmark: string;
  readonly groups: readonly Group[];
  readonly tables?: readonly Table[];
  /** Findings that are no rate: numbers with their names. */
  readonly facts?: Readonly<Record<string, number>>;
}

/** The machine and the tables, in Markdown: contenders are rows, groups are columns. */
export function formatReport(report: Report, about: Machine): string {
  return `## ${report.benchmark}\n\n${describeMachine(about)}\n\n${formatTables(report)}`;
}

/** The tables alone. */
export function formatTables({ groups, tables = [], facts = {} }: Report): string {
  const lines: string[] = [];
  if (groups.length > 0) {
    lines.push(
      'Each cell: operations per second, (how many times as fast the first row is), main-thread CPU in µs each.',
      '',
      ...raceTable(groups),
      '',
    );
  }
  for (const { name, columns, rows } of tables) {
    const cells = rows.map((row) => [row.name, ...row.cells.map(number)]);
    lines.push(`**${name}**`, '', ...markdownTable(['', ...columns], cells), '');
  }
  for (const [name, value] of Object.entries(facts)) lines.push(`- ${name}: ${number(value)}`);
  return `${lines.join('\n').trimEnd()}\n`;
}

/** A contender's result in a group. */
export function resultOf(report: Report | undefined, group: string, contender: string): Result | undefined {
  return report?.groups.find(({ name }) => name === group)?.results.find(({ name }) => name === contender);
}

/** A cell of a table; `table` is how its name begins. */
export function cellOf(report: Report | undefined, table: string, row: string, column: string): number | undefined {
  const found = report?.tables?.find(({ name }) => name.startsWith(table));
  const index = found?.columns.indexOf(column) ?? -1;
  return found?.rows.find(({ name }) => name === row)?.cells[index];
}

export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
}

/** Three digits that count. */
export function number(value: number): string {
  if (Math.abs(value) >= 10_000) return `${(value / 1_000).toFixed(1)} k`;
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return value.toFixed(2);
}

function raceTable(groups: readonly Group[]): string[] {
  const names = [...new Set(groups.flatMap(({ results }) => results.map(({ name }) => name)))];
  const rows = names.map((name) => [
    name,
    ...groups.map(({ results }) => {
      const found = results.find((result) => result.name === name);
      if (found === undefined) return '–';
      return `${number(found.opsPerSecond)} (${found.firstIsFasterBy.toFixed(2)}) ${found.mainThreadMicros.toFixed(2)}`;
    }),
  ]);
  return markdownTable(['', ...groups.map(({ name }) => name)], rows);
}
