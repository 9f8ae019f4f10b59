import { JWTVerifier } from '@auth/jwt';
import { startAuthorizationServer } from '@auth/testing';
import {
  Client,
  InsufficientScopeError,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type VersionNegotiationOptions,
} from '@modelcontextprotocol/client';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { UnauthorizedError as UnauthorizedErrorV1 } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthorizer } from '../src/sdk.js';
import { createAuthorizer as createAuthorizerV1 } from '../src/sdk-v1.js';
import { ConsentingUser } from './support/consent.js';
import { startServer } from './support/http.js';
import { notesServer as notesServerV1 } from './support/notes-v1.js';
import { notesServer } from './support/notes-v2.js';
import { HIERARCHY, PRINCIPALS, TableVerifier } from './support/tokens.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const ERAS: readonly (readonly [string, NonNullable<VersionNegotiationOptions['mode']>])[] = [
  ['2026-07-28', 'auto'],
  ['2025-11-25', 'legacy'],
];
const SERVERS = ['v2', 'v1'] as const;

async function start(
  sdk: (typeof SERVERS)[number],
  options: Parameters<typeof startServer>[2] = {},
  verifier: ConstructorParameters<typeof JWTVerifier>[0] | TableVerifier = new TableVerifier(PRINCIPALS),
): Promise<string> {
  const known = verifier instanceof TableVerifier ? verifier : new JWTVerifier(verifier);
  const v2 = createAuthorizer({ hierarchy: HIERARCHY });
  const v1 = createAuthorizerV1({ hierarchy: HIERARCHY });
  const handler =
    sdk === 'v2'
      ? toNodeHandler(v2.createHandler(({ authInfo }) => notesServer(v2, authInfo)))
      : v1.createHandler(({ authInfo }) => notesServerV1(v1, authInfo));
  const server = await startServer(known, handler, { optional: false, ...options });
  closing.push(() => server.close());
  return server.url;
}

async function connect(
  url: string,
  token: string,
  mode: NonNullable<VersionNegotiationOptions['mode']>,
): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const authProvider = { token: async () => token };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider, onInsufficientScope: 'throw' }));
  closing.push(() => client.close());
  return client;
}

describe.each(SERVERS)('on a server of %s', (sdk) => {
  describe.each(ERAS.filter(([era]) => sdk === 'v2' || era === '2025-11-25'))(
    'the official client, %s',
    (_era, mode) => {
      it('lists what its user may know of, and calls what its user may call', async () => {
        const client = await connect(await start(sdk), 'token-of-right-rita', mode);
        const { tools } = await client.listTools();
        expect(tools.map(({ name }) => name)).toContain('secret_tool');
        const result = await client.callTool({ name: 'secret_tool', arguments: {} });
        expect(result.content).toEqual([{ type: 'text', text: 'secret' }]);
      });

      it('does not see what is hidden from its user', async () => {
        const client = await connect(await start(sdk), 'token-of-under-scoped-ursula', mode);
        const { tools } = await client.listTools();
        expect(tools.map(({ name }) => name)).not.toContain('secret_tool');
        expect(tools.map(({ name }) => name)).toContain('write_note');
      });

      it('understands a refusal, with every scope of the operation', async () => {
        const url = await start(sdk);
        const client = await connect(url, 'token-of-under-scoped-ursula', mode);
        const refusal = await client.callTool({ name: 'write_note', arguments: {} }).catch((error: unknown) => error);
        expect(refusal).toBeInstanceOf(InsufficientScopeError);
        const { requiredScope, resourceMetadataUrl } = refusal as InsufficientScopeError;
        expect(requiredScope).toBe('notes:read notes:write');
        expect(resourceMetadataUrl?.href).toBe(url.replace('/mcp', '/.well-known/oauth-protected-resource/mcp'));
        const read = await client.readResource({ uri: 'notes://all' }).catch((error: unknown) => error);
        expect(read).toMatchObject({ requiredScope: 'notes:read' });
        const prompt = await client
          .getPrompt({ name: 'summary', arguments: { style: 'short' } })
          .catch((e: unknown) => e);
        expect(prompt).toMatchObject({ requiredScope: 'notes:read' });
      });

      it('checklist 58: is told 401 once its token is revoked between two calls', async () => {
        const verifier = new TableVerifier(PRINCIPALS);
        const client = await connect(await start(sdk, {}, verifier), 'token-of-right-rita', mode);
        await client.callTool({ name: 'read_note', arguments: {} });
        verifier.tokens.delete('token-of-right-rita');
        await expect(client.callTool({ name: 'read_note', arguments: {} })).rejects.toBeInstanceOf(UnauthorizedError);
      });

      it('steps up: refused, it obtains more scopes, and the call succeeds', async () => {
        const as = await startAuthorizationServer();
        closing.push(() => as.close());
        const url = await start(
          sdk,
          { authorizationServers: [as.issuer] },
          { jwksUri: as.jwksUri, issuer: as.issuer, audience: null },
        );
        const user = new ConsentingUser();
        const connected = async (): Promise<{ client: Client; transport: StreamableHTTPClientTransport }> => {
          const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
          const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: user });
          try {
            await client.connect(transport);
            closing.push(() => client.close());
            return { client, transport };
          } catch (error) {
            if (!(error instanceof UnauthorizedError)) throw error;
            await transport.finishAuth(user.answer ?? new URLSearchParams());
            return connected();
          }
        };
        const { client, transport } = await connected();
        const call = () => client.callTool({ name: 'write_note', arguments: {} });
        await expect(call()).rejects.toBeInstanceOf(UnauthorizedError);
        await transport.finishAuth(user.answer ?? new URLSearchParams());
        expect((await call()).content).toEqual([{ type: 'text', text: 'written' }]);
        expect(user.asked.at(-1)?.split(' ')).toEqual(expect.arrayContaining(['notes:read', 'notes:write']));
      });
    },
  );

  it('the official client of v1 lists, calls, is refused, and steps up', async () => {
    const as = await startAuthorizationServer();
    closing.push(() => as.close());
    const url = await start(
      sdk,
      { authorizationServers: [as.issuer] },
      { jwksUri: as.jwksUri, issuer: as.issuer, audience: null },
    );
    const user = new ConsentingUser();
    const connected = async (): Promise<{ client: ClientV1; transport: TransportV1 }> => {
      const client = new ClientV1({ name: 'test', version: '1' });
      const transport = new TransportV1(new URL(url), { authProvider: user });
      try {
        // The SDK's own interface for transports has members that its own class declares a little differently.
        await client.connect(transport as Parameters<ClientV1['connect']>[0]);
        closing.push(() => client.close());
        return { client, transport };
      } catch (error) {
        if (!(error instanceof UnauthorizedErrorV1)) throw error;
        await transport.finishAuth(user.answer?.get('code') ?? '');
        return connected();
      }
    };
    const { client, transport } = await connected();
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).not.toContain('secret_tool');
    const call = () => client.callTool({ name: 'write_note', arguments: {} });
    await expect(call()).rejects.toBeInstanceOf(UnauthorizedErrorV1);
    expect(user.asked.at(-1)).toBe('notes:read notes:write');
    await transport.finishAuth(user.answer?.get('code') ?? '');
    expect((await call()).content).toEqual([{ type: 'text', text: 'written' }]);
  });

  it('nobody without a token gets in', async () => {
    const url = await start(sdk);
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const transport = new StreamableHTTPClientTransport(new URL(url));
    await expect(client.connect(transport)).rejects.toThrow();
    await transport.close();
  });
});
