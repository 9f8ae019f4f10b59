import type { Answer } from './demo-client.js';

/** What a row of the demo expects. */
export interface Expectation {
  readonly status: number;
  readonly error?: string;
  /** The scope that the challenge must name. */
  readonly scope?: string;
  readonly retryAfter?: boolean;
  /** A status that has to occur on the way. */
  readonly via?: number;
  /** What the operation's text has to look like. */
  readonly text?: RegExp;
}

/** One row: what was tried, what came back, whether that is right. */
export interface Row {
  readonly tried: string;
  readonly expected: Expectation;
  readonly answer: Answer;
  /** The server's own reason, as its log would show it. */
  readonly reason?: string | undefined;
}

/** Whether a row came out as expected. */
export function passed({ expected, answer }: Row): boolean {
  return (
    answer.status === expected.status &&
    answer.error === expected.error &&
    (expected.scope === undefined || answer.scope === expected.scope) &&
    (expected.via === undefined || answer.statuses.includes(expected.via)) &&
    (expected.text === undefined || expected.text.test(answer.text ?? '')) &&
    (expected.retryAfter === undefined || (answer.retryAfter !== undefined) === expected.retryAfter)
  );
}

/** Colours for a terminal; plain text for a pipe, and where NO_COLOR asks for it. */
export function painter(colour: boolean): (code: 'red' | 'green' | 'dim' | 'bold', text: string) => string {
  const codes = { red: 31, green: 32, dim: 2, bold: 1 } as const;
  return (code, text) => (colour ? `\u001b[${codes[code]}m${text}\u001b[0m` : text);
}

const WIDTHS = { tried: 46, answer: 58 } as const;

/** The heading of the table. */
export function heading(paint: ReturnType<typeof painter>): string {
  return paint(
    'bold',
    `     ${'What was tried'.padEnd(WIDTHS.tried)} ${'What came back'.padEnd(WIDTHS.answer)} The server's log`,
  );
}

/** One line of the table. */
export function line(row: Row, paint: ReturnType<typeof painter>): string {
  const ok = passed(row);
  const { answer, expected } = row;
  const came = `${answer.status}${answer.error === undefined ? '' : ` ${answer.error}`}${answer.scope === undefined ? '' : ` (${answer.scope})`}`;
  const wanted = ok
    ? ''
    : paint('red', `  expected ${expected.status}${expected.error === undefined ? '' : ` ${expected.error}`}`);
  const mark = ok ? paint('green', 'pass') : paint('red', 'FAIL');
  return `${mark} ${row.tried.padEnd(WIDTHS.tried)} ${came.padEnd(WIDTHS.answer)} ${paint('dim', row.reason ?? '')}${wanted}`;
}
