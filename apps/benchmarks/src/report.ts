import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Result } from './measure.js';

/** What was measured side by side: a column of the table. */
export interface Group {
  readonly name: string;
  readonly results: readonly Result[];
}

export interface Report {
  readonly benchmark: string;
  readonly groups: readonly Group[];
  /** Findings that are no rate: numbers with their names. */
  readonly facts?: Readonly<Record<string, number>>;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly platform: string;
  readonly versions: Readonly<Record<string, string>>;
}

const PEERS = ['jose', 'fast-jwt', 'jsonwebtoken', 'aws-jwt-verify', 'express-oauth2-jwt-bearer', 'undici'];

export function machine(): Machine {
  const [first] = cpus();
  const versions = Object.fromEntries(PEERS.map((name) => [name, installedVersion(name)]));
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    platform: `${process.platform} ${process.arch}`,
    versions: { node: process.versions.node, openssl: process.versions.openssl, ...versions },
  };
}

/** The machine and the tables, in Markdown: contenders are rows, groups are columns. */
export function formatReport(report: Report, { cpu, cores, platform, versions }: Machine): string {
  const listed = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const lines = [`## ${report.benchmark}`, '', `${cpu}, ${cores} cores, ${platform}; ${listed.join(', ')}`, ''];
  if (report.groups.length > 0) {
    const cell = (result: Result): string =>
      `${amount(result.opsPerSecond)} (${result.firstIsFasterBy.toFixed(2)}) ${result.mainThreadMicros.toFixed(2)}`;
    lines.push(
      'Each cell: operations per second, (how many times as fast the first row is), main-thread CPU in µs each.',
      '',
    );
    lines.push(...table(report.groups, cell), '');
  }
  for (const [name, value] of Object.entries(report.facts ?? {})) lines.push(`- ${name}: ${Number(value.toFixed(2))}`);
  return `${lines.join('\n').trimEnd()}\n`;
}

function table(groups: readonly Group[], cell: (result: Result) => string): string[] {
  const names = [...new Set(groups.flatMap(({ results }) => results.map(({ name }) => name)))];
  const rows = names.map((name) => [
    name,
    ...groups.map(({ results }) => {
      const found = results.find((result) => result.name === name);
      return found === undefined ? '–' : cell(found);
    }),
  ]);
  const header = ['', ...groups.map(({ name }) => name)];
  return [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
}

function amount(perSecond: number): string {
  return perSecond >= 10_000 ? `${(perSecond / 1_000).toFixed(1)} k` : perSecond.toFixed(0);
}

/** Read beside the package's entry, since not every package exports its package.json. */
function installedVersion(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.resolve(name)));
  for (;;) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (manifest.name === name && manifest.version !== undefined) return manifest.version;
    } catch {
      // No package.json here: further up.
    }
    const parent = dirname(folder);
    if (parent === folder) return 'unknown';
    folder = parent;
  }
}
