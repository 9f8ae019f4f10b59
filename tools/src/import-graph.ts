import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type FoundImport, type ModuleScan, scanModule } from './module-scan.ts';
import { findFiles, type WorkspacePackage } from './workspace.ts';

export interface SourceFile {
  readonly path: string;
  /** `src`: shipped; `test`: everything else that belongs to the package. */
  readonly area: 'src' | 'test';
  /** The name used in `authLayers`: the path inside src/ without its extension. */
  readonly layer: string;
  readonly scan: ModuleScan;
}

/** What an import specifier points to. */
export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'outside' };

const SOURCE_ENDINGS = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs'];

/** Parses every source and test file of a package. */
export function readSources(workspacePackage: WorkspacePackage): readonly SourceFile[] {
  return (['src', 'test'] as const).flatMap((area) => {
    const folder = join(workspacePackage.folder, area);
    return findFiles(folder, SOURCE_ENDINGS).map((path) => ({
      path,
      area,
      layer: relative(folder, path).replace(/(?:\.d)?\.[cm]?[jt]sx?$/, ''),
      scan: scanModule(path, readFileSync(path, 'utf8')),
    }));
  });
}

/** Follows one specifier: to one target, or for an `#internal` name to each that the package's `imports` map has for it. */
export function resolveImport(owner: WorkspacePackage, from: string, specifier: string): readonly Target[] {
  if (specifier.startsWith('.') || specifier.startsWith('/')) {
    return [resolveFile(owner, resolve(dirname(from), specifier))];
  }
  if (specifier.startsWith('#')) {
    const targets = mapTargets(owner.manifest.imports?.[specifier]);
    if (targets.length === 0) return [{ kind: 'missing' }];
    return targets.flatMap((target) =>
      target.startsWith('.')
        ? [resolveFile(owner, resolve(owner.folder, target.replace(/^\.\/dist\//, './src/')))]
        : resolveImport(owner, from, target),
    );
  }
  if (specifier === 'node:*' || isBuiltin(specifier)) return [{ kind: 'builtin', name: specifier }];
  const parts = specifier.split('/');
  return [{ kind: 'package', name: parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/') }];
}

export interface Edge {
  readonly from: SourceFile;
  readonly to: SourceFile;
  readonly found: FoundImport;
}

/** The edges between the src files of one package. */
export function internalEdges(owner: WorkspacePackage, files: readonly SourceFile[]): readonly Edge[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return files.flatMap((from) =>
    from.scan.imports.flatMap((found) => {
      if (found.specifier === undefined) return [];
      return resolveImport(owner, from.path, found.specifier).flatMap((target) => {
        const to = target.kind === 'file' ? byPath.get(target.path) : undefined;
        return to ? [{ from, to, found }] : [];
      });
    }),
  );
}

/** Every edge that closes a cycle, with the files on that cycle in order; each group of files is reported once. */
export function findCycles<T>(
  nodes: readonly T[],
  edges: readonly { readonly from: T; readonly to: T }[],
): readonly (readonly T[])[] {
  const finished = new Set<T>();
  const cycles: (readonly T[])[] = [];
  const visit = (node: T, road: readonly T[]): void => {
    const at = road.indexOf(node);
    if (at !== -1) {
      cycles.push(road.slice(at));
      return;
    }
    if (finished.has(node)) return;
    for (const edge of edges) if (edge.from === node) visit(edge.to, [...road, node]);
    finished.add(node);
  };
  for (const node of nodes) visit(node, []);
  return cycles;
}

function resolveFile(owner: WorkspacePackage, path: string): Target {
  if (!path.startsWith(owner.folder + sep)) return { kind: 'outside' };
  const stem = path.replace(/\.([cm]?)jsx?$/, '');
  const candidates = [path, `${stem}.ts`, `${stem}.mts`, `${stem}.cts`, `${stem}.tsx`, `${stem}.d.ts`, `${path}.ts`];
  const found = candidates.find((candidate) => /\.\w+$/.test(candidate) && existsSync(candidate));
  // A test may import the built files, which need not exist while this check runs.
  if (!found && path.startsWith(join(owner.folder, 'dist') + sep)) return { kind: 'file', path };
  return found ? { kind: 'file', path: found } : { kind: 'missing' };
}

function mapTargets(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([condition, target]) => (condition === 'types' ? [] : mapTargets(target)));
}
