import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where and with what something was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly platform: string;
  /** Processes that wanted a core, averaged over the last minute: what is above zero before the run disturbs it. */
  readonly loadBefore: number;
  /** Day of the run. */
  readonly date: string;
  readonly versions: Readonly<Record<string, string>>;
}

const PEERS = [
  'jose',
  'fast-jwt',
  'jsonwebtoken',
  'aws-jwt-verify',
  'express-oauth2-jwt-bearer',
  'undici',
  'express',
  '@modelcontextprotocol/server',
];

export function machine(): Machine {
  const [first] = cpus();
  const versions = Object.fromEntries(PEERS.map((name) => [name, installedVersion(name)]));
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    platform: `${process.platform} ${process.arch}`,
    loadBefore: loadavg()[0] ?? Number.NaN,
    date: new Date().toISOString().slice(0, 10),
    versions: { node: process.versions.node, openssl: process.versions.openssl, ...versions },
  };
}

/** One line about it. */
export function describeMachine({ cpu, cores, platform, loadBefore, date, versions }: Machine): string {
  const listed = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${date}; ${cpu}, ${cores} cores, ${platform}, load ${loadBefore.toFixed(1)} before the run; ${listed.join(', ')}`;
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
