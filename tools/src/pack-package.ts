import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pnpmCommand, run } from './command.ts';
import { isManifest, type Manifest } from './workspace.ts';

export interface PackedPackage {
  /** Absolute path of the tarball, in a temporary folder of its own. */
  readonly tarball: string;
  /** Files in the tarball, relative to the package. */
  readonly files: readonly string[];
  /** The package.json that consumers get. */
  readonly manifest: Manifest;
  /** Removes the temporary folder. */
  readonly remove: () => Promise<void>;
}

/**
 * Packs a built package exactly as publishing would: `workspace:` and `catalog:` versions replaced, and the repository's
 * LICENSE added, which pnpm does for packages that have none of their own. Needs no network.
 *
 * @throws Error with pnpm's output when packing fails.
 */
export async function packPackage(folder: string): Promise<PackedPackage> {
  const target = await mkdtemp(join(tmpdir(), 'pack-'));
  const remove = (): Promise<void> => rm(target, { recursive: true, force: true });
  try {
    const [pnpm, ...first] = pnpmCommand();
    const { exitCode, output } = await run(pnpm, [...first, 'pack', '--pack-destination', target], { cwd: folder });
    const name = (await readdir(target)).find((file) => file.endsWith('.tgz'));
    if (exitCode !== 0 || !name) throw new Error(`pnpm pack failed in ${folder}:\n${output}`);
    const tarball = join(target, name);
    const content = join(target, 'content');
    const unpacked = await run('sh', ['-c', 'mkdir "$1" && tar -xzf "$0" -C "$1"', tarball, content], { cwd: target });
    if (unpacked.exitCode !== 0) throw new Error(`cannot unpack ${tarball}:\n${unpacked.output}`);
    const root = join(content, 'package');
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .sort();
    const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    if (!isManifest(manifest)) throw new Error(`the packed package.json of ${folder} has no name`);
    return { tarball, files, manifest, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
