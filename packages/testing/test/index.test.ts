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

it('needs core and jose at run time, and the SDK only for the MCP fixtures', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    dependencies: object;
    peerDependenciesMeta: Record<string, { optional: boolean }>;
  };
  expect(Object.keys(manifest.dependencies).sort()).toEqual(['@auth/core', 'jose']);
  expect(Object.values(manifest.peerDependenciesMeta).every(({ optional }) => optional)).toBe(true);
});
