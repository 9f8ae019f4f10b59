import { describe, expect, it } from 'vitest';
import { findSnippets } from '../src/snippet-blocks.ts';

const markdown = (...lines: readonly string[]): string => lines.join('\n');

describe('finding snippets', () => {
  it('returns the code of a ts block and the line it starts on', () => {
    const { blocks, problems } = findSnippets(
      markdown('# Title', '', '```ts', 'const a = 1;', '', 'a;', '```', 'text'),
    );
    expect(problems).toEqual([]);
    expect(blocks).toEqual([{ line: 4, code: 'const a = 1;\n\na;', setup: '', runs: false, continues: false }]);
  });

  it('marks a block tagged run', () => {
    expect(findSnippets(markdown('```ts run', 'a;', '```')).blocks[0]?.runs).toBe(true);
  });

  it('takes the indentation of a list away', () => {
    expect(findSnippets(markdown('- item', '', '  ```ts', '  if (a) {', '    b;', '  ```')).blocks[0]?.code).toBe(
      'if (a) {\n  b;',
    );
  });

  it('does not end a block at a shorter or different fence', () => {
    expect(findSnippets(markdown('~~~~ts', '```', '~~~', '~~~~')).blocks[0]?.code).toBe('```\n~~~');
  });

  it('leaves other languages and untagged blocks alone', () => {
    const text = markdown('```sh', 'npm i', '```', '```', '```ts-like', '```', '```json', '{}', '```');
    expect(findSnippets(text)).toEqual({ blocks: [], problems: [] });
  });

  it('puts the hidden set-up of a comment before the code', () => {
    const text = markdown('<!-- snippet: setup', "import { a } from 'x';", '-->', '', '```ts', 'a();', '```');
    expect(findSnippets(text).blocks[0]).toMatchObject({ line: 6, setup: "import { a } from 'x';", code: 'a();' });
  });

  it('accepts a set-up on one line', () => {
    const text = markdown('<!-- snippet: setup declare const a: number; -->', '```ts', 'a;', '```');
    expect(findSnippets(text).blocks[0]?.setup).toBe('declare const a: number;');
  });

  it('forgets a comment that is not directly before the block', () => {
    const text = markdown('<!-- snippet: setup a; -->', 'text', '```ts', 'b;', '```');
    expect(findSnippets(text).blocks[0]?.setup).toBe('');
  });

  it('marks a block that continues the one before', () => {
    const text = markdown('```ts', 'a;', '```', '<!-- snippet: continues -->', '```ts', 'b;', '```');
    expect(findSnippets(text).blocks.map(({ continues }) => continues)).toEqual([false, true]);
  });

  it('leaves out a block that says why it cannot be compiled', () => {
    const text = markdown('<!-- snippet: nocheck because it shows an error -->', '```ts nocheck', '?', '```');
    expect(findSnippets(text)).toEqual({ blocks: [], problems: [] });
  });

  it.each([
    ['a block that is left out without a reason', ['```ts nocheck', '?', '```'], 1],
    ['an empty reason', ['<!-- snippet: nocheck because -->', '```ts nocheck', '?', '```'], 2],
    ['an unknown tag', ['```ts norun', 'a;', '```'], 1],
    ['another name for TypeScript', ['text', '```typescript', 'a;', '```'], 2],
    ['TypeScript in capitals', ['```TS', 'a;', '```'], 1],
    ['JavaScript', ['```js', 'a;', '```'], 1],
    ['an unknown comment', ['<!-- snippet: later -->', '```ts', 'a;', '```'], 2],
    ['a block that continues nothing', ['<!-- snippet: continues -->', '```ts', 'a;', '```'], 2],
    ['a block that never ends', ['', '```ts', 'a;'], 2],
    ['a comment that never ends', ['<!-- snippet: setup', '```ts', 'a;', '```'], 1],
  ])('reports %s', (_title, lines, line) => {
    expect(findSnippets(markdown(...lines)).problems).toEqual([{ line, message: expect.any(String) }]);
  });
});
