import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as index from '../src/index.js';
import * as mcp from '../src/mcp.js';

it('exports what users import, and nothing by accident', () => {
  expect(Object.keys(index).sort()).toEqual([
    'CONFORMANCE_CASES',
    'KeyPair',
    'RSAKeyPair',
    'assertAccepted',
    'assertChallenge',
    'assertRejected',
    'assertUnavailable',
    'confusedSecrets',
    'encodeSegment',
    'forgeToken',
    'forgedTokens',
    'httpBytes',
    'httpReply',
    'jsonReply',
    'parseBearerChallenge',
    'rawReply',
    'runVerifierConformance',
    'scriptedTransport',
    'startAuthorizationServer',
    'startScriptedServer',
    'verifierConformanceReport',
  ]);
  expect(Object.keys(mcp).sort()).toEqual(['REDIRECT_URI', 'connectMcpClient', 'startProtectedMcpServer']);
});

it('says of each export in the README what it is', () => {
  const text = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
  const [, section = ''] = text('../README.md').split('## Everything it exports\n');
  const named = [...(section.split('\n## ')[0] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name);
  // An export list and its members: `type Name`, `name`, and `from` the file that the list ends with.
  const exported = ['../src/index.ts', '../src/mcp.ts'].flatMap((path) =>
    [...text(path).matchAll(/\{([^}]*)\}/g)].flatMap(([, list = '']) => list.match(/\w+(?=\s*(?:,|$))/g) ?? []),
  );
  expect(exported.length).toBeGreaterThan(60);
  expect([...exported].filter((name) => !named.includes(name))).toEqual([]);
  const known = new Set([...exported, 'transport']);
  expect(named.filter((name) => name !== undefined && !known.has(name))).toEqual([]);
});

it('needs core and jose at run time, and the SDK only for the MCP fixtures', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    dependencies: object;
    peerDependenciesMeta: Record<string, { optional: boolean }>;
  };
  expect(Object.keys(manifest.dependencies).sort()).toEqual(['@auth/core', 'jose']);
  expect(Object.values(manifest.peerDependenciesMeta).every(({ optional }) => optional)).toBe(true);
});
