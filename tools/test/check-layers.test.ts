import { describe, expect, it } from 'vitest';
import { checkLayers, formatViolation } from '../src/check-layers.ts';
import { run } from '../src/command.ts';
import { CLEAN_WORKSPACE, type Files, WorkspaceFixture } from './workspace-fixture.ts';

function violationsWith(files: Files): readonly string[] {
  using workspace = new WorkspaceFixture({ ...CLEAN_WORKSPACE, ...files });
  return checkLayers(workspace.root).map((violation) => formatViolation(workspace.root, violation));
}

const coreManifest = { name: '@auth/core', authLayers: ['clock', 'road', 'index'] };
const jwtManifest = Object(CLEAN_WORKSPACE['packages/jwt/package.json']);
const lines = (count: number): string => '//\n'.repeat(count);

/** Each deliberate violation with the one line it must produce (its beginning). */
const VIOLATIONS: readonly (readonly [title: string, files: Files, expected: string])[] = [
  // What a package may import
  [
    'core imports a package',
    { 'packages/core/src/clock.ts': "import 'jose';" },
    'packages/core/src/clock.ts:1 forbidden-import',
  ],
  [
    'core imports a package it declares',
    {
      'packages/core/package.json': { ...coreManifest, dependencies: { jose: '*' } },
      'packages/core/src/clock.ts': '//',
    },
    'packages/core/package.json:9 forbidden-dependency',
  ],
  [
    'core imports a node: module',
    { 'packages/core/src/clock.ts': "\nimport 'node:fs';" },
    'packages/core/src/clock.ts:2 forbidden-import',
  ],
  [
    'core imports a Node module without its prefix',
    { 'packages/core/src/clock.ts': "import 'fs';" },
    'packages/core/src/clock.ts:1 forbidden-import',
  ],
  [
    'core imports only a type from Node',
    { 'packages/core/src/clock.ts': "import type { X } from 'node:fs';" },
    'packages/core/src/clock.ts:1 forbidden-import',
  ],
  [
    'core names a Node type inline',
    { 'packages/core/src/clock.ts': "export type X = import('node:fs').Stats;" },
    'packages/core/src/clock.ts:1 forbidden-import',
  ],
  [
    'core refers to the Node types',
    { 'packages/core/src/clock.ts': '/// <reference types="node" />' },
    'packages/core/src/clock.ts:1 forbidden-import',
  ],
  [
    'core imports dynamically',
    { 'packages/core/src/clock.ts': "await import('node:fs');" },
    'packages/core/src/clock.ts:1 forbidden-import',
  ],
  [
    'core takes a Node module from process',
    { 'packages/core/src/clock.ts': "process.getBuiltinModule('fs');" },
    'packages/core/src/clock.ts:1 forbidden-import',
  ],
  [
    'core re-exports a package',
    { 'packages/core/src/clock.ts': "export { a } from 'jose';" },
    'packages/core/src/clock.ts:1 forbidden-import',
  ],
  [
    'a verifier imports another verifier',
    { 'packages/jwt/src/verifier.ts': "import type { A } from '@auth/introspection';" },
    'packages/jwt/src/verifier.ts:1 forbidden-import',
  ],
  [
    'a verifier reaches another verifier dynamically',
    { 'packages/jwt/src/verifier.ts': "import('@auth/introspection');" },
    'packages/jwt/src/verifier.ts:1 forbidden-import',
  ],
  [
    'a verifier imports the testing kit in src',
    { 'packages/jwt/src/verifier.ts': "import '@auth/testing';" },
    'packages/jwt/src/verifier.ts:1 forbidden-import',
  ],
  [
    'a verifier depends on another verifier',
    {
      'packages/jwt/package.json': { ...jwtManifest, dependencies: { ...jwtManifest.dependencies, '@auth/http': '*' } },
    },
    'packages/jwt/package.json:19 forbidden-dependency',
  ],
  [
    'a verifier depends on a framework',
    { 'packages/jwt/package.json': { ...jwtManifest, dependencies: { ...jwtManifest.dependencies, express: '*' } } },
    'packages/jwt/package.json:19 forbidden-dependency',
  ],
  [
    'a verifier imports a computed name',
    { 'packages/jwt/src/verifier.ts': 'const a = await import(name);' },
    'packages/jwt/src/verifier.ts:1 computed-import',
  ],
  [
    'introspection loads jose at once',
    { 'packages/introspection/src/verifier.ts': "import './assertion.js';" },
    'packages/introspection/src/assertion.ts:1 eager-dependency',
  ],
  [
    'env imports a verifier statically',
    { 'packages/env/src/load.ts': "import '@auth/jwt';" },
    'packages/env/src/load.ts:1 forbidden-import',
  ],
  [
    'env imports the type of a verifier',
    { 'packages/env/src/load.ts': "import type { A } from '@auth/jwt';" },
    'packages/env/src/load.ts:1 forbidden-import',
  ],
  [
    'env reaches a verifier that is not its optional peer',
    { 'packages/env/src/load.ts': "import('@auth/introspection');" },
    'packages/env/src/load.ts:1 undeclared-dependency',
  ],
  [
    'a skin imports the code of its framework',
    { 'packages/http/src/hono.ts': "import { Hono } from 'hono';" },
    'packages/http/src/hono.ts:1 peer-not-type-only',
  ],
  [
    'a skin imports a type inside a value import',
    { 'packages/http/src/hono.ts': "import { type Hono } from 'hono';" },
    'packages/http/src/hono.ts:1 peer-not-type-only',
  ],
  [
    'a skin imports a framework it does not declare',
    { 'packages/http/src/hono.ts': "import type { A } from 'express';" },
    'packages/http/src/hono.ts:1 forbidden-import',
  ],
  [
    'the SDK plug imports an SDK it does not declare',
    { 'packages/mcp/src/sdk.ts': "import '@modelcontextprotocol/sdk/types.js';" },
    'packages/mcp/src/sdk.ts:1 forbidden-import',
  ],
  [
    'an index loads an optional peer',
    { 'packages/mcp/src/index.ts': "export { plug } from './sdk.js';" },
    'packages/mcp/src/sdk.ts:1 eager-dependency importing @auth/mcp would load @modelcontextprotocol/server',
  ],
  [
    'a framework is a peer that is not optional',
    {
      'packages/mcp/package.json': {
        ...Object(CLEAN_WORKSPACE['packages/mcp/package.json']),
        peerDependenciesMeta: {},
      },
    },
    'packages/mcp/package.json:12 optional-peer',
  ],
  [
    'packages depend on each other in a cycle',
    { 'packages/core/package.json': { ...coreManifest, devDependencies: { 'fast-check': '*', '@auth/testing': '*' } } },
    'packages/core/package.json:10 workspace-cycle packages in a cycle: @auth/core → @auth/testing → @auth/core',
  ],
  // Declared dependencies
  [
    'src imports a development dependency',
    {
      'packages/new/package.json': { name: '@auth/new', authLayers: ['a'], devDependencies: { zod: '*' } },
      'packages/new/src/a.ts': "import 'zod/v4';",
    },
    'packages/new/src/a.ts:1 undeclared-dependency zod is not in the dependencies of packages/new/package.json',
  ],
  [
    'a test imports what nobody declares',
    { 'packages/core/test/x.test.ts': "import 'undici';" },
    'packages/core/test/x.test.ts:1 undeclared-dependency',
  ],
  [
    'src imports what only the root declares',
    { 'apps/example/src/main.ts': "import 'vitest';" },
    'apps/example/src/main.ts:1 undeclared-dependency',
  ],
  [
    'an app imports what it does not declare',
    { 'apps/example/src/main.ts': "import '@auth/http/node';" },
    'apps/example/src/main.ts:1 undeclared-dependency',
  ],
  // Roads out of the package
  [
    'src leaves its package',
    { 'packages/jwt/src/verifier.ts': "import '../../core/src/clock.js';" },
    'packages/jwt/src/verifier.ts:1 escapes-package',
  ],
  [
    'a test leaves its package',
    { 'packages/jwt/test/x.test.ts': "import '../../core/src/clock.js';" },
    'packages/jwt/test/x.test.ts:1 escapes-package',
  ],
  [
    'an app leaves its package',
    { 'apps/example/src/main.ts': "import '../../../packages/core/src/clock.js';" },
    'apps/example/src/main.ts:1 escapes-package',
  ],
  [
    'src imports its tests',
    { 'packages/core/src/clock.ts': "import '../test/road.test.js';" },
    'packages/core/src/clock.ts:1 escapes-src',
  ],
  [
    'an import leads nowhere',
    { 'packages/core/src/clock.ts': "import './no.js';" },
    'packages/core/src/clock.ts:1 unresolved',
  ],
  [
    'an internal name leads nowhere',
    { 'packages/jwt/src/verifier.ts': "import '#no';" },
    'packages/jwt/src/verifier.ts:1 unresolved',
  ],
  [
    'one target of an internal name leads nowhere',
    {
      'packages/jwt/package.json': {
        ...jwtManifest,
        imports: { '#transport': { node: './dist/no.js', default: './dist/transport-fetch.js' } },
      },
    },
    'packages/jwt/src/verifier.ts:1 unresolved',
  ],
  [
    'the second target of an internal name leads nowhere',
    {
      'packages/jwt/package.json': {
        ...jwtManifest,
        imports: { '#transport': { node: './dist/transport-node.js', default: './dist/no.js' } },
      },
    },
    'packages/jwt/src/verifier.ts:1 unresolved',
  ],
  [
    'an internal name leads to a forbidden package',
    {
      'packages/jwt/package.json': {
        ...jwtManifest,
        imports: { '#transport': { node: './dist/transport-node.js', default: '@auth/http' } },
      },
    },
    'packages/jwt/src/verifier.ts:1 forbidden-import',
  ],
  [
    'src imports its own package by name',
    { 'packages/jwt/src/verifier.ts': "import '@auth/jwt';" },
    'packages/jwt/src/verifier.ts:1 index-imported',
  ],
  // Layers
  [
    'a file imports a later layer',
    { 'packages/core/src/clock.ts': "import { road } from './road.js';", 'packages/core/src/road.ts': '' },
    'packages/core/src/clock.ts:1 layer-order clock must not import road',
  ],
  [
    'a file imports the type of a later layer',
    { 'packages/core/src/clock.ts': "import type { R } from './road.js';", 'packages/core/src/road.ts': '' },
    'packages/core/src/clock.ts:1 layer-order',
  ],
  [
    'a file re-exports a later layer',
    { 'packages/core/src/clock.ts': "export { r } from './road.js';", 'packages/core/src/road.ts': '' },
    'packages/core/src/clock.ts:1 layer-order',
  ],
  [
    'a file reaches a later layer dynamically',
    { 'packages/core/src/clock.ts': "const r = await import('./road.js');", 'packages/core/src/road.ts': '' },
    'packages/core/src/clock.ts:1 layer-order',
  ],
  [
    'an internal name leads to a later layer',
    { 'packages/jwt/src/transport-fetch.ts': "import '#transport';" },
    'packages/jwt/src/transport-fetch.ts:1 layer-order transport-fetch must not import transport-node',
  ],
  ['a file is in no layer', { 'packages/core/src/extra.ts': '' }, 'packages/core/src/extra.ts:1 layer-unlisted'],
  [
    'a layer has no file',
    { 'packages/core/package.json': { ...coreManifest, authLayers: ['clock', 'road', 'gone', 'index'] } },
    'packages/core/package.json:3 layer-without-file',
  ],
  [
    'a layer is listed twice',
    { 'packages/core/package.json': { ...coreManifest, authLayers: ['clock', 'road', 'clock', 'index'] } },
    'packages/core/package.json:3 layer-twice',
  ],
  [
    'index is not the last layer',
    { 'packages/core/package.json': { ...coreManifest, authLayers: ['clock', 'index', 'road'] } },
    'packages/core/package.json:3 index-last',
  ],
  [
    'a package has no layer order',
    { 'packages/core/package.json': { name: '@auth/core' } },
    'packages/core/package.json:2 layers-missing',
  ],
  [
    'a file imports index',
    { 'packages/core/src/road.ts': "import './index.js';" },
    'packages/core/src/road.ts:1 index-imported',
  ],
  [
    'index holds code',
    { 'packages/core/src/index.ts': "export { now } from './clock.js';\nexport const a = 1;" },
    'packages/core/src/index.ts:2 index-reexports',
  ],
  // Cycles
  [
    'two files import each other',
    { 'apps/example/src/main.ts': "import './a.js';", 'apps/example/src/a.ts': "\nimport './main.js';" },
    'apps/example/src/a.ts:2 cycle files in a cycle: a → main → a',
  ],
  [
    'a cycle of types only',
    {
      'apps/example/src/main.ts': "import type { A } from './a.js';",
      'apps/example/src/a.ts': "import type { M } from './main.js';",
    },
    'apps/example/src/a.ts:1 cycle',
  ],
  ['a file imports itself', { 'apps/example/src/main.ts': "import './main.js';" }, 'apps/example/src/main.ts:1 cycle'],
  // Shape
  [
    'a source file of a package is too long',
    { 'packages/core/src/clock.ts': lines(301) },
    'packages/core/src/clock.ts:301 file-length 301 lines',
  ],
  [
    'a source file of an app is too long',
    { 'apps/example/src/main.ts': lines(301) },
    'apps/example/src/main.ts:301 file-length',
  ],
  [
    'a tool is too long',
    { 'tools/package.json': { name: 'tools' }, 'tools/src/a.ts': lines(301) },
    'tools/src/a.ts:301 file-length',
  ],
  [
    'export *',
    { 'packages/core/src/index.ts': "export * from './clock.js';" },
    'packages/core/src/index.ts:1 export-all',
  ],
  [
    'export * as',
    { 'packages/core/src/index.ts': "\nexport * as all from './clock.js';" },
    'packages/core/src/index.ts:2 export-all',
  ],
  [
    'export type *',
    { 'apps/example/src/a.ts': "export type * from './main.js';" },
    'apps/example/src/a.ts:1 export-all',
  ],
  [
    'a default export',
    { 'packages/core/src/clock.ts': 'export default 1;' },
    'packages/core/src/clock.ts:1 default-export',
  ],
  [
    'a default export by another name',
    { 'packages/core/src/clock.ts': 'const a = 1;\nexport { a as default };' },
    'packages/core/src/clock.ts:2 default-export',
  ],
  ['a folder inside src', { 'packages/core/src/deep/a.ts': '' }, 'packages/core/src/deep/a.ts:1 flat-src'],
  [
    'a file that is not TypeScript at all',
    { 'packages/core/src/clock.ts': '\nconst = ;' },
    'packages/core/src/clock.ts:2 syntax',
  ],
];

