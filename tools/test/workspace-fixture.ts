import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export type Files = Readonly<Record<string, string | object>>;

/** A workspace in a temporary folder: `path → content` (objects become JSON). Disposing removes it. */
export class WorkspaceFixture implements Disposable {
  readonly root: string = mkdtempSync(join(tmpdir(), 'workspace-'));

  constructor(files: Files) {
    this.write(files);
  }

  write(files: Files): void {
    for (const [path, content] of Object.entries(files)) {
      const target = join(this.root, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A small workspace that keeps every rule and uses each allowed kind of import once. */
export const CLEAN_WORKSPACE: Files = {
  'package.json': { name: 'root', devDependencies: { vitest: '*' } },
  'packages/core/package.json': {
    name: '@auth/core',
    authLayers: ['clock', 'road', 'index'],
    devDependencies: { 'fast-check': '*' },
  },
  'packages/core/src/clock.ts': 'export const now = (): number => Date.now();\n',
  'packages/core/src/road.ts': "import { now } from './clock.js';\nexport const road = now;\n",
  'packages/core/src/index.ts': "export { now } from './clock.js';\nexport type { Road } from './road.js';\n",
  'packages/core/test/road.test.ts':
    "import { test } from 'vitest';\nimport fc from 'fast-check';\nimport '../src/road.js';\nimport 'node:fs';\n",
  'packages/jwt/package.json': {
    name: '@auth/jwt',
    authLayers: ['transport-fetch', 'transport-node', 'verifier', 'index'],
    imports: { '#transport': { node: './dist/transport-node.js', default: './dist/transport-fetch.js' } },
    dependencies: { '@auth/core': 'workspace:^', jose: '*', undici: '*' },
    devDependencies: { '@auth/testing': 'workspace:^' },
  },
  'packages/jwt/src/transport-fetch.ts': 'export const transport = fetch;\n',
  'packages/jwt/src/transport-node.ts': "import { request } from 'undici';\nexport const transport = request;\n",
  'packages/jwt/src/verifier.ts':
    "import { transport } from '#transport';\nimport type { JWK } from 'jose';\nimport { now } from '@auth/core';\nimport { hash } from 'node:crypto';\n",
  'packages/jwt/src/index.ts': "export { verify } from './verifier.js';\n",
  'packages/jwt/test/verifier.test.ts':
    "import '@auth/testing';\nimport '@auth/jwt';\nimport '../src/verifier.js';\nimport '../dist/verifier.js';\n",
  'packages/testing/package.json': {
    name: '@auth/testing',
    authLayers: ['keys', 'index'],
    dependencies: { '@auth/core': 'workspace:^', jose: '*' },
  },
  'packages/testing/src/keys.ts': "import { SignJWT } from 'jose';\nimport '@auth/core';\n",
  'packages/testing/src/index.ts': "export { keys } from './keys.js';\n",
  'packages/introspection/package.json': {
    name: '@auth/introspection',
    authLayers: ['assertion', 'verifier', 'index'],
    dependencies: { '@auth/core': 'workspace:^', jose: '*' },
  },
  'packages/introspection/src/assertion.ts': "import { SignJWT } from 'jose';\n",
  'packages/introspection/src/verifier.ts':
    "import type { JWK } from 'jose';\nexport const late = () => import('./assertion.js');\n",
  'packages/introspection/src/index.ts': "export { late } from './verifier.js';\n",
  'packages/env/package.json': {
    name: '@auth/env',
    authLayers: ['load', 'index'],
    dependencies: { '@auth/core': 'workspace:^' },
    peerDependencies: { '@auth/jwt': 'workspace:^' },
    peerDependenciesMeta: { '@auth/jwt': { optional: true } },
  },
  'packages/env/src/load.ts':
    "export const jwt = () => import('@auth/jwt');\nexport const any = (name: string) => import(name);\n",
  'packages/env/src/index.ts': "export { jwt } from './load.js';\n",
  'packages/http/package.json': {
    name: '@auth/http',
    authLayers: ['gate', 'hono', 'index'],
    dependencies: { '@auth/core': 'workspace:^' },
    peerDependencies: { hono: '*' },
    peerDependenciesMeta: { hono: { optional: true } },
  },
  'packages/http/src/gate.ts': "import { now } from '@auth/core';\n",
  'packages/http/src/hono.ts': "import type { Context } from 'hono';\nimport './gate.js';\n",
  'packages/http/src/index.ts': "export { gate } from './gate.js';\n",
  'packages/mcp/package.json': {
    name: '@auth/mcp',
    authLayers: ['authorizer', 'sdk', 'index'],
    dependencies: { '@auth/core': 'workspace:^' },
    peerDependencies: { '@modelcontextprotocol/server': '*' },
    peerDependenciesMeta: { '@modelcontextprotocol/server': { optional: true } },
  },
  'packages/mcp/src/authorizer.ts': "import { now } from '@auth/core';\n",
  'packages/mcp/src/sdk.ts': "import { McpServer } from '@modelcontextprotocol/server';\n",
  'packages/mcp/src/index.ts': "export { authorizer } from './authorizer.js';\n",
  'apps/example/package.json': {
    name: 'example',
    dependencies: { '@auth/core': 'workspace:^', '@auth/jwt': 'workspace:^', express: '*' },
  },
  'apps/example/src/main.ts': "import '@auth/jwt';\nimport express from 'express';\nexport default express;\n",
};
