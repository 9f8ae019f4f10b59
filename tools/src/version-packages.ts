import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_ROOT, run } from './command.ts';
import { findPackages, type WorkspacePackage } from './workspace.ts';

/** The changeset that brings packages into the world; written here, for those that are not there yet. */
const FIRST_RELEASE = 'first-release.md';

/**
 * Turns the changesets of the workspace at `root` into versions and change logs, with `changeset version`. A package without
 * a change log was never published: it comes out as 1.0.0, whatever changesets named it before, since they tell of versions
 * that nobody has seen.
 *
 * @throws Error with the output of changesets when it fails.
 */
export async function versionPackages(root: string): Promise<void> {
  const unpublished = findPackages(root).filter(
    ({ kind, folder }) => kind === 'library' && !existsSync(join(folder, 'CHANGELOG.md')),
  );
  prepareFirstRelease(root, unpublished);
  const changeset = join(REPOSITORY_ROOT, 'node_modules', '.bin', 'changeset');
  const { exitCode, output } = await run(changeset, ['version'], { cwd: root });
  if (exitCode !== 0) throw new Error(`changeset version failed:\n${output}`);
}

function prepareFirstRelease(root: string, unpublished: readonly WorkspacePackage[]): void {
  if (unpublished.length === 0) return;
  const changesets = join(root, '.changeset');
  rmSync(join(changesets, FIRST_RELEASE), { force: true });
  const names = unpublished.map(({ name }) => name);
  for (const file of readdirSync(changesets).filter((name) => name.endsWith('.md') && name !== 'README.md')) {
    const path = join(changesets, file);
    const rest = withoutPackages(readFileSync(path, 'utf8'), names);
    if (rest === undefined) rmSync(path);
    else writeFileSync(path, rest);
  }
  for (const { folder } of unpublished) {
    const path = join(folder, 'package.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^( {2}"version": )".*"/m, '$1"0.0.0"'));
  }
  const lines = names.map((name) => `'${name}': major`);
  writeFileSync(join(changesets, FIRST_RELEASE), `---\n${lines.join('\n')}\n---\n\nFirst public release.\n`);
}

/** A changeset without the lines of some packages; `undefined` when no package is left in it. */
export function withoutPackages(changeset: string, names: readonly string[]): string | undefined {
  const [, front = '', text = ''] = /^---\n([\s\S]*?)---\n([\s\S]*)$/.exec(changeset) ?? [];
  const lines = front.split('\n').filter((line) => line.trim() !== '');
  const kept = lines.filter((line) => !names.some((name) => new RegExp(`^['"]${name}['"]:`).test(line)));
  return kept.length === 0 ? undefined : `---\n${kept.join('\n')}\n---\n${text}`;
}

if (import.meta.filename === process.argv[1]) await versionPackages(REPOSITORY_ROOT);
