import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { run } from './command.ts';
import { findPackages } from './workspace.ts';

const LEFT_OUT = new Set(['node_modules', '.git', '.turbo', 'coverage', '.snippets', 'reports']);

export interface ReleaseCopy extends AsyncDisposable {
  readonly root: string;
}

/**
 * A copy of the workspace at `root`, built files included, in a temporary folder, where versions may be changed and packages
 * packed. It has a git history of one commit, which the change logs need, and the links between our packages, which packing
 * needs; nothing else is installed.
 */
export async function copyWorkspace(root: string): Promise<ReleaseCopy> {
  const target = await mkdtemp(join(tmpdir(), 'release-'));
  const remove = (): Promise<void> => rm(target, { recursive: true, force: true });
  try {
    await cp(root, target, { recursive: true, filter: (path) => path === root || !LEFT_OUT.has(basename(path)) });
    await linkPackages(target);
    const identity = ['-c', 'user.name=release', '-c', 'user.email=release@localhost', '-c', 'commit.gpgsign=false'];
    for (const args of [
      ['init', '-q', '-b', 'main'],
      ['add', '-A'],
      [...identity, 'commit', '-qm', 'release'],
    ]) {
      const { exitCode, output } = await run('git', args, { cwd: target });
      if (exitCode !== 0) throw new Error(`git ${args[0]} failed in ${target}:\n${output}`);
    }
    return { root: target, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function linkPackages(root: string): Promise<void> {
  const packages = findPackages(root);
  for (const { folder, manifest } of packages.filter(({ kind }) => kind === 'library')) {
    const { dependencies, peerDependencies } = manifest;
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      const dependency = packages.find((each) => each.name === name);
      const link = join(folder, 'node_modules', name);
      if (!dependency || existsSync(link)) continue;
      await mkdir(dirname(link), { recursive: true });
      await symlink(dependency.folder, link);
    }
  }
}
