import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { API_REPORT, apiReport } from './api-report.ts';
import { REPOSITORY_ROOT } from './command.ts';
import { conformancePage, workspaceCitations } from './conformance-page.ts';
import { decisionIndex } from './decision-index.ts';
import { generatedSection, withGeneratedSection } from './generated-section.ts';
import { runtimeTable } from './runtime-table.ts';
import { sizeTable } from './size-table.ts';
import { readStandards } from './standards.ts';
import { findPackages } from './workspace.ts';

export interface GeneratedFile {
  /** Absolute. */
  readonly path: string;
  /** What it must hold. */
  readonly content: string;
}

/** Every file of the repository that is written by a program, in whole or in part. The packages must be built. */
export function generatedFiles(root: string): readonly GeneratedFile[] {
  const packages = findPackages(root);
  const reports = packages
    .filter(({ kind }) => kind === 'library')
    .map((owner) => ({ path: join(owner.folder, API_REPORT), content: apiReport(owner) }));

  const readme = join(root, 'README.md');
  const text = readFileSync(readme, 'utf8');
  const tables = withGeneratedSection(
    withGeneratedSection(text, 'sizes', sizeTable(packages, generatedSection(text, 'sizes'))),
    'runtimes',
    runtimeTable(join(root, 'apps', 'runtimes')),
  );

  const decisions = join(root, 'docs', 'decisions');
  const index = join(decisions, 'README.md');
  const records = withGeneratedSection(readFileSync(index, 'utf8'), 'decisions', decisionIndex(decisions));

  const conformance = {
    path: join(root, 'docs', 'conformance.md'),
    content: conformancePage(readStandards(), workspaceCitations(root)),
  };
  return [...reports, { path: readme, content: tables }, { path: index, content: records }, conformance];
}

/** One line for each generated file that is not as it should be. */
export function staleFiles(root: string): readonly string[] {
  return generatedFiles(root).flatMap(({ path, content }) => {
    if (existsSync(path) && readFileSync(path, 'utf8') === content) return [];
    return [`${relative(root, path)} is stale: run pnpm generate, look at the difference and commit it`];
  });
}

if (import.meta.filename === process.argv[1]) {
  for (const { path, content } of generatedFiles(REPOSITORY_ROOT)) {
    if (existsSync(path) && readFileSync(path, 'utf8') === content) continue;
    writeFileSync(path, content);
    console.log(`written: ${relative(REPOSITORY_ROOT, path)}`);
  }
}
