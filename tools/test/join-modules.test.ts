import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { joinModules, PARTS } from '../src/join-modules.ts';
import { WorkspaceFixture } from './workspace-fixture.ts';

/** What `tsc` writes for a package with two entry points, a module for each platform, and one that is loaded when needed. */
const BUILT = {
  'package.json': {
    name: '@auth/a',
    type: 'module',
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './extra': { types: './dist/extra.d.ts', default: './dist/extra.js' },
      './package.json': './package.json',
    },
    imports: { '#platform': { node: './dist/platform-node.js', default: './dist/platform-web.js' } },
    authSeams: ['seam'],
  },
  'dist/index.js':
    "export { one } from './one.js';\nexport { platform } from '#platform';\nexport const late = () => import('./late.js');\n",
  'dist/one.js':
    "import { counter } from './counter.js';\n/** Why it is so. */\nexport const one = () => ++counter.value;\n",
  'dist/counter.js': 'export const counter = { value: 0 };\n',
  'dist/extra.js': "import { counter } from './counter.js';\nexport const seen = () => counter.value;\n",
  'dist/seam.js': 'export const seam = true;\n',
  'dist/platform-node.js': "import { sep } from 'node:path';\nexport const platform = 'node ' + sep;\n",
  'dist/platform-web.js': "export const platform = 'web';\n",
  'dist/late.js': "export const loaded = 'late';\n",
  'dist/index.d.ts': 'export declare const one: () => number;\n',
};

describe('joining the modules of a package', () => {
  it('leaves a file for each entry point and for what they share, and the declarations as they are', async () => {
    using workspace = new WorkspaceFixture({ ...BUILT, 'dist/old.js': '' });
    const files = await joinModules(workspace.root);
    const left = readdirSync(join(workspace.root, 'dist'));
    expect(left.filter((file) => file.endsWith('.js')).sort()).toEqual([...files].sort());
    const parts = files.filter((file) => PARTS.test(file));
    expect(files.filter((file) => !parts.includes(file)).sort()).toEqual([
      'extra.js',
      'index.js',
      'platform-node.js',
      'platform-web.js',
      'seam.js',
    ]);
    // The counter, which two entry points have, and what is loaded when needed.
    expect(parts).toHaveLength(2);
    expect(left).toContain('index.d.ts');
    expect(readFileSync(join(workspace.root, 'dist', 'index.js'), 'utf8')).toContain('Why it is so.');
  });

  it('changes nothing about what the package does: one state, platform by condition, lazy stays lazy', async () => {
    using workspace = new WorkspaceFixture(BUILT);
    await joinModules(workspace.root);
    const script = `
      import { late, one, platform } from '@auth/a';
      import { seen } from '@auth/a/extra';
      one();
      console.log(JSON.stringify([seen(), platform, (await late()).loaded]));
    `;
    const args = ['--input-type=module', '-e', script];
    const printed = execFileSync(process.execPath, args, { cwd: workspace.root, encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual([1, 'node /', 'late']);
  });

  it('can be done again', async () => {
    using workspace = new WorkspaceFixture(BUILT);
    const first = await joinModules(workspace.root);
    workspace.write(BUILT);
    expect(await joinModules(workspace.root)).toEqual(first);
  });

  it('fails for a module that is not there', async () => {
    using workspace = new WorkspaceFixture({ ...BUILT, 'dist/extra.js': "export * from './gone.js';\n" });
    await expect(joinModules(workspace.root)).rejects.toThrow(/gone/);
  });
});
