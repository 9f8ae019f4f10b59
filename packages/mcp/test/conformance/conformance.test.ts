import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOOPBACK_HOSTS } from '@auth/http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { describe, expect, it } from 'vitest';
import { createAuthorizer } from '../../src/sdk.js';
import { createAuthorizer as createAuthorizerV1 } from '../../src/sdk-v1.js';
import { type Handle, startServer } from '../support/http.js';
import { TableVerifier } from '../support/tokens.js';
import { startBearerProxy } from './bearer-proxy.js';
import { conformanceServer as conformanceServerV1 } from './server-v1.js';
import { conformanceServer } from './server-v2.js';

const TOKEN = 'token-of-the-conformance-suite';

/** Runs the official suite, and resolves to its exit code and what it printed. */
async function runSuite(url: string, requirements: string): Promise<{ code: number | null; output: string }> {
  const manifest = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json');
  const cli = join(manifest, '..', 'dist', 'index.js');
  // It writes its results where it runs.
  const cwd = await mkdtemp(join(tmpdir(), 'mcp-conformance-'));
  try {
    return await new Promise((resolve) => {
      const command = [cli, 'server', '--url', url, '--requirements', requirements];
      const child = execFile(process.execPath, command, { cwd, maxBuffer: 1 << 26 }, (_error, stdout, stderr) => {
        resolve({ code: child.exitCode, output: stdout + stderr });
      });
    });
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

async function judge(
  requirements: string,
  handle: Handle,
  scopes = ['conformance'],
): Promise<{ code: number | null; output: string }> {
  const identity = { issuer: 'https://issuer.example', clientId: 'suite' };
  const verifier = new TableVerifier({ [TOKEN]: { ...identity, scopes } });
  const proxy = await startBearerProxy(TOKEN);
  const allowedOrigins = ['localhost', '127.0.0.1'].map((host) => `http://${host}:${proxy.port}`);
  const server = await startServer(verifier, handle, { optional: false, allowedHosts: LOOPBACK_HOSTS, allowedOrigins });
  proxy.forwardTo(Number(new URL(server.url).port));
  try {
    return await runSuite(`http://localhost:${proxy.port}/mcp`, requirements);
  } finally {
    await Promise.all([proxy.close(), server.close()]);
  }
}

describe('the official conformance suite, through the gate', { timeout: 300_000 }, () => {
  it('passes for 2026-07-28 on v2 of the SDK', async () => {
    const authz = createAuthorizer();
    const handler = authz.createHandler(({ authInfo }) => conformanceServer(authz, authInfo, () => handler.notify));
    const { code, output } = await judge('2026-07-28', toNodeHandler(handler));
    expect(code, output).toBe(0);
    await handler.close();
  });

  it('passes for 2025-11-25 on v1 of the SDK, with sessions', async () => {
    const authz = createAuthorizerV1();
    const handler = authz.createHandler(({ authInfo }) => conformanceServerV1(authz, authInfo));
    const { code, output } = await judge('2025-11-25', handler);
    expect(code, output).toBe(0);
    await handler.close();
  });

  it('fails without the scope: the suite does see what is decided here', async () => {
    const authz = createAuthorizer();
    const handler = authz.createHandler(({ authInfo }) => conformanceServer(authz, authInfo, () => handler.notify));
    const { code, output } = await judge('2026-07-28', toNodeHandler(handler), ['other']);
    expect(code, output).toBe(1);
    await handler.close();
  });
});
