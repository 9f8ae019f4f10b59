import { existsSync, readFileSync } from 'node:fs';
import { createRequire, findPackageJSON } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A module's exports, or why there are none. */
export type LoadedModule =
  | { readonly exports: Readonly<Record<string, unknown>> }
  | { readonly failure: 'refused' | 'not-found' }
  | { readonly failure: 'broken'; readonly error: unknown };

/**
 * Imports a module by package name, path or `file:` URL. Paths are relative to the working directory. A package is looked for
 * next to this one, then from the working directory and the program's main file, because with strict package managers only
 * the application sees what it installed. URLs of other schemes, `data:` and `http:` among them, are refused.
 */
export async function loadModule(specifier: string): Promise<LoadedModule> {
  const path = localPath(specifier);
  if (path !== undefined) return existsSync(path) ? load(pathToFileURL(path).href) : { failure: 'not-found' };
  if (!/^(@[\w.-]+\/)?[\w-][\w.-]*(\/[\w./-]+)?$/.test(specifier)) return { failure: 'refused' };

  const nearby = await load(specifier);
  if (!('failure' in nearby) || nearby.failure !== 'not-found') return nearby;
  for (const folder of applicationFolders()) {
    const url = resolveFrom(folder, specifier);
    if (url !== undefined) return load(url);
  }
  return nearby;
}

/** The absolute path that a specifier names, or undefined when it names a package. */
export function localPath(specifier: string): string | undefined {
  if (specifier.startsWith('file:')) {
    try {
      return fileURLToPath(specifier);
    } catch {
      // Another host, for example: no file of ours, and no name of a package either.
      return undefined;
    }
  }
  return /^\.{1,2}[\\/]/.test(specifier) || isAbsolute(specifier) ? resolve(specifier) : undefined;
}

async function load(specifier: string): Promise<LoadedModule> {
  try {
    return { exports: (await import(specifier)) as Readonly<Record<string, unknown>> };
  } catch (error) {
    return isMissing(error, specifier) ? { failure: 'not-found' } : { failure: 'broken', error };
  }
}

/** Whether the module itself is missing, and not one that it imports. */
function isMissing(error: unknown, specifier: string): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === 'ERR_MODULE_NOT_FOUND' && String(message).includes(`'${packageName(specifier)}'`);
}

/** Where the application's own packages may be. */
function applicationFolders(): readonly string[] {
  const main = process.argv[1];
  return main === undefined ? [process.cwd()] : [process.cwd(), dirname(resolve(main))];
}

function resolveFrom(folder: string, specifier: string): string | undefined {
  const base = join(folder, 'index.js');
  try {
    return pathToFileURL(createRequire(base).resolve(specifier)).href;
  } catch (error) {
    const { code } = error as { code?: unknown };
    return code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ? importOnlyTarget(base, specifier) : undefined;
  }
}

/** For packages whose `exports` have no entry for `require`, which is all that a computed resolution can ask for. */
function importOnlyTarget(base: string, specifier: string): string | undefined {
  const name = packageName(specifier);
  const manifest = findPackageJSON(name, pathToFileURL(base));
  if (manifest === undefined) return undefined;
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports?: unknown };
  const subpath = `.${specifier.slice(name.length)}`;
  let target: unknown = isObject(exports) && subpath in exports ? exports[subpath] : exports;
  while (isObject(target)) {
    const condition = Object.keys(target).find((key) => ['node', 'import', 'default'].includes(key));
    target = condition === undefined ? undefined : target[condition];
  }
  return typeof target === 'string' ? pathToFileURL(join(dirname(manifest), target)).href : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
