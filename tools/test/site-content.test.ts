import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pageContent, sitePages, writeSiteContent } from '../src/site-content.ts';
import { WorkspaceFixture } from './workspace-fixture.ts';

const FILES = {
  'package.json': { name: 'root' },
  'SECURITY.md': '# Security',
  'docs/README.md': '# Home',
  'docs/guide.md': '# Guide',
  'docs/decisions/README.md': '# Decisions',
  'docs/pictures/road.svg': '<svg/>',
  'packages/core/package.json': { name: '@auth/core' },
  'packages/core/README.md': '# core',
  'packages/core/src/clock.ts': 'export {};',
  'apps/example/package.json': { name: 'example' },
};

describe('the pages of the site', () => {
  it('are docs/, the READMEs of packages and apps, and the papers of the root', () => {
    using workspace = new WorkspaceFixture(FILES);
    expect(Object.fromEntries(sitePages(workspace.root))).toEqual({
      'docs/README.md': 'index.md',
      'docs/guide.md': 'guide.md',
      'docs/decisions/README.md': 'decisions/index.md',
      'packages/core/README.md': 'packages/core.md',
      'SECURITY.md': 'security.md',
    });
  });

  it.each<readonly [source: string, target: string, onSite: string]>([
    ['docs/guide.md', 'README.md', './index.md'],
    ['docs/guide.md', '../packages/core/README.md#options', './packages/core.md#options'],
    ['docs/guide.md', '../packages/core', './packages/core.md'],
    ['docs/guide.md', 'decisions', './decisions/index.md'],
    ['docs/guide.md', 'pictures/road.svg', './pictures/road.svg'],
    ['packages/core/README.md', '../../docs/guide.md', '../guide.md'],
    [
      'packages/core/README.md',
      'src/clock.ts#L1',
      'https://github.com/mcp-bearer-auth/mcp-bearer-auth/blob/main/packages/core/src/clock.ts#L1',
    ],
    ['SECURITY.md', 'packages', 'https://github.com/mcp-bearer-auth/mcp-bearer-auth/tree/main/packages'],
    ['docs/guide.md', '#part', '#part'],
    ['docs/guide.md', 'https://example.com/', 'https://example.com/'],
    ['docs/guide.md', 'nothing.md', 'nothing.md'],
  ])('in %s a link to %s leads to %s', (source, target, onSite) => {
    using workspace = new WorkspaceFixture(FILES);
    const content = pageContent(workspace.root, source, `so [it](${target}) is`, sitePages(workspace.root));
    expect(content).toBe(`so [it](${onSite}) is`);
  });

  it('are written with the pictures beside them', async () => {
    using workspace = new WorkspaceFixture(FILES);
    const target = join(workspace.root, 'content');
    await writeSiteContent(workspace.root, target);
    expect(await readFile(join(target, 'index.md'), 'utf8')).toBe('# Home');
    expect(existsSync(join(target, 'pictures/road.svg'))).toBe(true);
  });
});
