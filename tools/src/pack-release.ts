import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type PackedPackage, packPackage } from './pack-package.ts';
import { packFolder, renamePackage, renameScope } from './rename-scope.ts';
import { findPackages } from './workspace.ts';

export interface ReleasePackage {
  /** The name under which it is published. */
  readonly name: string;
  readonly version: string;
  /** Absolute path of its tarball. */
  readonly tarball: string;
}

/**
 * Packs every library of the workspace at `root` as it is to be published, into `target`; under another scope when one is
 * given (with its slash, see `scopeOption`). The packages must be built. In the order in which they can be published: each
 * after those it depends on.
 */
export async function packRelease(root: string, target: string, scope?: string): Promise<readonly ReleasePackage[]> {
  await mkdir(target, { recursive: true });
  const libraries = findPackages(root).filter(({ kind }) => kind === 'library');
  const names = libraries.map(({ name }) => name);
  const released: (ReleasePackage & { readonly dependencies: readonly string[] })[] = [];
  for (const { folder, name } of libraries) {
    const packed = await packPackage(folder);
    try {
      const tarball = await take(packed, target, names, scope);
      released.push({
        name: scope ? renameScope(name, names, scope) : name,
        version: packed.manifest.version ?? '',
        tarball,
        dependencies: Object.keys({ ...packed.manifest.dependencies, ...packed.manifest.peerDependencies }),
      });
    } finally {
      await packed.remove();
    }
  }
  // No package depends on one that has more own dependencies than itself.
  const own = (dependencies: readonly string[]): number => dependencies.filter((name) => names.includes(name)).length;
  return released
    .sort((a, b) => own(a.dependencies) - own(b.dependencies))
    .map(({ name, version, tarball }) => ({ name, version, tarball }));
}

async function take(packed: PackedPackage, target: string, names: readonly string[], scope?: string): Promise<string> {
  const content = join(dirname(packed.tarball), 'content', 'package');
  if (scope) await renamePackage(content, names, scope);
  return packFolder(content, target);
}
