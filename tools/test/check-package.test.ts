import { describe, expect, it } from 'vitest';
import { checkContents, checkPackage, checkRanges } from '../src/check-package.ts';
import { checkMetadata } from '../src/manifest-rules.ts';
import { WorkspaceFixture } from './workspace-fixture.ts';

const REPOSITORY = 'https://github.com/mcp-bearer-auth/mcp-bearer-auth';
const METADATA = {
  description: 'A package',
  keywords: ['auth'],
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  engines: { node: '>=22.19' },
  homepage: `${REPOSITORY}/tree/main/packages/a#readme`,
  bugs: `${REPOSITORY}/issues`,
  repository: { type: 'git', url: `git+${REPOSITORY}.git`, directory: 'packages/a' },
  files: ['dist', 'CHANGELOG.md'],
  publishConfig: { access: 'public', provenance: true },
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './package.json': './package.json' },
};

const PACKED = ['LICENSE', 'README.md', 'dist/index.d.ts', 'dist/index.js', 'package.json'];

describe('the contents of a package', () => {
  it('may be the built files, README, LICENSE and change log', () => {
    expect(checkContents([...PACKED, 'CHANGELOG.md', 'dist/clock.js'])).toEqual([]);
  });

  it.each(PACKED)('must include %s', (file) => {
    expect(checkContents(PACKED.filter((each) => each !== file))).toEqual([`${file} is not in the tarball`]);
  });

  it.each([
    'src/index.ts',
    'test/clock.test.ts',
    'tsconfig.json',
    'test-results.json',
    '.env',
    'dist/index.js.map',
    'dist/tsconfig.tsbuildinfo',
    'dist/clock.test.js',
  ])('must not include %s', (file) => {
    expect(checkContents([...PACKED, file])).toEqual([`${file} must not be in the tarball`]);
  });
});

describe('the version ranges of a package', () => {
  it('may be real ranges', () => {
    const dependencies = { '@auth/core': '^1.0.0', jose: '^6.2.0' };
    expect(checkRanges({ name: 'a', dependencies, peerDependencies: { '@auth/jwt': '^12.1.0' } })).toEqual([]);
  });

  it.each(['workspace:^', 'catalog:', 'file:../core', 'link:../core'])('must not be %s', (range) => {
    expect(checkRanges({ name: 'a', peerDependencies: { zod: range } })).toHaveLength(1);
  });

  it.each(['^0.9.0', '*', '>=0.1', 'latest'])('must not let %s of our scope reach versions below 1.0.0', (range) => {
    expect(checkRanges({ name: 'a', dependencies: { '@auth/core': range } })).toHaveLength(1);
  });
});

describe('the fields that all packages share', () => {
  const manifest = { name: '@auth/a', ...METADATA };

  it('are right in a good package', () => {
    expect(checkMetadata(manifest, 'packages/a')).toEqual([]);
  });

  it.each(Object.keys(METADATA).filter((field) => field !== 'exports'))('must have %s', (field) => {
    expect(checkMetadata({ ...manifest, [field]: undefined }, 'packages/a')).toEqual([
      expect.stringContaining(`"${field}"`),
    ]);
  });

  it('must name the folder of the package itself', () => {
    expect(checkMetadata(manifest, 'packages/b')).toEqual([
      expect.stringContaining('homepage'),
      expect.stringContaining('repository'),
    ]);
  });

  it.each([
    ['without types', './dist/x.js'],
    ['with types after the code', { default: './dist/x.js', types: './dist/x.d.ts' }],
  ])('must not have an entry point %s', (_what, target) => {
    const exports = { ...METADATA.exports, './x': target };
    expect(checkMetadata({ ...manifest, exports }, 'packages/a')).toEqual([
      'package.json: exports["./x"] must start with "types"',
    ]);
  });

  it('must export package.json', () => {
    const exports = { '.': METADATA.exports['.'] };
    expect(checkMetadata({ ...manifest, exports }, 'packages/a')).toEqual([
      'package.json: exports has no "./package.json"',
    ]);
  });
});

describe('checking a package', () => {
  const built = {
    LICENSE: 'MIT',
    'pnpm-workspace.yaml': "packages: ['packages/*']\n",
    'package.json': { name: 'root', private: true },
    'packages/a/README.md': '# a',
    'packages/a/src/index.ts': 'export const a = 1;\n',
    'packages/a/dist/index.js': 'export const a = 1;\n',
    'packages/a/dist/index.d.ts': 'export declare const a = 1;\n',
    'packages/a/package.json': {
      name: 'a',
      version: '1.0.0',
      ...METADATA,
    },
  };

  it('finds nothing wrong in a good one, whose LICENSE comes from the root', async () => {
    using workspace = new WorkspaceFixture(built);
    expect(await checkPackage(`${workspace.root}/packages/a`)).toEqual([]);
  }, 60_000);

  it('asks for a build when there is none', async () => {
    using workspace = new WorkspaceFixture({ 'packages/a/package.json': { name: 'a' } });
    expect(await checkPackage(`${workspace.root}/packages/a`)).toEqual([expect.stringContaining('build')]);
  });

  it('finds files of an earlier build, a wrong entry point and types that cannot be resolved', async () => {
    using workspace = new WorkspaceFixture({
      ...built,
      'packages/a/dist/old.js': '',
      'packages/a/dist/old.d.ts': '',
      'packages/a/package.json': {
        ...built['packages/a/package.json'],
        exports: {
          ...METADATA.exports,
          './gone': './dist/gone.js',
        },
      },
    });
    const problems = await checkPackage(`${workspace.root}/packages/a`);
    for (const file of ['old.js', 'old.d.ts']) {
      expect(problems).toContain(`dist/${file} is of an earlier build: delete dist/ and build again`);
    }
    expect(problems).toContainEqual(expect.stringMatching(/^publint error: .*gone/));
    expect(problems).toContainEqual(expect.stringMatching(/^attw:/));
  }, 60_000);
});
