/** One fenced ```ts block of a Markdown file. */
export interface SnippetBlock {
  /** Line of the Markdown file on which the code starts, from 1. */
  readonly line: number;
  readonly code: string;
  /** From a hidden comment before the block: code that the reader need not see. Empty without one. */
  readonly setup: string;
  /** Tagged `run`: also executed. */
  readonly runs: boolean;
  /** Continues the block before it: compiled (and run) together with it. */
  readonly continues: boolean;
}

export interface MarkdownSnippets {
  readonly blocks: readonly SnippetBlock[];
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

/** Languages that look like code of ours but would escape the compiler. */
const DISGUISES = new Set(['typescript', 'mts', 'cts', 'tsx', 'js', 'javascript', 'mjs', 'cjs', 'jsx']);

/**
 * Finds the TypeScript blocks of a Markdown text. The rules for authors are in CONTRIBUTING.md: every block is tagged `ts`,
 * `ts run` or `ts nocheck`, and may follow a comment `<!-- snippet: setup … -->`, `<!-- snippet: continues -->` or
 * `<!-- snippet: nocheck because … -->`.
 */
export function findSnippets(markdown: string): MarkdownSnippets {
  const lines = markdown.split(/\r?\n/);
  const blocks: SnippetBlock[] = [];
  const problems: { line: number; message: string }[] = [];
  let comment = '';

  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const hidden = /^\s*<!--\s*snippet:\s?/.exec(line);
    if (hidden) {
      const end = lines.findIndex((text, index) => index >= at && text.includes('-->'));
      if (end === -1) {
        problems.push({ line: at + 1, message: 'this comment never ends' });
        break;
      }
      const text = lines.slice(at, end + 1).join('\n');
      comment = text.slice(hidden[0].length, text.indexOf('-->')).trim();
      at = end;
      continue;
    }
    const fence = /^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$/.exec(line);
    if (!fence) {
      if (line.trim() !== '') comment = '';
      continue;
    }
    const [, indent = '', marks = '', info = ''] = fence;
    const isEnd = (text: string): boolean => {
      const trimmed = text.trim();
      return trimmed.length >= marks.length && trimmed === (marks[0] ?? '').repeat(trimmed.length);
    };
    const end = lines.findIndex((text, index) => index > at && isEnd(text));
    if (end === -1) {
      problems.push({ line: at + 1, message: 'this code block never ends' });
      break;
    }
    const code = lines.slice(at + 1, end).map((text) => (text.startsWith(indent) ? text.slice(indent.length) : text));
    const found = readBlock(at + 2, code.join('\n'), info, comment);
    if (typeof found === 'string') problems.push({ line: at + 1, message: found });
    else if (found?.continues && blocks.length === 0) problems.push({ line: at + 1, message: 'nothing to continue' });
    else if (found) blocks.push(found);
    comment = '';
    at = end;
  }
  return { blocks, problems };
}

/** A block to compile, the text of a problem, or `undefined` for a block that is none of our business. */
function readBlock(line: number, code: string, info: string, comment: string): SnippetBlock | string | undefined {
  const [language = '', ...tags] = info.split(/\s+/);
  if (DISGUISES.has(language.toLowerCase()))
    return `tag this block \`ts\` (not \`${language}\`) so that it is compiled`;
  if (language.toLowerCase() !== 'ts') return undefined;
  const tag = tags.join(' ');
  if (tag === 'nocheck') {
    return /^nocheck because\s+\S+/.test(comment) ? undefined : 'say why: <!-- snippet: nocheck because … -->';
  }
  if (language !== 'ts' || (tag !== '' && tag !== 'run')) return `unknown tag "${info}": ts, ts run or ts nocheck`;
  const continues = comment === 'continues';
  const setup = /^setup\s([\s\S]*)$/.exec(comment)?.[1] ?? '';
  if (comment !== '' && !continues && setup === '') return `unknown comment "snippet: ${comment}": setup or continues`;
  return { line, code, setup, runs: tag === 'run', continues };
}
