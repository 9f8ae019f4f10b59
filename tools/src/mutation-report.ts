import type { ExplainedMutant } from './explained-mutants.ts';

/** A mutant that no test noticed. */
export interface Survivor {
  readonly line: number;
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
  /** Why that is no gap; undefined: nobody has said. */
  readonly why: string | undefined;
}

/** What came of the mutants of one file. */
export interface FileScore {
  /** Relative to the root. */
  readonly file: string;
  /** Noticed by a failing test, or by a test that did not end. */
  readonly killed: number;
  readonly survivors: readonly Survivor[];
}

/** Share of the mutants that were noticed; 0 when there were none, which is a mistake in the list of files. */
export function scoreOf({ killed, survivors }: FileScore): number {
  const all = killed + survivors.length;
  return all === 0 ? 0 : killed / all;
}

/** Reads a report of Stryker (mutation-testing-report-schema). Throws a `TypeError` for anything else. */
export function readMutationReport(
  report: unknown,
  folder: string,
  explained: readonly ExplainedMutant[],
): readonly FileScore[] {
  if (!isReport(report)) throw new TypeError('not a mutation testing report');
  return Object.entries(report.files).map(([path, { source, mutants }]) => {
    const file = `${folder}/${path}`;
    const survivors = mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .map(({ location, mutatorName, replacement }) => {
        const original = oneLine(textAt(source, location));
        const change = oneLine(replacement);
        const why = explained.find(
          (each) => each.file === file && original.startsWith(each.original) && each.replacement === change,
        )?.why;
        return { line: location.start.line, mutator: mutatorName, original, replacement: change, why };
      });
    const killed = mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout').length;
    return { file, killed, survivors };
  });
}

/** The table of scores, and every survivor below it, as Markdown. */
export function mutationTables(scores: readonly FileScore[]): string {
  const rows = scores.map((score) => {
    const all = score.killed + score.survivors.length;
    return `| \`${score.file}\` | ${all} | ${score.killed} | ${score.survivors.length} | ${percent(scoreOf(score))} |`;
  });
  const survivors = scores.flatMap(({ file, survivors: list }) =>
    list.map(
      ({ line, original, replacement, why }) =>
        `| \`${file}\` ${line} | ${code(original)} | ${code(replacement)} | ${why ?? 'not yet looked at'} |`,
    ),
  );
  return [
    '| file | mutants | killed | survived | score |\n|---|---|---|---|---|',
    ...rows,
    '',
    '## Survivors\n',
    '| where | original | replacement | why that is no gap |\n|---|---|---|---|',
    ...survivors,
  ].join('\n');
}

/** `97.5 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function code(text: string): string {
  const short = text.length > 70 ? `${text.slice(0, 69)}…` : text;
  return `\`\` ${short.replaceAll('|', '\\|')} \`\``;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function textAt(source: string, { start, end }: Location): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  // The end first: on a single line it would move when the start is cut.
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? '').slice(0, end.column - 1);
  lines[0] = (lines[0] ?? '').slice(start.column - 1);
  return lines.join('\n');
}

interface Location {
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
}

interface Report {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: string;
        readonly mutants: readonly {
          readonly mutatorName: string;
          readonly replacement: string;
          readonly status: string;
          readonly location: Location;
        }[];
      }
    >
  >;
}

function isReport(value: unknown): value is Report {
  if (typeof value !== 'object' || value === null || !('files' in value)) return false;
  const { files } = value;
  return (
    typeof files === 'object' &&
    files !== null &&
    Object.values(files).every((file) => typeof file?.source === 'string' && Array.isArray(file.mutants))
  );
}
