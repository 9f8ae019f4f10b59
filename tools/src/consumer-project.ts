import { realpathSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.ts';
import type { ReleasePackage } from './pack-release.ts';
import { packFolder } from './rename-scope.ts';

export interface ConsumerProject extends AsyncDisposable {
  readonly folder: string;
}

/** Third-party packages that ours depend on. */
const THIRD_PARTY = ['jose', 'undici'];
const NPM = ['--offline', '--no-audit', '--no-fund', '--no-update-notifier', '--ignore-scripts', '--loglevel=error'];

/**
 * A fresh project outside the workspace that has installed `packages`, with npm and without the network: third-party
 * dependencies are packed from this workspace. Whatever else an installation wanted would make it fail.
 */
export async function createConsumer(packages: readonly ReleasePackage[]): Promise<ConsumerProject> {
  const folder = await mkdtemp(join(tmpdir(), 'consumer-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const vendor = join(folder, 'vendor');
    await mkdir(vendor);
    const overrides: Record<string, string> = {};
    for (const name of THIRD_PARTY) overrides[name] = `file:${await packFolder(installedFolder(name), vendor)}`;
    const dependencies = Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`]));
    const manifest = { name: 'consumer', private: true, type: 'module', dependencies, overrides };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
    const { exitCode, output } = await run('npm', ['install', ...NPM], { cwd: folder });
    if (exitCode !== 0 || output.includes('npm error')) throw new Error(`npm install failed:\n${output}`);
    return { folder, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function installedFolder(name: string): string {
  const entry = realpathSync(fileURLToPath(import.meta.resolve(name)));
  return entry.slice(0, entry.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}`.length);
}
