import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { REPOSITORY_ROOT, run } from './command.ts';
import { entryFiles, PARTS } from './join-modules.ts';
import { checkMetadata } from './manifest-rules.ts';
import { type PackedPackage, packPackage } from './pack-package.ts';
import { type Manifest, readManifest } from './workspace.ts';

/** Everything a published package may hold at its top. */
const PUBLISHED = ['dist', 'package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];

/**
 * Packs the built package in `folder` and checks what its users would get: the right files and nothing else, real version
 * ranges, the fields that all packages share, publint (strict) and are-the-types-wrong (ESM only, every entry point). Needs no
 * network. Returns one line for each problem.
 */
export async function checkPackage(folder: string): Promise<readonly string[]> {
  if (!existsSync(join(folder, 'dist', 'index.js'))) return ['dist/index.js is missing: build the package first'];
  const packed = await packPackage(folder);
  try {
    return [
      ...staleOutputs(folder),
      ...checkContents(packed.files),
      ...checkRanges(packed.manifest),
      ...checkMetadata(packed.manifest, `packages/${basename(folder)}`),
      ...(await checkWithPublint(packed)),
      ...(await checkTypes(packed)),
    ];
  } finally {
    await packed.remove();
  }
}

/** Files of dist/ that a build would not write today: nothing deletes old declarations, and all of it would be published. */
function staleOutputs(folder: string): readonly string[] {
  const sources = new Set(readdirSync(join(folder, 'src')).map(stem));
  const entries = new Set(entryFiles(readManifest(folder)).map((file) => basename(file)));
  const isCurrent = (file: string): boolean =>
    file.endsWith('.js') ? entries.has(file) || PARTS.test(file) : sources.has(stem(file));
  return readdirSync(join(folder, 'dist'))
    .filter((file) => !isCurrent(file))
    .map((file) => `dist/${file} is of an earlier build: delete dist/ and build again`);
}

/** What is missing from, or does not belong in, the list of packed files. */
export function checkContents(files: readonly string[]): readonly string[] {
  const required = ['dist/index.js', 'dist/index.d.ts', 'package.json', 'README.md', 'LICENSE'];
  const missing = required.filter((file) => !files.includes(file)).map((file) => `${file} is not in the tarball`);
  const extra = files
    .filter((file) => !PUBLISHED.includes(file.split('/')[0] ?? '') || /(?:\.test\.|\.tsbuildinfo$|\.map$)/.test(file))
    .map((file) => `${file} must not be in the tarball`);
  return [...missing, ...extra];
}

/** Workspace protocols must not reach users, and a range of ours below 1.0.0 could resolve to a stranger's package. */
export function checkRanges(manifest: Manifest): readonly string[] {
  const { dependencies, peerDependencies } = manifest;
  return Object.entries({ ...dependencies, ...peerDependencies }).flatMap(([name, range]) => {
    if (/^(?:workspace|catalog|file|link):/.test(range))
      return [`${name} has the range ${range}, which only works here`];
    const isOwn = name.startsWith('@auth/');
    return isOwn && !/^\^?[1-9]\d*\./.test(range) ? [`${name} has the range ${range}: ours start at 1.0.0`] : [];
  });
}

async function checkWithPublint(packed: PackedPackage): Promise<readonly string[]> {
  const bytes = new Uint8Array(await readFile(packed.tarball));
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
  return messages.map((message) => `publint ${message.type}: ${formatMessage(message, pkg, { color: false })}`);
}

async function checkTypes(packed: PackedPackage): Promise<readonly string[]> {
  const attw = join(REPOSITORY_ROOT, 'tools', 'node_modules', '.bin', 'attw');
  const args = [packed.tarball, '--profile', 'esm-only', '--no-color', '--no-emoji', '--format', 'table-flipped'];
  const { exitCode, output } = await run(attw, args, { cwd: REPOSITORY_ROOT });
  return exitCode === 0 ? [] : [`attw:\n${output.trim()}`];
}

function stem(file: string): string {
  return basename(file).replace(/(?:\.d)?\.[cm]?[jt]s$/, '');
}

if (import.meta.filename === process.argv[1]) {
  const folder = process.cwd();
  const { name } = readManifest(folder);
  const problems = await checkPackage(folder);
  for (const problem of problems) console.error(`${name}: ${problem}`);
  console.log(problems.length === 0 ? `${name}: package is fine` : `${name}: ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
