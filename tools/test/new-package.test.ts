import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLayers, formatViolation } from '../src/check-layers.ts';
import { checkPackage } from '../src/check-package.ts';
import { type CommandResult, REPOSITORY_ROOT, run } from '../src/command.ts';
import { generatedFiles } from '../src/generate.ts';
import { joinModules } from '../src/join-modules.ts';
import { createPackage } from '../src/new-package.ts';
import { compileSnippets, extractSnippets, runSnippet } from '../src/readme-snippets.ts';
import { copyWorkspace, type ReleaseCopy } from '../src/release-copy.ts';
import { readManifest } from '../src/workspace.ts';

const NAME = 'fresh-verifier';

describe('a new package, in a copy of this workspace', () => {
  let copy: ReleaseCopy;
  let folder = '';

  beforeAll(async () => {
    copy = await copyWorkspace(REPOSITORY_ROOT);
    folder = await createPackage(copy.root, NAME);
    await linkInstalled(copy.root, folder);
  }, 120_000);
  afterAll(() => copy?.[Symbol.asyncDispose]());

  const binary = (name: string, ...args: string[]): Promise<CommandResult> =>
    run(join(REPOSITORY_ROOT, 'node_modules', '.bin', name), args, { cwd: folder });

  it('keeps the format and the rules of the linter', async () => {
    const { exitCode, output } = await binary('biome', 'ci', '--config-path', copy.root, '.');
    expect(exitCode, output).toBe(0);
  });

  it('keeps the layer rules', () => {
    const own = checkLayers(copy.root).filter(({ path }) => path.includes(NAME));
    expect(own.map((violation) => formatViolation(copy.root, violation))).toEqual([]);
  });

  it('builds, has right types, passes its tests and the checks of its tarball', async () => {
    for (const args of [
      ['tsc', '-p', 'tsconfig.build.json'],
      ['tsc', '-p', 'tsconfig.json', '--noEmit'],
      ['vitest', 'run'],
    ] as const) {
      const [name, ...rest] = args;
      const { exitCode, output } = await binary(name, ...rest);
      expect(exitCode, output).toBe(0);
    }
    await joinModules(folder);
    expect(await checkPackage(folder)).toEqual([]);
  }, 180_000);

  it('has a README whose snippets compile and run', async () => {
    const { snippets, problems } = await extractSnippets(copy.root);
    const own = snippets.filter(({ place }) => place.includes(NAME));
    expect(problems).toEqual([]);
    expect(own).toHaveLength(1);
    const errors = await compileSnippets(copy.root, own);
    expect(errors.filter((line) => line.includes(NAME))).toEqual([]);
    for (const snippet of own) expect(await runSnippet(snippet)).toBe(undefined);
  }, 120_000);

  it('gets an API report and a row in the table of sizes', () => {
    const generated = new Map(generatedFiles(copy.root).map(({ path, content }) => [path, content]));
    expect(generated.get(join(folder, 'api.md'))).toContain('class LookupVerifier extends TokenVerifier');
    expect(generated.get(join(copy.root, 'README.md'))).toContain(`| \`@auth/${NAME}\` | 2 |`);
  });

  it('can be imported by the snippets of every document', () => {
    expect(readManifest(join(copy.root, 'tools')).devDependencies).toHaveProperty([`@auth/${NAME}`], 'workspace:^');
  });
});

describe('the name of a new package', () => {
  it.each(['', 'Fresh', '../x', '@auth/x', 'a b', '-a', 'a_b'])('must not be %j', async (name) => {
    await expect(createPackage('/nowhere', name)).rejects.toThrow('a package name looks like my-verifier');
  });

  it('must not be taken', async () => {
    await expect(createPackage(REPOSITORY_ROOT, 'core')).rejects.toThrow('packages/core is there already');
  });
});

/** What `pnpm install` would have done: every dependency that is installed here, and the new package itself. */
async function linkInstalled(root: string, fresh: string): Promise<void> {
  await symlink(join(REPOSITORY_ROOT, 'node_modules'), join(root, 'node_modules'));
  const links: [string, string][] = [
    [join(fresh, 'node_modules/@auth/core'), join(root, 'packages/core')],
    [join(root, 'tools/node_modules/@auth/core'), join(root, 'packages/core')],
    [join(root, `tools/node_modules/@auth/${NAME}`), fresh],
    [join(root, 'apps/benchmarks/node_modules'), join(REPOSITORY_ROOT, 'apps/benchmarks/node_modules')],
    [join(root, 'tools/node_modules/@types'), join(REPOSITORY_ROOT, 'tools/node_modules/@types')],
  ];
  for (const name of ['jwt', 'introspection', 'testing']) {
    for (const dependency of ['jose', 'undici']) {
      const place = `packages/${name}/node_modules/${dependency}`;
      links.push([join(root, place), join(REPOSITORY_ROOT, place)]);
    }
  }
  for (const [link, target] of links) {
    if (existsSync(link) || !existsSync(target)) continue;
    await mkdir(dirname(link), { recursive: true });
    await symlink(target, link);
  }
}
