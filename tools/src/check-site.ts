import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { findFiles } from './workspace.ts';

/**
 * Checks every link and picture of a built site: the file is there, and so is the anchor. One line `file message` for each that
 * is not. Links to other sites are not followed.
 */
export function checkSite(site: string): readonly string[] {
  const pages = findFiles(site, ['.html']);
  const idsOf = new Map(pages.map((page) => [page, attributes(readFileSync(page, 'utf8'), ['id', 'name'])]));
  return pages.flatMap((page) => {
    const targets = attributes(readFileSync(page, 'utf8'), ['href', 'src']);
    return [...targets].flatMap((target) => {
      const problem = problemOf(site, page, target, idsOf);
      return problem === undefined ? [] : [`${relative(site, page)} ${problem}: ${target}`];
    });
  });
}

function problemOf(
  site: string,
  page: string,
  target: string,
  idsOf: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined {
  if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) return undefined;
  const [path = '', anchor] = decodeURIComponent(target).split('#', 2);
  const base = path.startsWith('/') ? join(site, path) : join(dirname(page), path);
  const file = path === '' ? page : existsSync(base) && statSync(base).isDirectory() ? join(base, 'index.html') : base;
  if (!existsSync(file)) return 'leads to nothing';
  if (anchor === undefined || anchor === '') return undefined;
  return idsOf.get(file)?.has(anchor) ? undefined : 'leads to no anchor';
}

/** The values of these attributes, with the five entities that HTML writers use read. */
function attributes(html: string, names: readonly string[]): ReadonlySet<string> {
  const pattern = new RegExp(`\\s(?:${names.join('|')})="([^"]*)"`, 'g');
  return new Set([...html.matchAll(pattern)].map(([, value = '']) => unescapeHtml(value)));
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
