import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A runtime of the matrix, as `runtimes.json` describes it; the suite proves the description, the README shows it. */
export interface Runtime {
  readonly name: string;
  /** Its package in `toolchain/`; Node has one for each platform, `node22-linux-x64`. */
  readonly package: string;
  /** The conditions under which it, or the bundler for it, resolves packages. */
  readonly conditions: readonly string[];
  readonly transport: 'undici' | 'fetch';
  readonly cryptography: 'node:crypto' | 'Web Crypto';
  /** Whether it can verify ML-DSA signatures. */
  readonly mlDsa: boolean;
}

const APP = join(import.meta.dirname, '..');

/** What runtimes run is the compiled code, also when the tests import the sources. */
export const BUILT: string = join(APP, 'dist');

export const TOOLCHAIN: string = join(APP, 'toolchain');

export const RUNTIMES: readonly Runtime[] = JSON.parse(readFileSync(join(APP, 'runtimes.json'), 'utf8'));

/** The executable of a runtime below an installed toolchain; `undefined` when there is none for this platform. */
export function findExecutable(runtime: Runtime, modules: string): string | undefined {
  const isNode = runtime.package.startsWith('node');
  const wanted = isNode ? 'node' : runtime.package;
  const holders = isNode
    ? [`${runtime.package}-${process.platform}-${process.arch}`]
    : // The package named like the runtime only starts the binary, which another package has for each platform.
      ['@oven', '@deno', '@cloudflare'];
  for (const holder of holders) {
    const folder = join(modules, holder);
    const entry = entriesBelow(folder).find(
      ({ name, parentPath }) => name === wanted && isBinary(join(parentPath, name)),
    );
    if (entry) return join(entry.parentPath, entry.name);
  }
  return undefined;
}

function entriesBelow(folder: string): readonly { readonly name: string; readonly parentPath: string }[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  } catch {
    return [];
  }
}

/** No script: ELF, or Mach-O in its two spellings. */
function isBinary(path: string): boolean {
  const start = readFileSync(path).subarray(0, 4).toString('hex');
  return ['7f454c46', 'cffaedfe', 'cafebabe'].includes(start);
}
