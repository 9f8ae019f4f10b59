import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** A link, picture or reference definition of a Markdown text. */
export interface MarkdownLink {
  /** Line of the text, from 1. */
  readonly line: number;
  /** Offset of the target in the text. */
  readonly offset: number;
  /** As written, without a title. */
  readonly target: string;
}

/** `text` with every character of code and comments blanked, so that offsets stay what they were. */
function withoutCode(text: string): string {
  const blank = (part: string): string => part.replace(/[^\n]/g, ' ');
  return text
    .replace(/^([ \t]*)(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?\n)?[ \t]*\2[`~]*[ \t]*$/gm, blank)
    .replace(/<!--[\s\S]*?-->/g, blank)
    .replace(/(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g, blank);
}

/** Every link and picture of a Markdown text: inline ones, reference definitions, and `href`, `src` and `srcset` of HTML. */
export function findLinks(markdown: string): readonly MarkdownLink[] {
  // Links may have code as their text: only the brackets and the target have to survive.
  const code = withoutCode(markdown);
  const patterns = [
    /\]\((?<target>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+"[^"]*")?\)/g,
    /^ {0,3}\[[^\]]+\]:\s*(?<target>\S+)/gm,
    /\b(?:href|src|srcset)="(?<target>[^"]*)"/g,
  ];
  return patterns
    .flatMap((pattern) => [...code.matchAll(pattern)])
    .map((match) => {
      const target = match.groups?.target ?? '';
      const offset = match.index + match[0].indexOf(target, match[0].startsWith(']') ? 2 : 0);
      return { line: markdown.slice(0, offset).split('\n').length, offset, target };
    })
    .sort((a, b) => a.offset - b.offset);
}

/** The anchor of a heading, as GitHub makes it; the site is configured to make the same. */
export function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}

/** Every anchor of a Markdown text: of its headings, with `-1`, `-2` … for repeated ones, and of `id` and `name` in HTML. */
export function findAnchors(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const seen = new Map<string, number>();
  const visible = markdown.replace(/^([ \t]*)(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?\n)?[ \t]*\2[`~]*[ \t]*$/gm, '');
  for (const [, heading = ''] of visible.matchAll(/^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$/gm)) {
    const slug = slugOf(heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/<[^>]+>/g, ''));
    const repeated = seen.get(slug) ?? 0;
    seen.set(slug, repeated + 1);
    anchors.add(repeated === 0 ? slug : `${slug}-${repeated}`);
  }
  for (const [, id = ''] of visible.matchAll(/<[a-z]+\s[^>]*\b(?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

/** Whether a target leads out of the repository. */
export function isExternal(target: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith('//');
}

/**
 * Checks every relative link of the documents: the file or folder exists inside `root`, and so does the anchor, where the target
 * is Markdown. One line `file:line message` for each dead one. Links out of the repository are not followed.
 */
export function checkLinks(root: string, documents: readonly string[]): readonly string[] {
  const anchorsOf = new Map<string, ReadonlySet<string>>();
  const anchors = (path: string): ReadonlySet<string> => {
    const known = anchorsOf.get(path) ?? findAnchors(readFileSync(path, 'utf8'));
    anchorsOf.set(path, known);
    return known;
  };
  return documents.flatMap((document) =>
    findLinks(readFileSync(document, 'utf8')).flatMap(({ line, target }) => {
      const problem = isExternal(target) ? undefined : problemOf(root, document, target, anchors);
      return problem === undefined ? [] : [`${relative(root, document)}:${line} ${problem}`];
    }),
  );
}

function problemOf(
  root: string,
  document: string,
  target: string,
  anchors: (path: string) => ReadonlySet<string>,
): string | undefined {
  const [path = '', anchor] = target.split('#', 2);
  if (path === '' && anchor === undefined) return 'a link without a target';
  if (path.startsWith('/')) return `the link ${target} is absolute: GitHub reads it from its own root`;
  const file = path === '' ? document : join(dirname(document), decodeURIComponent(path));
  if (!`${file}${sep}`.startsWith(`${root}${root.endsWith(sep) ? '' : sep}`))
    return `the link ${target} leaves the repository`;
  if (!existsSync(file)) return `the link ${target} leads to nothing`;
  if (anchor === undefined) return undefined;
  // GitHub shows a folder's README below its files.
  const shown = statSync(file).isDirectory() ? join(file, 'README.md') : file;
  if (!shown.endsWith('.md')) return /^L\d+/.test(anchor) ? undefined : `${target}: anchors are for Markdown`;
  if (!existsSync(shown)) return `the link ${target} leads to a folder without a README`;
  return anchors(shown).has(decodeURIComponent(anchor)) ? undefined : `the link ${target} leads to no heading`;
}
