import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  type AccessToken,
  type AuthError,
  assertKnownOptions,
  assertOptionalFunction,
  authenticate,
  isAuthError,
  protectedResourceMetadata,
  protectedResourceMetadataUrl,
  scopeListOption,
  toChallenge,
  type Verifier,
} from '@auth/core';
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node';
import { type AuthInfo, createMcpHandler, McpServer, type McpServerFactory } from '@modelcontextprotocol/server';
import { assertNotInProduction, listenOnLoopback, loopbackAddress } from './loopback.js';

/** Options of {@link startProtectedMcpServer}. */
export interface ProtectedMcpServerOptions {
  /** The verifier under test, or what makes it from the server's URL, which is the audience to expect. */
  readonly verifier: Verifier | ((resource: string) => Verifier | Promise<Verifier>);
  /** Issuers that the metadata names: where clients go for a token. At least one. */
  readonly authorizationServers: readonly string[];
  /**
   * Makes the MCP server of one request, as `createMcpHandler` calls it. Default: a server with the tool `whoami`, which
   * answers with the caller's identity as JSON.
   */
  readonly createServer?: McpServerFactory | undefined;
  /** Scopes that every request needs. Default: none. */
  readonly requiredScopes?: readonly string[] | undefined;
}

/** A protected MCP server on this machine. */
export interface ProtectedMcpServer extends AsyncDisposable {
  /** Where clients connect; also the resource indicator and the expected audience. */
  readonly url: string;
  /** Where the metadata of RFC 9728 is. */
  readonly resourceMetadataUrl: string;
  /** Ends every connection at once and stops listening. May be called twice. */
  close(): Promise<void>;
}

const OWNER = 'startProtectedMcpServer';

/**
 * Starts an MCP server on a free port of 127.0.0.1 behind a verifier, as the specification wants it: RFC 9728 metadata, 401
 * and 403 with a challenge, 503 when the verifier cannot tell. Handlers find the caller in `authInfo`; its `extra.accessToken`
 * is the whole {@link AccessToken}.
 *
 * Rejects with a `TypeError` for options that make no sense, and under NODE_ENV=production.
 */
export async function startProtectedMcpServer(options: ProtectedMcpServerOptions): Promise<ProtectedMcpServer> {
  assertNotInProduction(OWNER);
  assertKnownOptions(OWNER, options, ['verifier', 'authorizationServers', 'createServer', 'requiredScopes']);
  assertOptionalFunction(OWNER, 'createServer', options.createServer);
  const requiredScopes = scopeListOption(OWNER, 'requiredScopes', options.requiredScopes);
  const authorizationServers = [...options.authorizationServers];
  // Checked before anything listens.
  protectedResourceMetadata({ resource: 'http://127.0.0.1/mcp', authorizationServers });

  const server = createServer();
  const url = `${await listenOnLoopback(server, loopbackAddress(OWNER, {}))}/mcp`;
  const resourceMetadataUrl = protectedResourceMetadataUrl(url);
  const handler = createMcpHandler(options.createServer ?? whoami);
  const close = async (): Promise<void> => {
    await handler.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };

  let verifier: Verifier;
  try {
    verifier = typeof options.verifier === 'function' ? await options.verifier(url) : options.verifier;
    if (typeof verifier?.verifyToken !== 'function')
      throw new TypeError(`${OWNER}: option 'verifier' must be a Verifier`);
  } catch (error) {
    await close();
    throw error;
  }

  const metadata = JSON.stringify(
    protectedResourceMetadata({ resource: url, authorizationServers, scopesSupported: requiredScopes }),
  );
  const serveMcp = toNodeHandler(handler);
  const refuse = (response: ServerResponse, error: AuthError): void => {
    const { status, headers, body } = toChallenge(error, { resourceMetadataUrl, requiredScopes });
    response.writeHead(status, headers).end(body);
  };
  server.on('request', async (request: IncomingMessage & { auth?: AuthInfo }, response) => {
    const { pathname } = new URL(request.url ?? '/', url);
    if (pathname === new URL(resourceMetadataUrl).pathname) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(metadata);
      return;
    }
    if (pathname !== '/mcp') {
      response.writeHead(404).end();
      return;
    }
    try {
      const authorization = request.headersDistinct.authorization;
      request.auth = authInfoOf(await authenticate({ authorization, verifier, requiredScopes }));
      // node:http declares members as optional that are always there in a request of a server.
      await serveMcp(request as NodeIncomingMessageLike, response);
    } catch (error) {
      if (isAuthError(error)) refuse(response, error);
      else response.destroy();
    }
  });
  return Object.freeze({ url, resourceMetadataUrl, close, [Symbol.asyncDispose]: close });
}

/** What the SDK hands to handlers. The token itself stays out of `extra`, which gets logged. */
function authInfoOf(accessToken: AccessToken): AuthInfo {
  const { token, clientId, subject, scopes, expiresAt } = accessToken;
  const info: AuthInfo = {
    token,
    clientId: clientId ?? subject ?? '',
    scopes: [...scopes],
    extra: { accessToken },
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  return Object.defineProperty(info, 'token', { value: token, enumerable: false });
}

const whoami: McpServerFactory = ({ authInfo }) => {
  const server = new McpServer({ name: 'whoami', version: '1.0.0' });
  server.registerTool('whoami', { description: 'Tells who is calling.' }, () => {
    const accessToken = authInfo?.extra?.accessToken as AccessToken | undefined;
    return { content: [{ type: 'text', text: JSON.stringify(accessToken ?? null) }] };
  });
  return server;
};
