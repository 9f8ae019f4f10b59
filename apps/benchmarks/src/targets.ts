import { cellOf, number, type Report, resultOf } from './report.js';

/** What the project wants of itself, and what came out. */
export interface TargetOutcome {
  readonly target: string;
  readonly wanted: string;
  readonly measured: string;
  readonly met: boolean;
}

interface Target {
  readonly target: string;
  /** The least or the most that counts as met. */
  readonly least?: number;
  readonly most?: number;
  readonly unit?: string;
  /** `undefined` where the benchmark was not run. */
  readonly measure: (reports: ReportsByName) => Measured | undefined;
}

type ReportsByName = Readonly<Record<string, Report | undefined>>;

/** A number, and which of several it is. */
interface Measured {
  readonly value: number;
  readonly where?: string;
}

const OURS = 'ours, cache: false';
const REFUSALS = 'refused without a signature, one at a time';
const IN_FLIGHT = '64 in flight';

const TARGETS: readonly Target[] = [
  {
    target: '1. nothing cached: ours to the fastest peer, in each of ten columns',
    least: 1,
    unit: '×',
    measure: ({ jwt }) => smallest(overPeers(jwt, (name) => !name.startsWith('raw '))),
  },
  {
    target: '1. RS256 one at a time, to jose',
    least: 3,
    unit: '×',
    measure: ({ jwt }) => faster(jwt, 'RS256 one', 'jose, CryptoKey'),
  },
  {
    target: '1. RS256 64 in flight, to jose',
    least: 1.5,
    unit: '×',
    measure: ({ jwt }) => faster(jwt, 'RS256 64', 'jose, CryptoKey'),
  },
  ...['RS256 one', 'RS256 64'].map(
    (column): Target => ({
      target: `1. ${column === 'RS256 one' ? 'RS256 one at a time' : 'RS256 64 in flight'}, to the better raw limit`,
      least: 0.8,
      unit: '×',
      measure: ({ jwt }) =>
        smallest(
          overPeers(
            jwt,
            (name) => name.startsWith('raw '),
            (group) => group === column,
          ),
        ),
    }),
  ),
  {
    target: '2. a cached hit, 200 hot tokens',
    most: 0.8,
    unit: 'µs',
    measure: ({ cached }) => micros(cached, 'hits over 200', 'ours, cached'),
  },
  {
    target: '2. a cached hit, 10,000 tokens',
    most: 2,
    unit: 'µs',
    measure: ({ cached }) => micros(cached, 'hits over 10000', 'ours, cached'),
  },
  {
    target: "2. to fast-jwt's cache, 200 hot tokens",
    least: 5,
    unit: '×',
    measure: ({ cached }) => faster(cached, 'hits over 200', 'fast-jwt, cached'),
  },
  {
    target: "2. to fast-jwt's cache, 10,000 tokens",
    least: 2.2,
    unit: '×',
    measure: ({ cached }) => faster(cached, 'hits over 10000', 'fast-jwt, cached'),
  },
  {
    target: '2. an insert that evicts',
    most: 0.5,
    unit: 'µs',
    measure: ({ cached }) => micros(cached, 'insert into a full cache', 'ours'),
  },
  {
    target: '2. what a miss costs beyond no cache, main thread',
    most: 1.03,
    unit: '×',
    measure: ({ cached }) => cpu(cached, 'misses (RS256)', 'ours, every token a miss'),
  },
  {
    target: '3. introspection, to undici.request with the same deadline, one at a time',
    least: 0.95,
    unit: '×',
    measure: ({ introspection }) => faster(introspection, 'one at a time', 'undici.request, AbortSignal.timeout'),
  },
  {
    target: '3. the same, 64 in flight',
    least: 0.95,
    unit: '×',
    measure: ({ introspection }) => faster(introspection, IN_FLIGHT, 'undici.request, AbortSignal.timeout'),
  },
  {
    target: '3. main thread, one at a time',
    most: 45,
    unit: 'µs',
    measure: ({ introspection }) => micros(introspection, 'one at a time', 'ours'),
  },
  {
    target: '3. main thread, 64 in flight',
    most: 45,
    unit: 'µs',
    measure: ({ introspection }) => micros(introspection, IN_FLIGHT, 'ours'),
  },
  {
    target: '3. upstream calls for 1,000 callers of one token',
    most: 1,
    measure: ({ introspection }) => fact(introspection, 'upstream calls for 1,000 simultaneous callers of one token'),
  },
  {
    target: '4. gate.check with a warm cache, main thread',
    most: 2.5,
    unit: 'µs',
    measure: ({ gate }) => micros(gate, 'RS256, 200 hot tokens', 'gate.check, warm cache'),
  },
  {
    target: '4. node:http with our gate, to one without authentication',
    least: 0.85,
    unit: '×',
    measure: ({ servers }) => cell(servers, 'node:http', 'to no authentication'),
  },
  {
    target: "4. the official MCP SDK's handler with our gate, to one without",
    least: 0.98,
    unit: '×',
    measure: ({ servers }) => cell(servers, 'MCP SDK', 'to no authentication'),
  },
  {
    target: '4. p99 of node:http with our gate, to one without',
    most: 1.3,
    unit: '×',
    measure: ({ servers }) => cell(servers, 'node:http', 'p99 to no authentication'),
  },
  {
    target: '5. a forged signature, to a good one, main thread',
    most: 1,
    unit: '×',
    measure: ({ forged }) => cpu(forged, IN_FLIGHT, 'forged signatures'),
  },
  {
    target: '5. refusals that need no signature, the slowest kind, a second',
    least: 150_000,
    measure: ({ forged }) => {
      const results = forged?.groups.find(({ name }) => name === REFUSALS)?.results ?? [];
      return smallest(results.map(({ name, opsPerSecond }) => ({ value: opsPerSecond, where: name })));
    },
  },
  {
    target: '6. import @auth/jwt',
    most: 15,
    unit: 'ms',
    measure: (reports) => fact(reports['cold-start'], 'import @auth/jwt, ms'),
  },
  {
    target: '6. import @auth/core',
    most: 5,
    unit: 'ms',
    measure: (reports) => fact(reports['cold-start'], 'import @auth/core, ms'),
  },
  {
    target: '6. files of undici loaded before anything is fetched',
    most: 0,
    measure: (reports) => fact(reports['cold-start'], 'files of undici loaded before anything is fetched'),
  },
  {
    target: '7. live heap at the end of the run, to after two tenths',
    most: 1.05,
    unit: '×',
    measure: ({ memory }) => fact(memory, 'live heap at the end, to after two tenths'),
  },
  {
    target: '7. 256 keys to 1, nothing cached, main thread',
    most: 1.1,
    unit: '×',
    measure: ({ growth }) => cpu(growth, 'keys, uncached', '256 keys'),
  },
  {
    target: '7. 1,000 issuers to 1, nothing cached, main thread',
    most: 1.1,
    unit: '×',
    measure: ({ growth }) => cpu(growth, 'issuers, uncached', '1000 issuers'),
  },
];

