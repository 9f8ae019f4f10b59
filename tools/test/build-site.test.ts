import { describe, expect, it } from 'vitest';
import { buildSite, InstallError } from '../src/build-site.ts';
import { checkSite } from '../src/check-site.ts';
import { REPOSITORY_ROOT } from '../src/command.ts';
import { findFiles } from '../src/workspace.ts';
import { WorkspaceFixture } from './workspace-fixture.ts';

describe('checkSite', () => {
  it('finds links and pictures that lead to nothing, and anchors that are not there', () => {
    using site = new WorkspaceFixture({
      'index.html':
        '<a href="/a.html#x"></a><a href="./sub/"></a><a href="https://example.com/#y"></a><p id="a&amp;b"></p>',
      'a.html': '<h1 id="x">X</h1><a href="#x"></a><a href="/index.html#a&amp;b"></a>',
      'sub/index.html': '<a href="../b.html"></a><a href="#z"></a><img src="/c.svg">',
    });
    expect(checkSite(site.root)).toEqual([
      'sub/index.html leads to nothing: ../b.html',
      'sub/index.html leads to no anchor: #z',
      'sub/index.html leads to nothing: /c.svg',
    ]);
  });
});

describe('the documentation site', () => {
  // Its tools are a workspace of their own; where the registry cannot be reached they may be missing, which proves nothing.
  it('builds, API reference included, without a dead link or anchor', { timeout: 600_000 }, async (context) => {
    let site: string;
    try {
      site = await buildSite(REPOSITORY_ROOT);
    } catch (error) {
      if (error instanceof InstallError && /ENOTFOUND|ECONNREFUSED|EAI_AGAIN|META_FETCH_FAIL/.test(error.message)) {
        context.skip(`no registry: ${error.message}`);
      }
      throw error;
    }
    const pages = findFiles(site, ['.html']).map((page) => page.slice(site.length + 1));
    expect(pages).toEqual(
      expect.arrayContaining([
        'index.html',
        'getting-started.html',
        'guides/keycloak.html',
        'packages/jwt.html',
        'api/index.html',
        'api/@auth/jwt.html',
        'api/@auth/http/node.html',
      ]),
    );
  });
});
