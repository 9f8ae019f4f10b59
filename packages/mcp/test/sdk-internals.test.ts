import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpServer } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { createAuthorizer } from '../src/sdk.js';
import { createAuthorizer as createAuthorizerV1 } from '../src/sdk-v1.js';

// A new version of the SDK: run all tests of this package with it, then name it here.
const CHECKED = { '@modelcontextprotocol/server': ['2.4.0'], '@modelcontextprotocol/sdk': ['1.32.2'] };

const MEMBERS = ['_registeredTools', '_registeredResources', '_registeredResourceTemplates', '_registeredPrompts'];

const require = createRequire(import.meta.url);

/** The manifest of an installed package, which its own export map may not name. */
function versionOf(name: string): unknown {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')) as { version?: unknown }).version;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

describe('private parts of the SDK', () => {
  it.each(Object.entries(CHECKED))('were checked with this version of %s', (name, versions) => {
    expect(versions).toContain(versionOf(name));
  });

  it.each(MEMBERS)('are missed, never done without: %s', (member) => {
    const info = { name: 'test', version: '1' };
    const [two, one] = [new McpServer(info), new McpServerV1(info)];
    Object.assign(two, { [member]: undefined });
    Object.assign(one, { [member]: undefined });
    expect(() => createAuthorizer().protect(two)).toThrow(`'${member}' was not found`);
    expect(() => createAuthorizerV1().protect(one)).toThrow(`'${member}' was not found`);
  });

  it('are missed, never done without: _requestHandlers', () => {
    const server = new McpServer({ name: 'test', version: '1' });
    Object.assign(server.server, { _requestHandlers: {} });
    expect(() => createAuthorizer().protect(server)).toThrow("'_requestHandlers' was not found");
  });
});

describe('protect', () => {
  it('wants a server of its own version of the SDK, and wants it once', () => {
    const info = { name: 'test', version: '1' };
    expect(() => createAuthorizer().protect(new McpServerV1(info) as never)).toThrow('an McpServer is needed');
    const server = new McpServer(info);
    expect(createAuthorizer().protect(server)).toBe(server);
    expect(() => createAuthorizer().protect(server)).toThrow('protected already');
  });

  it('refuses an authInfo that no gate of ours has made', () => {
    const server = new McpServer({ name: 'test', version: '1' });
    const authInfo = { token: 'x', clientId: 'x', scopes: [] };
    expect(() => createAuthorizer().protect(server, authInfo)).toThrow(/extra\.accessToken is missing/);
  });

  it.each([
    [{ public: true, check: () => true }, /cannot be combined/],
    [{ hiden: true }, /unknown 'auth' member 'hiden'/],
    ['notes:read', /must be a check or an object/],
  ])('refuses rules that make no sense: %j', (auth, message) => {
    const server = createAuthorizer().protect(new McpServer({ name: 'test', version: '1' }));
    expect(() => server.registerTool('tool', { auth: auth as never }, async () => ({ content: [] }))).toThrow(message);
  });
});