/** Each target whose benchmark was run. */
export function targetOutcomes(reports: readonly Report[]): TargetOutcome[] {
  const byName: ReportsByName = Object.fromEntries(reports.map((report) => [report.benchmark, report]));
  return TARGETS.flatMap(({ target, least, most, unit = '', measure }) => {
    const measured = measure(byName);
    if (measured === undefined) return [];
    const { value, where } = measured;
    const text = (amount: number): string => `${number(amount)} ${unit}`.trim();
    return [
      {
        target,
        wanted: least === undefined ? `≤ ${text(most ?? Number.NaN)}` : `≥ ${text(least)}`,
        measured: where === undefined ? text(value) : `${text(value)} (${where})`,
        met: (least === undefined || value >= least) && (most === undefined || value <= most),
      },
    ];
  });
}

function faster(report: Report | undefined, group: string, than: string): Measured | undefined {
  return measuredAs(resultOf(report, group, than)?.firstIsFasterBy);
}

function cpu(report: Report | undefined, group: string, contender: string): Measured | undefined {
  return measuredAs(resultOf(report, group, contender)?.cpuToFirst);
}

function micros(report: Report | undefined, group: string, contender: string): Measured | undefined {
  return measuredAs(resultOf(report, group, contender)?.mainThreadMicros);
}

function fact(report: Report | undefined, name: string): Measured | undefined {
  return measuredAs(report?.facts?.[name]);
}

function cell(report: Report | undefined, table: string, column: string): Measured | undefined {
  return measuredAs(cellOf(report, table, 'ours, cached', column));
}

function measuredAs(value: number | undefined): Measured | undefined {
  return value === undefined ? undefined : { value };
}

function overPeers(
  report: Report | undefined,
  isPeer: (name: string) => boolean,
  isColumn: (name: string) => boolean = () => true,
): Measured[] {
  return (report?.groups ?? []).flatMap(({ name: column, results }) =>
    !isColumn(column)
      ? []
      : results
          .filter(({ name }) => name !== OURS && isPeer(name))
          .map(({ name, firstIsFasterBy }) => ({ value: firstIsFasterBy, where: `${name}, ${column}` })),
  );
}

function smallest(all: readonly Measured[]): Measured | undefined {
  return all.toSorted((a, b) => a.value - b.value)[0];
}
