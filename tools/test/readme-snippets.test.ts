import { describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT } from '../src/command.ts';
import { compileSnippets, extractSnippets, findDocuments, runSnippet } from '../src/readme-snippets.ts';
import { WorkspaceFixture } from './workspace-fixture.ts';

const { snippets, problems } = await extractSnippets(REPOSITORY_ROOT);

describe('the snippets of this repository', () => {
  it('follow the rules for snippets', () => {
    expect(problems).toEqual([]);
  });

  it('compile against the built packages under strict settings', async () => {
    expect(await compileSnippets(REPOSITORY_ROOT, snippets)).toEqual([]);
  }, 120_000);

  const runnable = snippets.filter(({ runs }) => runs);
  if (runnable.length > 0) {
    it.concurrent.each(runnable.map((snippet) => [snippet.place, snippet] as const))(
      '%s runs',
      async (_place, snippet) => {
        expect(await runSnippet(snippet)).toBeUndefined();
      },
      60_000,
    );
  }
});

describe('the snippet check', () => {
  const strict = {
    compilerOptions: { strict: true, noEmit: true, module: 'NodeNext', types: [] },
    include: ['.snippets/*.ts'],
  };
  const fence = '```';
  const workspaceWith = (readme: string): WorkspaceFixture =>
    new WorkspaceFixture({
      'package.json': { name: 'root', type: 'module' },
      'tools/package.json': { name: 'tools', type: 'module' },
      'tools/tsconfig.snippets.json': strict,
      'packages/a/package.json': { name: 'a' },
      'packages/a/README.md': readme,
      'packages/a/CHANGELOG.md': `${fence}ts nocheck\n${fence}`,
      'docs/guide.md': `${fence}ts\nexport const fine = 1;\n${fence}\n`,
    });

  it('reads the documents of the root, docs and packages, but no change logs', () => {
    using workspace = workspaceWith('');
    const documents = findDocuments(workspace.root).map((path) => path.slice(workspace.root.length + 1));
    expect(documents).toEqual(['packages/a/README.md', 'docs/guide.md']);
  });

  it('works when there are no snippets', async () => {
    using workspace = new WorkspaceFixture({ 'package.json': { name: 'root' } });
    const found = await extractSnippets(workspace.root);
    expect(found).toEqual({ snippets: [], problems: [] });
    expect(await compileSnippets(workspace.root, found.snippets)).toEqual([]);
  });

  it('names the line of the document on which a type error stands', async () => {
    using workspace = workspaceWith(
      ['<!-- snippet: setup', 'const n = 1;', '-->', `${fence}ts`, 'n;', 'const s: string = n;', fence].join('\n'),
    );
    const found = await extractSnippets(workspace.root);
    expect(await compileSnippets(workspace.root, found.snippets)).toEqual([
      expect.stringMatching(/^packages\/a\/README\.md:6 error TS2322/),
    ]);
  });

  it('runs a block together with the ones it continues', async () => {
    const text = [
      `${fence}ts`,
      'const n: number = 1;',
      fence,
      '<!-- snippet: continues -->',
      `${fence}ts run`,
      'if (n !== 1) throw n;',
      fence,
    ];
    using workspace = workspaceWith(text.join('\n'));
    const found = await extractSnippets(workspace.root);
    const [runnable] = found.snippets.filter(({ runs }) => runs);
    expect(runnable?.place).toBe('packages/a/README.md:6');
    expect(runnable && (await runSnippet(runnable))).toBeUndefined();
  });

  it.each([
    ['throws', "throw new Error('it broke');", 'it broke'],
    ['never ends', 'setInterval(() => {}, 1000);', 'SIGKILL'],
  ])('reports a snippet that %s', async (_title, code, expected) => {
    using workspace = workspaceWith([`${fence}ts run`, code, fence].join('\n'));
    const [snippet] = (await extractSnippets(workspace.root)).snippets;
    expect(snippet && (await runSnippet(snippet, 2_000))).toContain(expected);
  });
});
