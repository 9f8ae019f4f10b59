import { existsSync, statSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import { findLinks, isExternal } from './markdown-links.ts';
import { findFiles, findPackages } from './workspace.ts';

/** Where files are that have no page of their own on the site. */
const REPOSITORY = 'https://github.com/mcp-bearer-auth/mcp-bearer-auth';

const ROOT_PAGES = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md'];
const ASSETS = ['.svg', '.png'];

/** Repository path → path on the site, both relative with forward slashes. */
export type SitePages = ReadonlyMap<string, string>;

/** Which Markdown files are pages, and which path they get: docs/ as it is, READMEs by package, papers of the root by name. */
export function sitePages(root: string): SitePages {
  const pages = new Map<string, string>();
  for (const path of findFiles(join(root, 'docs'), ['.md'])) {
    const inDocs = slashed(relative(join(root, 'docs'), path));
    pages.set(`docs/${inDocs}`, inDocs.replace(/(^|\/)README\.md$/, '$1index.md'));
  }
  for (const { kind, label } of findPackages(root)) {
    const readme = `${slashed(label)}/README.md`;
    if (kind === 'tools' || !existsSync(join(root, readme))) continue;
    pages.set(readme, `${slashed(label)}.md`);
  }
  for (const name of ROOT_PAGES) if (existsSync(join(root, name))) pages.set(name, name.toLowerCase());
  return pages;
}

/**
 * The Markdown of one page: links to other pages and to pictures fit the site, links to anything else lead to the repository.
 * `source` is the page's path in the repository. Targets that do not exist stay as they are, for the link check to report.
 */
export function pageContent(root: string, source: string, markdown: string, pages: SitePages): string {
  const page = pages.get(source) ?? source;
  let content = '';
  let at = 0;
  for (const { offset, target } of findLinks(markdown)) {
    content += markdown.slice(at, offset) + siteTarget(root, source, page, target, pages);
    at = offset + target.length;
  }
  return content + markdown.slice(at);
}

function siteTarget(root: string, source: string, page: string, target: string, pages: SitePages): string {
  const [path = '', anchor] = target.split('#', 2);
  if (isExternal(target) || path === '') return target;
  const file = posix.join(posix.dirname(source), decodeURIComponent(path)).replace(/\/$/, '');
  if (!existsSync(join(root, file))) return target;
  const isFolder = statSync(join(root, file)).isDirectory();
  const hash = anchor === undefined ? '' : `#${anchor}`;
  const known = pages.get(file) ?? (isFolder ? pages.get(`${file}/README.md`) : undefined) ?? assetPath(file);
  if (known !== undefined) return relativeTo(page, known) + hash;
  return `${REPOSITORY}/${isFolder ? 'tree' : 'blob'}/main/${file}${hash}`;
}

/** Pictures of docs/ are copied to the same place. */
function assetPath(file: string): string | undefined {
  return file.startsWith('docs/') && ASSETS.some((ending) => file.endsWith(ending))
    ? file.slice('docs/'.length)
    : undefined;
}

function relativeTo(page: string, target: string): string {
  const path = posix.relative(posix.dirname(page), target);
  return path.startsWith('.') ? path : `./${path}`;
}

/** Writes every page and picture into `target`, which other content (the API reference) may share. Resolves to the pages. */
export async function writeSiteContent(root: string, target: string): Promise<SitePages> {
  const pages = sitePages(root);
  for (const [source, page] of pages) {
    const content = pageContent(root, source, await readFile(join(root, source), 'utf8'), pages);
    await mkdir(dirname(join(target, page)), { recursive: true });
    await writeFile(join(target, page), content);
  }
  for (const path of findFiles(join(root, 'docs'), ASSETS)) {
    const copy = join(target, relative(join(root, 'docs'), path));
    await mkdir(dirname(copy), { recursive: true });
    await cp(path, copy);
  }
  return pages;
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}

if (import.meta.filename === process.argv[1]) {
  const [, , root = '.', target = 'content'] = process.argv;
  const pages = await writeSiteContent(root, target);
  console.log(`${basename(target)}: ${pages.size} pages`);
}
