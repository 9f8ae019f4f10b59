import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';

const content = new URL('../dist/content/', import.meta.url);

/** The title of a page: its first heading. */
function titleOf(page) {
  const markdown = readFileSync(new URL(`${page}.md`, content), 'utf8');
  return /^#\s+(.+)$/m.exec(markdown)?.[1].replaceAll(/[`\\]/g, '') ?? page;
}

/** Links to every page of a folder, in the order of their names. */
function pagesOf(folder) {
  return readdirSync(new URL(`${folder}/`, content), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md') && entry.name !== 'index.md')
    .map((entry) => entry.name.replace(/\.md$/, ''))
    .sort()
    .map((name) => ({ text: titleOf(`${folder}/${name}`), link: `/${folder}/${name}` }));
}

const page = (name) => ({ text: titleOf(name), link: `/${name}` });

const start = ['getting-started', 'choosing-a-strategy'];
const moving = ['migrating-from-fastmcp', 'migrating-from-express-oauth2-jwt-bearer', 'migrating-from-jose'];
const project = ['architecture', 'contributing', 'security'];
/** Every other page that is in no folder, so that a new one is found without an entry here. */
const running = readdirSync(content)
  .filter((name) => name.endsWith('.md') && name !== 'index.md')
  .map((name) => name.replace(/\.md$/, ''))
  .filter((name) => ![...start, ...moving, ...project].includes(name))
  .sort((a, b) => Number(b === 'operating') - Number(a === 'operating') || a.localeCompare(b));

/** As GitHub does it, so that one link works in both places. tools/src/markdown-links.ts has the same rule. */
function slugify(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}

export default defineConfig({
  title: 'Bearer tokens for MCP servers',
  description: 'Bearer-token verification for MCP servers and any other HTTP resource server in TypeScript',
  lang: 'en',
  srcDir: 'dist/content',
  outDir: 'dist/site',
  cleanUrls: false,
  lastUpdated: false,
  // A dead link fails the build. There are no exceptions.
  ignoreDeadLinks: false,
  markdown: { anchor: { slugify }, toc: { slugify }, headers: { slugify } },
  // Everything is served from the site itself: no fonts, scripts or search of somebody else.
  themeConfig: {
    siteTitle: 'Bearer tokens for MCP',
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Start', link: '/getting-started' },
      { text: 'Guides', link: '/guides/' },
      { text: 'Operating', link: '/operating' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: [
      { text: 'Start', items: start.map(page) },
      { text: 'Identity providers', items: pagesOf('guides') },
      { text: 'Moving here', items: moving.map(page) },
      { text: 'Running it', items: running.map(page) },
      { text: 'Packages', collapsed: true, items: pagesOf('packages') },
      { text: 'API reference', link: '/api/' },
      {
        text: 'The project',
        collapsed: true,
        items: [...project.map(page), ...pagesOf('decisions')],
      },
    ],
  },
});
