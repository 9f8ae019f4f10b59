import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { API_REPORT } from './api-report.ts';
import { REPOSITORY_ROOT, run, toolEnvironment } from './command.ts';
import { findSnippets, type SnippetBlock } from './snippet-blocks.ts';
import { findFiles, findPackages } from './workspace.ts';

/** A snippet of the documentation, written out as a module. */
export interface Snippet {
  /** `README.md:12`, relative to the root: where the code stands. */
  readonly place: string;
  /** The generated file, absolute. */
  readonly path: string;
  readonly runs: boolean;
  /** For each line of the generated file, from 0: where it stands in the documentation. */
  readonly origins: readonly string[];
}

export interface ExtractedSnippets {
  readonly snippets: readonly Snippet[];
  /** `file:line message` for each block that breaks the rules for blocks. */
  readonly problems: readonly string[];
}

/** Markdown written by people: of the root, of docs/ and of each package; no generated change logs and API reports. */
export function findDocuments(root: string): readonly string[] {
  const folders = [...findPackages(root).map(({ folder }) => folder), join(root, 'docs'), join(root, '.changeset')];
  const nested = folders.flatMap((folder) => findFiles(folder, ['.md']));
  const own = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md'].map((name) => join(root, name));
  const generated = new Set(['CHANGELOG.md', API_REPORT]);
  return [...own, ...nested].filter((path) => existsSync(path) && !generated.has(basename(path)));
}

/**
 * Writes every snippet as a module into tools/.snippets, where every package of the workspace and the frameworks they work
 * with can be imported by name, as from a project that installed them.
 */
export async function extractSnippets(root: string): Promise<ExtractedSnippets> {
  const target = join(root, 'tools', '.snippets');
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const snippets: Snippet[] = [];
  const problems: string[] = [];

  for (const document of findDocuments(root)) {
    const label = relative(root, document);
    const found = findSnippets(await readFile(document, 'utf8'));
    problems.push(...found.problems.map(({ line, message }) => `${label}:${line} ${message}`));
    let chain: SnippetBlock[] = [];
    for (const block of found.blocks) {
      chain = block.continues ? [...chain, block] : [block];
      const path = join(target, `${label.replace(/\.md$/, '').replaceAll(/[^\w]+/g, '-')}-${block.line}.ts`);
      const lines = chain.flatMap((part) => linesOf(part, label));
      await writeFile(path, `${lines.map(([text]) => text).join('\n')}\n`);
      const origins = lines.map(([, origin]) => origin);
      snippets.push({ place: `${label}:${block.line}`, path, runs: block.runs, origins });
    }
  }
  return { snippets, problems };
}

/** Type-checks the extracted snippets against the built packages. One line `file:line message` for each error. */
export async function compileSnippets(root: string, snippets: readonly Snippet[]): Promise<readonly string[]> {
  if (snippets.length === 0) return [];
  const tsc = join(REPOSITORY_ROOT, 'node_modules', '.bin', 'tsc');
  const project = join(root, 'tools', 'tsconfig.snippets.json');
  const cwd = join(root, 'tools');
  const { exitCode, output } = await run(tsc, ['-p', project, '--pretty', 'false'], { cwd });
  if (exitCode === 0) return [];
  const byPath = new Map(snippets.map((snippet) => [snippet.path, snippet]));
  return output
    .trim()
    .split('\n')
    .map((line) => {
      const match = /^(.+\.ts)\((\d+),\d+\): (.*)$/.exec(line);
      const snippet = byPath.get(join(cwd, match?.[1] ?? ''));
      return snippet && match ? `${snippet.origins[Number(match[2]) - 1] ?? snippet.place} ${match[3]}` : line;
    });
}

/** Runs one snippet in a Node process of its own. Its error text, or `undefined` when it exits 0 within the time. */
export async function runSnippet(snippet: Snippet, timeoutMs = 30_000): Promise<string | undefined> {
  const { NODE_OPTIONS, NODE_ENV, VITEST, ...env } = toolEnvironment();
  const { exitCode, output } = await run(process.execPath, [snippet.path], {
    cwd: join(snippet.path, '..'),
    env,
    timeoutMs,
  });
  return exitCode === 0 ? undefined : `${snippet.place} ended with ${exitCode}:\n${output}`;
}

function linesOf(block: SnippetBlock, label: string): readonly (readonly [text: string, origin: string])[] {
  const setup = block.setup === '' ? [] : block.setup.split('\n');
  const code = block.code.split('\n');
  return [
    ...setup.map((text) => [text, `${label}:${block.line} (its setup)`] as const),
    ...code.map((text, index) => [text, `${label}:${block.line + index}`] as const),
  ];
}

if (import.meta.filename === process.argv[1]) {
  const { snippets, problems } = await extractSnippets(REPOSITORY_ROOT);
  const errors = [...problems, ...(await compileSnippets(REPOSITORY_ROOT, snippets))];
  for (const error of errors) console.error(error);
  console.log(`snippets: ${snippets.length} found, ${errors.length} errors`);
  process.exitCode = errors.length === 0 ? 0 : 1;
}
