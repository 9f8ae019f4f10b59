import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCycles } from './import-graph.ts';
import { OWN_SCOPE, policyOf } from './layer-policy.ts';
import type { WorkspacePackage } from './workspace.ts';

export interface Violation {
  /** Absolute path. */
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** What each package.json may say about other packages. */
export function checkManifests(packages: readonly WorkspacePackage[]): readonly Violation[] {
  return [...packages.flatMap(checkDependencies), ...checkWorkspaceCycles(packages)];
}

function checkDependencies(owner: WorkspacePackage): readonly Violation[] {
  const policy = policyOf(owner);
  if (!policy) return [];
  const { dependencies, peerDependencies, peerDependenciesMeta } = owner.manifest;
  const violations: Violation[] = [];
  const report = (name: string, rule: string, message: string): void => {
    violations.push({ ...manifestLine(owner, `"${name}"`), rule, message });
  };

  for (const name of Object.keys(dependencies ?? {})) {
    const isForeignOwn = name.startsWith(OWN_SCOPE) && !policy.own.includes(name);
    if (isForeignOwn || (policy.dependencies && !policy.dependencies.includes(name))) {
      report(
        name,
        'forbidden-dependency',
        `${owner.name} must not depend on ${name} (allowed: ${allowedText(policy)})`,
      );
    }
  }
  for (const name of Object.keys(peerDependencies ?? {})) {
    if (policy.peers === 'none') report(name, 'forbidden-dependency', `${owner.name} must have no peer dependencies`);
    else if (name.startsWith(OWN_SCOPE) && !policy.ownByDynamicImport) {
      report(name, 'forbidden-dependency', `${owner.name} must not depend on ${name}`);
    } else if (!peerDependenciesMeta?.[name]?.optional) {
      report(name, 'optional-peer', `the peer ${name} must be optional (peerDependenciesMeta)`);
    }
  }
  return violations;
}

/** A cycle over all kinds of dependencies, development ones included, stops turbo with a message that helps nobody. */
function checkWorkspaceCycles(packages: readonly WorkspacePackage[]): readonly Violation[] {
  const byName = new Map(packages.map((workspacePackage) => [workspacePackage.name, workspacePackage]));
  const edges = packages.flatMap((from) => {
    const { dependencies, devDependencies } = from.manifest;
    return Object.keys({ ...dependencies, ...devDependencies }).flatMap((name) => {
      const to = byName.get(name);
      return to ? [{ from, to }] : [];
    });
  });
  return findCycles(packages, edges).flatMap((cycle) => {
    const [first, second] = [cycle[0], cycle[1] ?? cycle[0]];
    if (!first || !second) return [];
    const names = [...cycle, first].map(({ name }) => name).join(' → ');
    return [
      {
        ...manifestLine(first, `"${second.name}":`),
        rule: 'workspace-cycle',
        message: `packages in a cycle: ${names}`,
      },
    ];
  });
}

/** Where `text` stands in a package's package.json; line 1 when it does not. */
export function manifestLine(owner: WorkspacePackage, text: string): { readonly path: string; readonly line: number } {
  const path = join(owner.folder, 'package.json');
  const lines = readFileSync(path, 'utf8').split('\n');
  // The last mention: a package's own name also appears in "name", and dependencies come at the end.
  return { path, line: lines.findLastIndex((line) => line.includes(text)) + 1 || 1 };
}

function allowedText(policy: {
  readonly own: readonly string[];
  readonly dependencies: readonly string[] | undefined;
}): string {
  const names = policy.dependencies ?? [...policy.own, 'packages outside this workspace'];
  return names.length === 0 ? 'none' : names.join(', ');
}
