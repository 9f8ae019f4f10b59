import { readdirSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readManifest, type WorkspacePackage } from './workspace.ts';

export interface InstalledSize {
  readonly name: string;
  /** Packages that end up in node_modules, the package itself included; optional peers are the user's choice and left out. */
  readonly packages: number;
  /** Bytes of all their files. */
  readonly bytes: number;
  /** Bytes of the package itself. */
  readonly ownBytes: number;
}

/** What installing a package of this workspace brings, computed from what is installed here. The package must be built. */
export function installedSize({ folder }: WorkspacePackage): InstalledSize {
  return sizeOf(folder);
}

/** The same for a package that `owner` depends on. */
export function installedSizeOf(name: string, owner: WorkspacePackage): InstalledSize {
  return sizeOf(dependencyFolder(name, owner.folder));
}

function sizeOf(folder: string): InstalledSize {
  const folders = closure(folder);
  const sizes = [...folders].map(folderBytes);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return { name: readManifest(folder).name, packages: folders.size, bytes, ownBytes: folderBytes(folder) };
}

/** The folder and those of all its dependencies, each once. */
function closure(folder: string, found: Set<string> = new Set()): ReadonlySet<string> {
  found.add(folder);
  for (const name of Object.keys(readManifest(folder).dependencies ?? {})) {
    const dependency = dependencyFolder(name, folder);
    if (!found.has(dependency)) closure(dependency, found);
  }
  return found;
}

function dependencyFolder(name: string, from: string): string {
  const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  for (const place of places) {
    const folder = join(place, name);
    if (statSync(folder, { throwIfNoEntry: false })) return realpathSync(folder);
  }
  throw new Error(`${name}, a dependency of ${from}, is not installed`);
}

/** Bytes of the files that are, or would be, published: of ours what `files` names, of others all that was installed. */
function folderBytes(folder: string): number {
  const isOwn = !folder.includes('node_modules');
  const tops = isOwn ? ['dist', 'package.json', 'README.md'] : readdirSync(folder);
  return tops.filter((top) => top !== 'node_modules').reduce((sum, top) => sum + bytesBelow(join(folder, top)), 0);
}

function bytesBelow(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.size ?? 0;
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
