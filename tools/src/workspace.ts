import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly authLayers?: readonly string[];
  /** Modules that are no entry points, and are built to files of their own for tests from outside. */
  readonly authSeams?: readonly string[];
  readonly imports?: Readonly<Record<string, unknown>>;
  readonly exports?: Readonly<Record<string, string | { readonly types?: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** `library`: packages/*, published. `app`: apps/*. `tools`: the workspace's own checks. */
export type PackageKind = 'library' | 'app' | 'tools';

export interface WorkspacePackage {
  readonly kind: PackageKind;
  readonly name: string;
  /** Absolute folder. */
  readonly folder: string;
  /** Folder relative to the root, for messages. */
  readonly label: string;
  readonly manifest: Manifest;
}

/** The packages of the workspace at `root`, in a stable order. */
export function findPackages(root: string): readonly WorkspacePackage[] {
  const folders: (readonly [PackageKind, string])[] = [
    ...subfolders(join(root, 'packages')).map((folder) => ['library', folder] as const),
    ...subfolders(join(root, 'apps')).map((folder) => ['app', folder] as const),
    ['tools', join(root, 'tools')],
  ];
  return folders
    .filter(([, folder]) => existsSync(join(folder, 'package.json')))
    .map(([kind, folder]) => {
      const manifest = readManifest(folder);
      return { kind, name: manifest.name, folder, label: relative(root, folder), manifest };
    });
}

export function readManifest(folder: string): Manifest {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!isManifest(manifest)) throw new TypeError(`${join(folder, 'package.json')} has no "name"`);
  return manifest;
}

/** Files with one of the endings below `folder`, absolute, sorted; installed and generated folders are left out. */
export function findFiles(folder: string, endings: readonly string[]): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => a.name.localeCompare(b.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : findFiles(path, endings);
      return endings.some((ending) => basename(path).endsWith(ending)) ? [path] : [];
    });
}

// `template`: its files name a package that is not there.
const SKIPPED_FOLDERS = new Set(['node_modules', 'template', 'dist', 'coverage', '.turbo', '.snippets', '.git']);

function subfolders(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name))
    .sort();
}

export function isManifest(value: unknown): value is Manifest {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}
