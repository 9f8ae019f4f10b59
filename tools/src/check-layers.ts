import { relative } from 'node:path';
import { REPOSITORY_ROOT } from './command.ts';
import { readSources } from './import-graph.ts';
import { checkImports } from './import-rules.ts';
import { checkLayerOrder, checkLazyDependencies } from './order-rules.ts';
import { checkManifests, type Violation } from './package-rules.ts';
import { checkShape } from './shape-rules.ts';
import { findPackages, readManifest } from './workspace.ts';

/**
 * Checks the import rules of the workspace at `root` (see CONTRIBUTING.md): which package may import which, the order of the
 * files inside each, cycles, file sizes, exports and declared dependencies. Returns every violation, sorted by place.
 */
export function checkLayers(root: string): readonly Violation[] {
  const packages = findPackages(root);
  const rootDevelopment = Object.keys(readManifest(root).devDependencies ?? {});
  const violations = packages.flatMap((owner) => {
    const files = readSources(owner);
    const sources = files.filter(({ area }) => area === 'src');
    return [
      ...files.flatMap((file) => [...checkShape(owner, file), ...checkImports(owner, file, rootDevelopment)]),
      ...checkLayerOrder(owner, sources),
      ...checkLazyDependencies(owner, sources),
    ];
  });
  return [...checkManifests(packages), ...violations].sort((a, b) => a.path.localeCompare(b.path) || a.line - b.line);
}

/** One line: `file:line rule message`. */
export function formatViolation(root: string, { path, line, rule, message }: Violation): string {
  return `${relative(root, path)}:${line} ${rule} ${message}`;
}

if (import.meta.filename === process.argv[1]) {
  const root = process.argv[2] ?? REPOSITORY_ROOT;
  const violations = checkLayers(root);
  for (const violation of violations) console.error(formatViolation(root, violation));
  console.log(violations.length === 0 ? 'layers: no violations' : `layers: ${violations.length} violations`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
