import { describe, expect, it } from 'vitest';
import { BENCHMARKS, benchmarkNames } from '../src/benchmarks.js';
import { readCommand } from '../src/command.js';
import type { Machine } from '../src/machine.js';
import { drawPicture } from '../src/picture.js';
import { number, type Report } from '../src/report.js';
import { resultsPage } from '../src/results-page.js';
import { targetOutcomes } from '../src/targets.js';

const ABOUT: Machine = {
  cpu: 'A & B <C>',
  cores: 2,
  platform: 'linux x64',
  loadBefore: 0.5,
  date: '2026-01-01',
  versions: { node: '24.0.0' },
};

const result = (name: string, opsPerSecond: number, firstIsFasterBy = 1) => ({
  name,
  opsPerSecond,
  firstIsFasterBy,
  mainThreadMicros: 2,
  cpuToFirst: 1,
});

const JWT: Report = {
  benchmark: 'jwt',
  groups: ['RS256 one', 'RS256 64'].map((name) => ({
    name,
    results: [
      result('ours, cache: false', 40_000),
      result('jose, CryptoKey', 10_000, name === 'RS256 one' ? 4 : 1.2),
      result('raw node:crypto, sync', 50_000, 0.85),
    ],
  })),
};
const CACHED: Report = {
  benchmark: 'cached',
  groups: [
    { name: 'hits over 200', results: [result('ours, cached', 1_500_000), result('fast-jwt, cached', 300_000, 5)] },
  ],
};
const SERVERS: Report = {
  benchmark: 'servers',
  groups: [],
  tables: [
    {
      name: 'node:http, RS256',
      columns: ['requests/s', 'to no authentication', 'requests/s of CPU'],
      rows: [
        { name: 'no authentication', cells: [20_000, 1, 22_000] },
        { name: 'ours, cached', cells: [18_000, 0.9, 19_000] },
      ],
    },
  ],
};

describe('targets', () => {
  it('are judged by the worst of the cells that they are about, and say which one that is', () => {
    const [fastest] = targetOutcomes([JWT]);
    expect(fastest).toMatchObject({ wanted: '≥ 1 ×', measured: '1.20 × (jose, CryptoKey, RS256 64)', met: true });
  });

  it('are missed where a number is on the wrong side', () => {
    const missed = targetOutcomes([JWT, CACHED, SERVERS]).filter(({ met }) => !met);
    expect(missed.map(({ target }) => target)).toEqual([
      '1. RS256 64 in flight, to jose',
      '2. a cached hit, 200 hot tokens',
    ]);
  });

  it('are left out where nothing was measured', () => {
    expect(targetOutcomes([])).toEqual([]);
    expect(targetOutcomes([SERVERS]).map(({ target }) => target)).toEqual([
      '4. node:http with our gate, to one without authentication',
    ]);
  });
});

describe('the page of results', () => {
  it('has the machine, the targets and every table', () => {
    const page = resultsPage([JWT, CACHED, SERVERS], ABOUT);
    expect(page).toContain('2026-01-01; A & B <C>, 2 cores, linux x64, load 0.5 before the run; node 24.0.0');
    expect(page).toContain('| **missed** |');
    expect(page).toContain('| jose, CryptoKey | 10.0 k (4.00) 2.00 | 10.0 k (1.20) 2.00 |');
    expect(page).toContain('| ours, cached | 18.0 k | 0.90 | 19.0 k |');
  });
});

it('the page warns of a busy machine, and of no other', () => {
  expect(resultsPage([JWT], { ...ABOUT, loadBefore: 7.25 })).toContain('**The machine was busy**: 7.3 processes');
  expect(resultsPage([JWT], ABOUT)).not.toContain('busy');
});

describe('the picture', () => {
  it('is drawn when all that it shows was measured, and says in words what it shows', () => {
    expect(drawPicture([JWT, CACHED], ABOUT)).toBeUndefined();
    const picture = drawPicture([JWT, CACHED, SERVERS], ABOUT) ?? '';
    expect(picture).toMatch(/<desc id="desc">.*ours 1\.5 M, fast-jwt 300 k.*<\/desc>/);
    expect(picture).toContain('A &amp; B &lt;C&gt;');
    expect(picture).toContain('prefers-color-scheme: dark');
    expect(picture).not.toMatch(/href|url\(|NaN|undefined/);
  });

  it('draws longer bars for more', () => {
    const picture = drawPicture([JWT, CACHED, SERVERS], ABOUT) ?? '';
    const widths = [...picture.matchAll(/<rect class="(ours|peer)"[^>]* width="([\d.]+)"/g)].map(([, kind, width]) => [
      kind,
      Number(width),
    ]);
    expect(widths.slice(0, 2).map(([kind]) => kind)).toEqual(['ours', 'peer']);
    expect(Number(widths[0]?.[1]) / Number(widths[1]?.[1])).toBeCloseTo(5, 1);
  });
});

describe('the command line', () => {
  it('runs everything unless told what', () => {
    expect(readCommand([])).toEqual({ names: benchmarkNames(), json: false, docs: false, long: false });
    expect(readCommand(['--', 'gate', '--json'])).toMatchObject({ names: ['gate'], json: true });
    expect(readCommand(['--docs', '--long'])).toMatchObject({ names: Object.keys(BENCHMARKS), docs: true, long: true });
  });

  it.each([['gates'], ['--jsn'], ['constructor']])('knows no %s', (argument) => {
    expect(readCommand([argument])).toBe(`unknown: ${argument}`);
  });

  it('writes no page from a part of the benchmarks', () => {
    expect(readCommand(['gate', '--docs'])).toBe('--docs runs everything and prints no JSON');
  });
});

it.each([
  [0.123, '0.12'],
  [12.3456, '12.35'],
  [123.4, '123'],
  [12_345, '12.3 k'],
  [0, '0'],
])('writes %d as %s', (value, text) => {
  expect(number(value)).toBe(text);
});
