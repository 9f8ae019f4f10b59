import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLinks, findAnchors, findLinks, slugOf } from '../src/markdown-links.ts';
import { WorkspaceFixture } from './workspace-fixture.ts';

describe('findLinks', () => {
  it.each<readonly [what: string, markdown: string, targets: readonly string[]]>([
    ['a link', 'see [it](a.md).', ['a.md']],
    ['a picture', '![it](a.svg)', ['a.svg']],
    ['a picture in a link', '[![it](a.svg)](b.md)', ['a.svg', 'b.md']],
    ['a title', '[it](a.md "its title")', ['a.md']],
    ['brackets in a target', '[it](a_(b).md)', ['a_(b).md']],
    ['code as the text', '[`a.md`](b.md)', ['b.md']],
    ['a definition', '[it]: a.md\n', ['a.md']],
    ['HTML', '<img alt="it" src="a.svg">', ['a.svg']],
    ['two on a line', '[a](a.md), [b](b.md)', ['a.md', 'b.md']],
    ['code', 'not `[it](a.md)`', []],
    ['a block of code', '```md\n[it](a.md)\n```\n[it](b.md)', ['b.md']],
    ['an indented block', '1. so\n\n   ```md\n   [it](a.md)\n   ```\n', []],
    ['a comment', '<!-- [it](a.md) -->', []],
    ['no link', 'an array[0] (of things)', []],
  ])('reads %s', (_what, markdown, targets) => {
    expect(findLinks(markdown).map(({ target }) => target)).toEqual(targets);
    for (const { offset, target } of findLinks(markdown)) {
      expect(markdown.slice(offset, offset + target.length)).toBe(target);
    }
  });

  it('says on which line a link stands', () => {
    expect(findLinks('a\n\n[it](a.md)\n')).toMatchObject([{ line: 3 }]);
  });
});

describe('slugOf', () => {
  it.each([
    ['Getting started', 'getting-started'],
    ['node:http and Express 4 and 5', 'nodehttp-and-express-4-and-5'],
    ['Options: `remoteKeys`', 'options-remotekeys'],
    ['What goes wrong, and what the client sees', 'what-goes-wrong-and-what-the-client-sees'],
    ['A – B', 'a--b'],
    ['get_access_token()', 'get_access_token'],
  ])('makes of %j the anchor that GitHub makes', (heading, slug) => {
    expect(slugOf(heading)).toBe(slug);
  });
});

describe('findAnchors', () => {
  it('numbers repeated headings, reads links in headings and HTML, and skips code', () => {
    const markdown = '# A\n## B\n## B\n### [C](c.md)\n<a id="d"></a>\n```sh\n# not a heading\n```\n';
    expect([...findAnchors(markdown)]).toEqual(['a', 'b', 'b-1', 'c', 'd']);
  });
});

describe('checkLinks', () => {
  const check = (links: string): readonly string[] => {
    using workspace = new WorkspaceFixture({
      'docs/a.md': links,
      'docs/b.md': '# B\n\n## Its part\n',
      'src/x.ts': 'export {};\n',
      'y/README.md': '# Y\n## Part\n',
    });
    return checkLinks(workspace.root, [join(workspace.root, 'docs/a.md')]);
  };

  it.each([
    '[b](b.md)',
    '[b](b.md#its-part)',
    '# A\n[a](#a)',
    '[x](../src/x.ts)',
    '[x](../src/x.ts#L1)',
    '[src](../src)',
    '[y](../y#part)',
    '[out](https://example.com/nothing#at-all)',
    '[mail](mailto:a@example.com)',
  ])('accepts %j', (markdown) => {
    expect(check(markdown)).toEqual([]);
  });

  it.each<readonly [markdown: string, problem: RegExp]>([
    ['[b](c.md)', /^docs\/a\.md:1 the link c\.md leads to nothing$/],
    ['\n[b](b.md#another-part)', /^docs\/a\.md:2 the link b\.md#another-part leads to no heading$/],
    ['[a](#a)', /leads to no heading/],
    ['[b](/docs/b.md)', /is absolute/],
    ['[x](../../x.ts)', /leaves the repository/],
    ['[x](../src/x.ts#part)', /anchors are for Markdown/],
    ['[x](../src#part)', /a folder without a README/],
    ['[y](../y#no-part)', /leads to no heading/],
    ['[b]()', /without a target/],
    ['![b](b.svg)', /leads to nothing/],
  ])('refuses %j', (markdown, problem) => {
    expect(check(markdown)).toEqual([expect.stringMatching(problem)]);
  });
});
