import { existsSync } from 'node:fs';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pnpmCommand, REPOSITORY_ROOT, run } from './command.ts';

const TEMPLATE = join(REPOSITORY_ROOT, 'tools', 'template');
const PLACEHOLDER = '__name__';

/**
 * Creates `packages/<name>` in the workspace at `root`: a small verifier that keeps every rule, to be changed into what it
 * shall be. The snippets of the documentation can import it from then on. Resolves to the package's folder.
 *
 * @throws Error for a name that is taken or cannot be one.
 */
export async function createPackage(root: string, name: string): Promise<string> {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name))
    throw new Error(`a package name looks like my-verifier, not ${name}`);
  const folder = join(root, 'packages', name);
  if (existsSync(folder)) throw new Error(`packages/${name} is there already`);
  await cp(TEMPLATE, folder, { recursive: true });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(PLACEHOLDER, name));
  }
  await addToTools(root, `@auth/${name}`);
  return folder;
}

/** The snippets are compiled from tools/, which therefore depends on every package. */
async function addToTools(root: string, name: string): Promise<void> {
  const path = join(root, 'tools', 'package.json');
  const manifest: { devDependencies: Record<string, string> } = JSON.parse(await readFile(path, 'utf8'));
  const entries = Object.entries({ ...manifest.devDependencies, [name]: 'workspace:^' });
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  const sorted = { ...manifest, devDependencies: Object.fromEntries(entries) };
  await writeFile(path, `${JSON.stringify(sorted, null, 2)}\n`);
}

if (import.meta.filename === process.argv[1]) {
  const name = process.argv[2];
  if (name === undefined) {
    console.error('pnpm new-package my-verifier');
    process.exit(1);
  }
  await createPackage(REPOSITORY_ROOT, name);
  const [pnpm, ...first] = pnpmCommand();
  const options = { cwd: REPOSITORY_ROOT, show: true };
  for (const args of [['install', '--no-frozen-lockfile', '--prefer-offline'], ['generate']]) {
    const { exitCode } = await run(pnpm, [...first, ...args], options);
    if (exitCode !== 0) process.exit(exitCode);
  }
  console.log(`
packages/${name} is there and keeps every rule: pnpm check, pnpm test --filter=@auth/${name}.
Next: what it may depend on (tools/src/layer-policy.ts), its line in the README's table of packages, and a changeset.`);
}
