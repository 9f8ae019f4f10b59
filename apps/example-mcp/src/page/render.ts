import type { CallReport, ShownCheck } from '../playground-report.js';

type Child = Node | string;
type Pairs = readonly (readonly [name: string, value: string])[];

/** An element with text and elements in it. Values become text nodes, never markup. */
export function element(name: string, className: string, ...children: readonly Child[]): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

/** Shows the decision, which is read out, and everything that led to it and followed from it. */
export function renderReport(report: CallReport, decision: HTMLElement, details: HTMLElement): void {
  const { outcome, title, text } = report.decision;
  decision.dataset.outcome = outcome;
  const status = element('span', 'status', report.response.line.replace('HTTP/1.1 ', ''));
  decision.replaceChildren(element('p', 'verdict', title, ' ', status), element('p', '', text));
  details.replaceChildren(
    ...checksSection(report.checks, outcome),
    ...pairsSection('Challenge', report.response.challenge),
    ...pairsSection('Principal', report.principal),
    ...textSection('What the tool said', report.result),
    element(
      'div',
      'columns',
      section('Request', message(report.request.line, report.request.headers, report.request.body)),
      section('Response', message(report.response.line, report.response.headers, report.response.body)),
    ),
  );
}

/** Shows why there is no report. */
export function renderFailure(text: string, decision: HTMLElement, details: HTMLElement): void {
  decision.dataset.outcome = 'refused';
  decision.replaceChildren(element('p', 'verdict', 'Not sent'), element('p', '', text));
  details.replaceChildren();
}

function section(title: string, ...children: readonly Child[]): HTMLElement {
  return element('section', '', element('h3', '', title), ...children);
}

function checksSection(
  checks: readonly ShownCheck[] | undefined,
  decided: CallReport['decision']['outcome'],
): HTMLElement[] {
  if (checks === undefined) return [];
  const list = element('ul', 'checks', ...checks.map(checkItem));
  // Safari forgets that a list without bullets is one.
  list.setAttribute('role', 'list');
  const failed = checks.filter(({ outcome }) => outcome === 'failed').length;
  const sum = decided === 'unavailable' ? 'not finished' : `${failed} of ${checks.length} failed`;
  const title = failed === 0 ? 'Checks of the token' : `Checks of the token: ${sum}`;
  return [section(title, list)];
}

const MARKS = { passed: '✓', failed: '✗', skipped: '–' } as const;

function checkItem({ name, outcome, expected, actual, hint }: ShownCheck): HTMLElement {
  const mark = element('span', 'mark', MARKS[outcome]);
  mark.setAttribute('aria-hidden', 'true');
  const title = element(
    outcome === 'failed' ? 'strong' : 'span',
    '',
    name,
    element('span', 'visually-hidden', `: ${outcome}`),
  );
  const item = element('li', outcome, mark, title);
  if (outcome !== 'failed') return item;
  const values: Pairs = [
    ...(expected === undefined ? [] : [['expected', expected] as const]),
    ...(actual === undefined ? [] : [['actual', actual] as const]),
  ];
  if (values.length > 0) item.append(element('div', 'detail', definitions(values)));
  if (hint !== undefined) item.append(element('p', 'hint', hint));
  return item;
}

function pairsSection(title: string, pairs: Pairs | undefined): HTMLElement[] {
  return pairs === undefined ? [] : [section(title, definitions(pairs))];
}

function textSection(title: string, text: string | undefined): HTMLElement[] {
  return text === undefined ? [] : [section(title, element('pre', '', text))];
}

function definitions(pairs: Pairs): HTMLElement {
  return element('dl', '', ...pairs.flatMap(([name, value]) => [element('dt', '', name), element('dd', '', value)]));
}

function message(line: string, headers: Pairs, body: string): HTMLElement {
  const head = headers.flatMap(([name, value]): Child[] => ['\n', element('b', '', `${name}: `), value]);
  return element('pre', '', line, ...head, ...(body === '' ? [] : [`\n\n${body}`]));
}
