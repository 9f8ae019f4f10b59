import { relative } from 'node:path';
import { resolveImport, type SourceFile, type Target } from './import-graph.ts';
import { OWN_SCOPE, type PackagePolicy, policyOf } from './layer-policy.ts';
import type { FoundImport } from './module-scan.ts';
import type { Violation } from './package-rules.ts';
import type { WorkspacePackage } from './workspace.ts';

/** Where the imports of one file lead. `rootDevelopment`: what the workspace root provides for tests (vitest). */
export function checkImports(
  owner: WorkspacePackage,
  file: SourceFile,
  rootDevelopment: readonly string[],
): readonly Violation[] {
  return file.scan.imports.flatMap((found) => {
    const problems = checkImport(owner, file, found, rootDevelopment);
    return problems.map(([rule, message]) => ({ path: file.path, line: found.line, rule, message }));
  });
}

type Problem = readonly [rule: string, message: string];

function checkImport(
  owner: WorkspacePackage,
  file: SourceFile,
  found: FoundImport,
  rootDevelopment: readonly string[],
): readonly Problem[] {
  const { specifier } = found;
  if (specifier === undefined) {
    if (file.area === 'test' || policyOf(owner)?.computedImports !== false) return [];
    return [['computed-import', `${owner.name} must not import a computed name: nobody can check where it leads`]];
  }
  return resolveImport(owner, file.path, specifier).flatMap((target) => {
    const problem = checkTarget(owner, file, { ...found, specifier }, target, rootDevelopment);
    return problem ? [problem] : [];
  });
}

function checkTarget(
  owner: WorkspacePackage,
  file: SourceFile,
  found: FoundImport & { readonly specifier: string },
  target: Target,
  rootDevelopment: readonly string[],
): Problem | undefined {
  const { specifier } = found;
  const policy = file.area === 'src' ? policyOf(owner) : undefined;
  switch (target.kind) {
    case 'outside':
      return ['escapes-package', `${specifier} leaves ${owner.label}: import other packages by name`];
    case 'missing':
      return ['unresolved', `${specifier} leads to no file of ${owner.label}`];
    case 'file':
      if (file.area === 'test' || relative(owner.folder, target.path).startsWith('src')) return undefined;
      return ['escapes-src', `${specifier} leaves src/, which is all that is built and published`];
    case 'builtin':
      if (!policy || policy.builtins) return undefined;
      return ['forbidden-import', `${owner.name} imports nothing, and so not ${specifier}`];
    case 'package':
      return policy && target.name !== owner.name
        ? checkAgainstPolicy(owner, target.name, found, policy)
        : checkDeclared(owner, file, target.name, rootDevelopment);
  }
}

function checkAgainstPolicy(
  owner: WorkspacePackage,
  name: string,
  found: FoundImport,
  policy: PackagePolicy,
): Problem | undefined {
  const { dependencies = {}, peerDependencies = {} } = owner.manifest;
  if (policy.own.length === 0) return ['forbidden-import', `${owner.name} imports nothing, and so not ${name}`];
  if (name.startsWith(OWN_SCOPE) && !policy.own.includes(name)) {
    if (!policy.ownByDynamicImport)
      return ['forbidden-import', `${owner.name} must not import ${name}: of our packages only @auth/core`];
    if (found.kind !== 'dynamic') return ['forbidden-import', `${owner.name} reaches ${name} only with import()`];
  } else if (policy.dependencies && !policy.dependencies.includes(name) && !(name in peerDependencies)) {
    return [
      'forbidden-import',
      `${owner.name} must not import ${name} (allowed: ${policy.dependencies.join(', ')}, optional peers)`,
    ];
  }
  if (name in dependencies) return undefined;
  if (!(name in peerDependencies)) return undeclared(owner, name);
  if (policy.peers === 'type' && found.kind !== 'type') {
    return ['peer-not-type-only', `${name} is an optional peer of ${owner.name}: only \`import type\` may name it`];
  }
  return undefined;
}

function checkDeclared(
  owner: WorkspacePackage,
  file: SourceFile,
  name: string,
  rootDevelopment: readonly string[],
): Problem | undefined {
  if (name === owner.name) {
    return file.area === 'src' ? ['index-imported', `src/ must not import its own package ${name}`] : undefined;
  }
  const { dependencies = {}, peerDependencies = {}, devDependencies = {} } = owner.manifest;
  if (name in dependencies || name in peerDependencies) return undefined;
  if (file.area === 'test' && (name in devDependencies || rootDevelopment.includes(name))) return undefined;
  return undeclared(owner, name);
}

function undeclared(owner: WorkspacePackage, name: string): Problem {
  return ['undeclared-dependency', `${name} is not in the dependencies of ${owner.label}/package.json`];
}
