import { type InstalledSize, installedSize, installedSizeOf } from './installed-size.ts';
import type { WorkspacePackage } from './workspace.ts';

/** How far a size may move before the table counts as stale: not every commit shall touch the README. */
const TOLERANCE = 0.15;

/** Peers that do a part of what ours do; they are installed for the benchmarks. */
const PEERS = ['express-oauth2-jwt-bearer', 'aws-jwt-verify', 'fast-jwt'];

/**
 * The table of installed sizes, as Markdown. Numbers of `previous`, the table as it stands, are kept while they are still
 * about right.
 */
export function sizeTable(packages: readonly WorkspacePackage[], previous: string): string {
  const libraries = packages.filter(({ kind }) => kind === 'library').map(installedSize);
  const benchmarks = packages.find(({ name }) => name === 'benchmarks');
  const peers = benchmarks ? PEERS.map((name) => installedSizeOf(name, benchmarks)) : [];
  const rows = [...libraries, ...peers].map((size) => sizeRow(size, previous));
  return ['| installing | packages | kB | of which its own |', '|---|--:|--:|--:|', ...rows].join('\n');
}

export function sizeRow({ name, packages, bytes, ownBytes }: InstalledSize, previous: string): string {
  const start = `| \`${name}\` |`;
  const before = previous.split('\n').find((line) => line.startsWith(start));
  const [, , , total, own] = before?.split('|').map((cell) => Number(cell)) ?? [];
  return `${start} ${packages} | ${kilobytes(bytes, total)} | ${kilobytes(ownBytes, own)} |`;
}

function kilobytes(bytes: number, previous: number | undefined): number {
  const kB = bytes / 1000;
  if (previous !== undefined && Math.abs(previous - kB) <= kB * TOLERANCE) return previous;
  return kB < 100 ? Math.ceil(kB) : Math.round(kB / 10) * 10;
}
