import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkSite } from './check-site.ts';
import { pnpmCommand, REPOSITORY_ROOT, run } from './command.ts';
import { writeSiteContent } from './site-content.ts';
import { findFiles } from './workspace.ts';

/** The site could not be built because its tools could not be installed: a registry that does not answer is no dead link. */
export class InstallError extends Error {
  override readonly name = 'InstallError';
}

/**
 * Builds the documentation site: installs its tools (a workspace of their own), puts the pages together, makes the API reference
 * from the docstrings, renders, and checks every link and anchor. Resolves to the folder. The packages have to be built.
 *
 * @throws InstallError when the tools cannot be installed, Error with the output of what failed, or with the dead links.
 */
export async function buildSite(root: string): Promise<string> {
  const folder = join(root, 'apps', 'docs-site');
  const content = join(folder, 'dist', 'content');
  const site = join(folder, 'dist', 'site');
  const [pnpm, ...first] = pnpmCommand();
  const install = await run(pnpm, [...first, 'install', '--frozen-lockfile', '--prefer-offline'], { cwd: folder });
  if (install.exitCode !== 0) throw new InstallError(`the tools of the site cannot be installed:\n${install.output}`);

  await rm(join(folder, 'dist'), { recursive: true, force: true });
  await writeSiteContent(root, content);
  for (const tool of [['typedoc'], ['vitepress', 'build', '.']]) {
    const [name = '', ...args] = tool;
    const { exitCode, output } = await run(join(folder, 'node_modules', '.bin', name), args, { cwd: folder });
    if (exitCode !== 0) throw new Error(`${tool.join(' ')} failed:\n${output}`);
  }
  const dead = checkSite(site);
  if (dead.length > 0) throw new Error(`${dead.length} dead links in the site:\n${dead.join('\n')}`);
  return site;
}

if (import.meta.filename === process.argv[1]) {
  const site = await buildSite(REPOSITORY_ROOT);
  console.log(`${findFiles(site, ['.html']).length} pages, no dead link: ${site}`);
}
