import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT } from '../src/command.ts';
import { publishRelease } from '../src/publish-release.ts';
import { copyWorkspace } from '../src/release-copy.ts';
import { type DryRun, releaseDryRun } from '../src/release-dry-run.ts';
import { renameScope, scopeOption } from '../src/rename-scope.ts';
import { versionPackages, withoutPackages } from '../src/version-packages.ts';
import { findPackages } from '../src/workspace.ts';

const NAMES = ['@auth/core', '@auth/dev-verifiers', '@auth/jwt'];

describe('renaming the scope', () => {
  it.each([
    ["import { a } from '@auth/core';", "import { a } from '@acme/core';"],
    ["await import('@auth/jwt/undici')", "await import('@acme/jwt/undici')"],
    ['"@auth/dev-verifiers": "^1.0.0"', '"@acme/dev-verifiers": "^1.0.0"'],
    ['npm install @auth/core @auth/jwt', 'npm install @acme/core @acme/jwt'],
    ['node_modules/@auth/jwt/dist', 'node_modules/@acme/jwt/dist'],
    ["{@link '@auth/core'}.", "{@link '@acme/core'}."],
  ])('turns %s into %s', (text, expected) => {
    expect(renameScope(text, NAMES, '@acme/')).toBe(expected);
  });

  it.each(['@auth/core-extras', '@auth/core2', '@auth/other', 'x@auth/core', '@auth0/core', 'auth/core'])(
    'leaves %s alone',
    (text) => {
      expect(renameScope(text, NAMES, '@acme/')).toBe(text);
    },
  );

  it.each(['acme', '@', '@Acme', '@acme/', '@a b', '@acme/core', ''])('refuses the scope %j', (scope) => {
    expect(() => scopeOption(scope)).toThrow('a scope looks like @acme');
  });
});

describe('a changeset', () => {
  const changeset = '---\n\'@auth/core\': minor\n"@auth/jwt": patch\n---\n\nWhat changed.\n';

  it('loses the packages that were never published, and keeps the others', () => {
    expect(withoutPackages(changeset, ['@auth/core'])).toBe('---\n"@auth/jwt": patch\n---\n\nWhat changed.\n');
  });

  it('is gone when no package is left in it', () => {
    expect(withoutPackages(changeset, ['@auth/core', '@auth/jwt'])).toBe(undefined);
    expect(withoutPackages('---\n---\n\nNothing.\n', [])).toBe(undefined);
  });
});

describe('publishing', () => {
  const packages = ['core', 'jwt'].map((name) => ({ name: `@acme/${name}`, version: '1.2.0', tarball: `${name}.tgz` }));

  /** An npm that knows some versions, and notes what it was asked to do. */
  function npm(answers: Readonly<Record<string, { exitCode: number; output: string }>>, calls: string[]) {
    return async (args: readonly string[]) => {
      calls.push(args.join(' '));
      return answers[args[1] ?? ''] ?? { exitCode: 1, output: 'npm error code E404' };
    };
  }

  it('publishes what the registry does not have, in order, with provenance, and names the tags', async () => {
    const [calls, lines]: [string[], string[]] = [[], []];
    const published = { exitCode: 0, output: '' };
    const registry = npm({ 'core.tgz': published, 'jwt.tgz': published, '@acme/jwt@1.2.0': published }, calls);
    await publishRelease(packages, registry, (line) => lines.push(line));
    expect(calls.filter((call) => call.startsWith('publish'))).toEqual([
      'publish core.tgz --access public --provenance',
      'publish jwt.tgz --access public --provenance',
    ]);
    expect(lines).toEqual(['New tag: @acme/core@1.2.0', 'New tag: @acme/jwt@1.2.0']);
  });

  it('leaves what is there already', async () => {
    const calls: string[] = [];
    const known = { exitCode: 0, output: '1.2.0\n' };
    await publishRelease(
      packages,
      npm({ '@acme/core@1.2.0': known, '@acme/jwt@1.2.0': known }, calls),
      () => undefined,
    );
    expect(calls.filter((call) => call.startsWith('publish'))).toEqual([]);
  });

  it('stops when the registry cannot be asked, and when it refuses', async () => {
    const down = { exitCode: 1, output: 'npm error code ECONNREFUSED' };
    await expect(publishRelease(packages, npm({ '@acme/core@1.2.0': down }, []), () => undefined)).rejects.toThrow(
      'cannot tell whether @acme/core@1.2.0 is published',
    );
    await expect(publishRelease(packages, npm({}, []), () => undefined)).rejects.toThrow('could not be published');
  });
});

describe('a dry run of the release, under another scope', () => {
  let dryRun: DryRun;
  const libraries = findPackages(REPOSITORY_ROOT).filter(({ kind }) => kind === 'library');

  beforeAll(async () => {
    dryRun = await releaseDryRun(REPOSITORY_ROOT, '@acme');
  }, 300_000);

  it('packs every package under that scope', () => {
    const names = libraries.map(({ name }) => name.replace('@auth/', '@acme/')).sort();
    expect(dryRun.packages.map(({ name }) => name).sort()).toEqual(names);
    expect(dryRun.packages[0]?.name).toBe('@acme/core');
  });

  it('gives a package that was never published the version 1.0.0, whatever its changesets say', () => {
    for (const { folder, label, name } of libraries.filter((each) => !existsSync(join(each.folder, 'CHANGELOG.md')))) {
      const released = dryRun.packages.find((each) => each.name === name.replace('@auth/', '@acme/'));
      expect(released?.version, folder).toBe('1.0.0');
      expect(dryRun.changeLogs[label]).toMatch(
        /^## 1\.0\.0\n\n### Major Changes\n\n- [0-9a-f]+: First public release\.(?:\n\n### Patch Changes\n\n- Updated dependencies.*(?:\n {2}- .*)*)?$/,
      );
    }
  });

  it('installs all of them into a fresh project, where they work', () => {
    expect(dryRun.consumerOutput).toMatch(/^A fresh project installed all packages, and they work\.$/m);
  });
});

describe('versions after the first release', () => {
  it('are independent: a package gets a new one for its own changes, others stay', async () => {
    await using copy = await copyWorkspace(REPOSITORY_ROOT);
    const versions = (): Record<string, string | undefined> =>
      Object.fromEntries(
        findPackages(copy.root)
          .filter(({ kind }) => kind === 'library')
          .map(({ name, manifest }) => [name, manifest.version]),
      );
    await versionPackages(copy.root);
    const before = versions();
    const changeset = "---\n'@auth/jwt': minor\n---\n\nIt can do more.\n";
    writeFileSync(join(copy.root, '.changeset', 'more.md'), changeset);
    await versionPackages(copy.root);
    const [major, minor = ''] = before['@auth/jwt']?.split('.') ?? [];
    const version = `${major}.${Number(minor) + 1}.0`;
    expect(versions()).toEqual({ ...before, '@auth/jwt': version });
    const log = readFileSync(join(copy.root, 'packages/jwt/CHANGELOG.md'), 'utf8');
    const entry = new RegExp(`^## ${version}\\n\\n### Minor Changes\\n\\n- .*It can do more\\.$`, 'm');
    expect(log).toMatch(entry);
  }, 120_000);
});
