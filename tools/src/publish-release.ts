import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY_ROOT, run } from './command.ts';
import { packRelease, type ReleasePackage } from './pack-release.ts';
import { scopeOption } from './rename-scope.ts';

type Npm = (args: readonly string[]) => Promise<{ readonly exitCode: number; readonly output: string }>;

/**
 * Publishes what the registry does not have yet, in order, and prints a line for each that the release workflow turns into a
 * tag. Publishing needs no token: the registry trusts the workflow, and each package carries a provenance statement
 * (`publishConfig`).
 *
 * @throws Error with npm's output when publishing fails, or when it cannot be told what is published.
 */
export async function publishRelease(
  packages: readonly ReleasePackage[],
  npm: Npm,
  print: (line: string) => void,
): Promise<void> {
  for (const { name, version, tarball } of packages) {
    const known = await npm(['view', `${name}@${version}`, 'version']);
    if (known.exitCode !== 0 && !known.output.includes('E404')) {
      throw new Error(`npm cannot tell whether ${name}@${version} is published:\n${known.output}`);
    }
    // npm answers with nothing, and no error, when there is the package but not this version.
    if (known.exitCode === 0 && known.output.includes(version)) continue;
    const { exitCode, output } = await npm(['publish', tarball, '--access', 'public', '--provenance']);
    if (exitCode !== 0) throw new Error(`${name}@${version} could not be published:\n${output}`);
    print(`New tag: ${name}@${version}`);
  }
}

if (import.meta.filename === process.argv[1]) {
  // The one switch for a scope of one's own; see docs/releasing.md.
  const scope = process.env.RELEASE_SCOPE ? scopeOption(process.env.RELEASE_SCOPE) : undefined;
  const target = await mkdtemp(join(tmpdir(), 'publish-'));
  try {
    const packages = await packRelease(REPOSITORY_ROOT, target, scope);
    await publishRelease(
      packages,
      (args) => run('npm', args, { cwd: target }),
      (line) => console.log(line),
    );
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}
