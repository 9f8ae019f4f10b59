import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';
import { OWN_SCOPE } from './layer-policy.ts';

/** What a scope may look like: `@acme`. */
const SCOPE = /^@[a-z0-9][a-z0-9._-]*$/;

/** Checks a scope that came from a command line or an environment; returns it with its slash. */
export function scopeOption(scope: string): string {
  if (!SCOPE.test(scope)) throw new TypeError(`a scope looks like @acme, not like ${JSON.stringify(scope)}`);
  return `${scope}/`;
}

/** The text with every mention of one of our packages, its entry points included, under another scope. */
export function renameScope(text: string, names: readonly string[], scope: string): string {
  const own = names.map((name) => name.slice(OWN_SCOPE.length)).join('|');
  // Whole names only: neither `x@auth/core` nor `@auth/core-extras` is one of ours.
  return text.replaceAll(new RegExp(`(?<![\\w@-])${OWN_SCOPE}(${own})(?![\\w-])`, 'g'), `${scope}$1`);
}

/**
 * Rewrites every file of an unpacked package: package.json, code, declarations, README. Packages hold text only.
 */
export async function renamePackage(folder: string, names: readonly string[], scope: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, 'utf8');
    const renamed = renameScope(text, names, scope);
    if (renamed !== text) await writeFile(path, renamed);
  }
}

/** Packs a folder that holds a package, as it is, into `target`; resolves to the tarball. */
export async function packFolder(folder: string, target: string): Promise<string> {
  const args = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', target];
  const { exitCode, output } = await run('npm', args, { cwd: folder });
  const name = /"filename":\s*"([^"]+)"/.exec(output)?.[1];
  if (exitCode !== 0 || name === undefined) throw new Error(`npm pack failed in ${folder}:\n${output}`);
  // npm names the scope in the file name or not, depending on its version.
  return join(target, name.replace(/^@/, '').replace('/', '-'));
}