describe('the layer check', () => {
  it('finds nothing wrong in a clean workspace', () => {
    expect(violationsWith({})).toEqual([]);
  });

  it('accepts a file of exactly 300 lines', () => {
    expect(violationsWith({ 'packages/core/src/clock.ts': lines(300) })).toEqual([]);
  });

  it('does not take comments, strings, templates and regular expressions for imports', () => {
    const decoys = [
      "// import 'jose';",
      "/* export * from './road.js' */",
      'const text = "import \'jose\'";',
      "const template = `import 'jose'; $" + "{ '`' } export default 1`;",
      "const pattern = /import 'jose'/;",
    ].join('\n');
    expect(violationsWith({ 'packages/core/src/clock.ts': decoys })).toEqual([]);
  });

  it.each(VIOLATIONS)('fails when %s', (_title, files, expected) => {
    const found = violationsWith(files);
    expect(
      found.filter((line) => line.startsWith(expected)),
      found.join('\n'),
    ).not.toEqual([]);
  });

  it('exits 0 on a clean workspace and 1, with a line for each violation, on another', async () => {
    using workspace = new WorkspaceFixture(CLEAN_WORKSPACE);
    const script = new URL('../src/check-layers.ts', import.meta.url).pathname;
    const check = () => run(process.execPath, [script, workspace.root], { cwd: '/' });

    expect(await check()).toEqual({ exitCode: 0, output: 'layers: no violations\n' });

    workspace.write({ 'packages/core/src/clock.ts': "import 'node:fs';\nexport default 1;\n" });
    const { exitCode, output } = await check();
    expect(exitCode).toBe(1);
    expect(output).toContain(
      'packages/core/src/clock.ts:1 forbidden-import @auth/core imports nothing, and so not node:fs\n',
    );
    expect(output).toContain('packages/core/src/clock.ts:2 default-export packages export by name only\n');
  });
});
