import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { REPOSITORY_ROOT, run } from './command.ts';
import { createConsumer } from './consumer-project.ts';
import { OWN_SCOPE } from './layer-policy.ts';
import { packRelease, type ReleasePackage } from './pack-release.ts';
import { copyWorkspace } from './release-copy.ts';
import { CONSUMER_SCRIPT } from './release-script.ts';
import { scopeOption } from './rename-scope.ts';
import { versionPackages } from './version-packages.ts';
import { findPackages } from './workspace.ts';

export interface DryRun {
  readonly packages: readonly ReleasePackage[];
  /** Package folder → the entry of the new version in its change log. */
  readonly changeLogs: Readonly<Record<string, string>>;
  /** What the consumer printed. */
  readonly consumerOutput: string;
}

/**
 * A whole release without publishing, on a copy: versions and change logs from the changesets, every package packed (under
 * another scope when one is given), all of them installed into a fresh project, which then runs on them.
 *
 * @throws Error when a step fails.
 */
export async function releaseDryRun(root: string, scope?: string): Promise<DryRun> {
  const prefix = scope === undefined ? undefined : scopeOption(scope);
  await using copy = await copyWorkspace(root);
  await versionPackages(copy.root);
  const packages = await packRelease(copy.root, join(copy.root, 'tarballs'), prefix);
  await using consumer = await createConsumer(packages);
  const script = join(consumer.folder, 'release.mjs');
  await writeFile(script, CONSUMER_SCRIPT.replaceAll(OWN_SCOPE, prefix ?? OWN_SCOPE));
  const { exitCode, output } = await run(process.execPath, [script], { cwd: consumer.folder, timeoutMs: 60_000 });
  if (exitCode !== 0) throw new Error(`the consumer failed:\n${output}`);
  if (prefix) await assertRenamed(consumer.folder);
  await rm(join(consumer.folder, 'vendor'), { recursive: true, force: true });
  return { packages, changeLogs: changeLogs(copy.root), consumerOutput: output.trim() };
}

/** Nothing that was installed may speak of the scope that was replaced. */
async function assertRenamed(folder: string): Promise<void> {
  const { output } = await run('grep', ['-rlE', `${OWN_SCOPE}[a-z]`, join(folder, 'node_modules')], { cwd: folder });
  if (output.trim() !== '') throw new Error(`${OWN_SCOPE} is still mentioned in:\n${output}`);
}

function changeLogs(root: string): Readonly<Record<string, string>> {
  const libraries = findPackages(root).filter(({ kind }) => kind === 'library');
  return Object.fromEntries(
    libraries.map(({ label, folder }) => [label, latestEntry(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8'))]),
  );
}

/** From the first version's heading to the next one's. */
function latestEntry(changeLog: string): string {
  const [, entry = ''] = changeLog.split(/^(?=## )/m);
  return entry.trim();
}

if (import.meta.filename === process.argv[1]) {
  const { scope } = parseArgs({ options: { scope: { type: 'string' } } }).values;
  const { packages, changeLogs: logs, consumerOutput } = await releaseDryRun(REPOSITORY_ROOT, scope);
  for (const { name, version } of packages) console.log(`${name} ${version}`);
  for (const [label, entry] of Object.entries(logs)) console.log(`\n${label}/CHANGELOG.md\n${entry}`);
  console.log(`\n${consumerOutput}\nNothing was published.`);
}
