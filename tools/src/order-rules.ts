import { type Edge, findCycles, internalEdges, type SourceFile } from './import-graph.ts';
import { policyOf } from './layer-policy.ts';
import { manifestLine, type Violation } from './package-rules.ts';
import type { WorkspacePackage } from './workspace.ts';

/** The layer order of one package: `authLayers` in its package.json, from the ground up. */
export function checkLayerOrder(owner: WorkspacePackage, files: readonly SourceFile[]): readonly Violation[] {
  const edges = internalEdges(owner, files);
  const violations = findCycles(files, edges).flatMap((cycle) => describeCycle(cycle, edges));
  for (const { from, to, found } of edges) {
    if (to.layer === 'index' && from !== to) {
      violations.push({
        path: from.path,
        line: found.line,
        rule: 'index-imported',
        message: 'nothing imports index: import the file itself',
      });
    }
  }

  const layers = owner.manifest.authLayers;
  if (!layers) {
    if (owner.kind === 'library' && files.length > 0) {
      const message = 'list the files of src/ in "authLayers", lowest first, index last';
      violations.push({ ...manifestLine(owner, '"name"'), rule: 'layers-missing', message });
    }
    return violations;
  }
  const known = new Set(files.map(({ layer }) => layer));
  const inManifest = (rule: string, message: string): void => {
    violations.push({ ...manifestLine(owner, '"authLayers"'), rule, message });
  };
  layers.forEach((layer, position) => {
    if (!known.has(layer)) inManifest('layer-without-file', `"authLayers" lists ${layer}, which is not in src/`);
    if (layers.indexOf(layer) !== position) inManifest('layer-twice', `"authLayers" lists ${layer} twice`);
  });
  if (layers.includes('index') && layers.at(-1) !== 'index')
    inManifest('index-last', 'index comes last in "authLayers"');
  for (const { layer, path } of files) {
    if (!layers.includes(layer)) {
      violations.push({
        path,
        line: 1,
        rule: 'layer-unlisted',
        message: `${layer} is not in "authLayers" of ${owner.label}/package.json`,
      });
    }
  }
  for (const { from, to, found } of edges) {
    const [low, high] = [layers.indexOf(from.layer), layers.indexOf(to.layer)];
    if (low !== -1 && high > low) {
      const message = `${from.layer} must not import ${to.layer}, a later layer`;
      violations.push({ path: from.path, line: found.line, rule: 'layer-order', message });
    }
  }
  return violations;
}

/**
 * What must not load with the index: dependencies that only `import()` may reach, and optional peers, without which the index
 * could not be imported at all. Followed from the index along everything that loads with it.
 */
export function checkLazyDependencies(owner: WorkspacePackage, files: readonly SourceFile[]): readonly Violation[] {
  const lazy = [...(policyOf(owner)?.lazy ?? []), ...Object.keys(owner.manifest.peerDependencies ?? {})];
  const start = files.find(({ layer }) => layer === 'index');
  if (lazy.length === 0 || !start) return [];
  const edges = internalEdges(owner, files).filter(({ found }) => found.kind === 'static');
  const loaded = new Set([start]);
  for (const file of loaded) for (const { from, to } of edges) if (from === file) loaded.add(to);
  return [...loaded].flatMap((file) =>
    file.scan.imports.flatMap(({ specifier, kind, line }) => {
      const name = lazy.find((candidate) => specifier === candidate || specifier?.startsWith(`${candidate}/`));
      if (!name || kind !== 'static') return [];
      const message = `importing ${owner.name} would load ${name}: reach this file, or ${name}, with import()`;
      return [{ path: file.path, line, rule: 'eager-dependency', message }];
    }),
  );
}

function describeCycle(cycle: readonly SourceFile[], edges: readonly Edge[]): Violation[] {
  const first = cycle[0];
  const second = cycle[1] ?? first;
  const edge = edges.find(({ from, to }) => from === first && to === second);
  if (!first || !edge) return [];
  const road = [...cycle, first].map(({ layer }) => layer).join(' → ');
  return [{ path: first.path, line: edge.found.line, rule: 'cycle', message: `files in a cycle: ${road}` }];
}
