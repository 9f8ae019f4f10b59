import type { Machine } from './machine.js';
import { cellOf, type Report, resultOf } from './report.js';
import { CORE_COLUMN } from './servers.js';

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly kind: 'ours' | 'peer' | 'none';
}

interface Panel {
  readonly title: string;
  readonly note: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 920;
const GAP = 40;
const PANEL_WIDTH = (WIDTH - 3 * GAP) / 2;
const LABEL_WIDTH = 186;
const BAR_HEIGHT = 20;
const ROW_HEIGHT = 28;

/**
 * One picture of who verifies how many tokens a second: an SVG without anything external, readable on light and dark pages
 * and by screen readers. `undefined` unless the benchmarks that it shows were run.
 */
export function drawPicture(reports: readonly Report[], about: Machine): string | undefined {
  const panels = panelsOf(reports);
  if (panels.some(({ bars }) => bars.length < 2)) return undefined;
  const rows = [panels.slice(0, 2), panels.slice(2)];
  const parts: string[] = [];
  let y = 84;
  for (const row of rows) {
    for (const [column, panel] of row.entries()) parts.push(drawPanel(panel, GAP + column * (PANEL_WIDTH + GAP), y));
    y += 64 + Math.max(...row.map(({ bars }) => bars.length)) * ROW_HEIGHT + 24;
  }
  const height = y + 20;
  const spoken = panels.map(
    ({ title, bars }) => `${title}: ${bars.map(({ label, value }) => `${label} ${short(value)}`).join(', ')}.`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif">
<title id="title">RS256 verifications a second, ours beside other libraries</title>
<desc id="desc">${escaped(spoken.join(' '))}</desc>
<style>
  .page { fill: #ffffff } .text { fill: #1f2328 } .quiet { fill: #59636e } .ours { fill: #0969da } .peer { fill: #afb8c1 } .none { fill: #d1d9e0 } .ours-text { fill: #0550ae }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } .text { fill: #f0f6fc } .quiet { fill: #9198a1 } .ours { fill: #4493f8 } .peer { fill: #565f69 } .none { fill: #3d444d } .ours-text { fill: #79c0ff }
  }
</style>
<rect class="page" width="${WIDTH}" height="${height}" rx="8"/>
<text class="text" x="${GAP}" y="40" font-size="20" font-weight="600">RS256 access tokens, a second: longer is better</text>
<text class="quiet" x="${GAP}" y="62" font-size="13">Whole policy included: issuer, audience, times. ${escaped(shortMachine(about))}</text>
${parts.join('\n')}
</svg>
`;
}

function panelsOf(reports: readonly Report[]): Panel[] {
  const report = (name: string): Report | undefined => reports.find(({ benchmark }) => benchmark === name);
  const [jwt, cached, servers] = [report('jwt'), report('cached'), report('servers')];
  const race = (from: Report | undefined, group: string, names: Readonly<Record<string, string>>): Bar[] =>
    sorted(Object.entries(names).flatMap(([name, label]) => bar(label, resultOf(from, group, name)?.opsPerSecond)));
  const peers = {
    'ours, cache: false': 'ours',
    'jose, CryptoKey': 'jose',
    'fast-jwt, cache off': 'fast-jwt',
    jsonwebtoken: 'jsonwebtoken',
    'aws-jwt-verify': 'aws-jwt-verify',
    'express-oauth2-jwt-bearer': 'express-oauth2-jwt-bearer',
  };
  const { 'ours, cache: false': _ours, 'fast-jwt, cache off': _fastJwt, ...withoutCache } = peers;
  const served = {
    'no authentication': 'no authentication',
    'ours, cached': 'ours',
    'ours, cache: false': 'ours, no cache',
    'fast-jwt by hand, cached': 'fast-jwt',
    'fast-jwt by hand, cache off': 'fast-jwt, no cache',
    'jose by hand': 'jose',
  };
  return [
    {
      title: 'Tokens seen before',
      note: '200 hot tokens; libraries without a cache verify them again',
      bars: sorted([
        ...race(cached, 'hits over 200', { 'ours, cached': 'ours', 'fast-jwt, cached': 'fast-jwt' }),
        ...race(jwt, 'RS256 one', withoutCache),
      ]),
    },
    {
      title: 'A whole server',
      note: 'node:http, 200 hot tokens, requests by a second of CPU',
      bars: sorted(
        Object.entries(served).flatMap(([name, label]) => bar(label, cellOf(servers, 'node:http', name, CORE_COLUMN))),
      ),
    },
    { title: 'New tokens, one at a time', note: 'nothing cached', bars: race(jwt, 'RS256 one', peers) },
    { title: 'New tokens, 64 in flight', note: 'nothing cached, two cores', bars: race(jwt, 'RS256 64', peers) },
  ];
}

function bar(label: string, value: number | undefined): Bar[] {
  if (value === undefined) return [];
  return [{ label, value, kind: label.startsWith('ours') ? 'ours' : label === 'no authentication' ? 'none' : 'peer' }];
}

function sorted(bars: readonly Bar[]): Bar[] {
  return bars.toSorted((a, b) => b.value - a.value);
}

function drawPanel({ title, note, bars }: Panel, x: number, y: number): string {
  const longest = Math.max(...bars.map(({ value }) => value));
  const room = PANEL_WIDTH - LABEL_WIDTH - 56;
  const lines = bars.map(({ label, value, kind }, index) => {
    const top = y + 36 + index * ROW_HEIGHT;
    const width = Math.max(2, (value / longest) * room);
    const weight = kind === 'ours' ? ' font-weight="600"' : '';
    const tone = kind === 'ours' ? 'ours-text' : 'text';
    const middle = top + BAR_HEIGHT / 2 + 5;
    return [
      `<text class="${tone}" x="${x + LABEL_WIDTH - 10}" y="${middle}" font-size="13" text-anchor="end"${weight}>${escaped(label)}</text>`,
      `<rect class="${kind}" x="${x + LABEL_WIDTH}" y="${top}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="3"/>`,
      `<text class="${tone}" x="${(x + LABEL_WIDTH + width + 8).toFixed(1)}" y="${middle}" font-size="14"${weight}>${short(value)}</text>`,
    ].join('\n');
  });
  return [
    `<text class="text" x="${x}" y="${y + 4}" font-size="16" font-weight="600">${escaped(title)}</text>`,
    `<text class="quiet" x="${x}" y="${y + 22}" font-size="12">${escaped(note)}</text>`,
    ...lines,
  ].join('\n');
}

function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  return value >= 1_000 ? `${(value / 1_000).toFixed(value >= 10_000 ? 0 : 1)} k` : value.toFixed(0);
}

function shortMachine({ cpu, cores, date, versions }: Machine): string {
  return `${cpu}, ${cores} cores, Node ${versions.node}, ${date}.`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
