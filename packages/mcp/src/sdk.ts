import type {
  AuthInfo,
  CreateMcpHandlerOptions,
  McpHttpHandler,
  McpServer,
  McpServerFactory,
} from '@modelcontextprotocol/server';
import { type Authorizer, authorizerOver } from './authorizer.js';
import { guardedHandler } from './sdk-handler.js';
import { type McpAuthorizerOptions, mcpPolicy } from './sdk-options.js';
import { type ProtectedMcpServer, protectServer } from './sdk-protect.js';

export { requires } from './component.js';
export type { McpAuthorizerOptions } from './sdk-options.js';
export { getAccessToken, type ProtectedMcpServer, type ProtectedRegistrations, type WithAuth } from './sdk-protect.js';
export { toOAuthTokenVerifier } from './sdk-verifier.js';
export type { OAuthTokenVerifierOptions } from './token-auth-info.js';

/** An authorizer for the official SDK, v2 (`@modelcontextprotocol/server` 2.3 and later). */
export interface McpAuthorizer extends Authorizer {
  /**
   * Protects a server: from now on its `registerTool`, `registerResource` and `registerPrompt` take `auth` beside the SDK's own
   * configuration, lists leave out what is hidden from the caller, and every request is decided before its handler runs.
   * Returns the same server, typed for it. `authInfo` is the caller on transports that know none (stdio); over HTTP each request
   * speaks for itself. Throws a `TypeError` for a server that is protected already, for an `authInfo` that no gate of ours made,
   * and for a version of the SDK that is not supported.
   */
  protect(server: McpServer, authInfo?: AuthInfo): ProtectedMcpServer;
  /**
   * The SDK's `createMcpHandler`, with the same factory and options, for servers that `protect` has seen: everything in a body is
   * decided before anything is served, refusals are exact HTTP answers (401, 403, 503), and streams end when the token does.
   */
  createHandler(factory: McpServerFactory, options?: CreateMcpHandlerOptions): McpHttpHandler;
}

/** Makes an {@link McpAuthorizer}. Throws a `TypeError` for options that make no sense. */
export function createAuthorizer(options: McpAuthorizerOptions = {}): McpAuthorizer {
  const policy = mcpPolicy(options);
  return Object.assign(authorizerOver(policy.engine), {
    protect: (server: McpServer, authInfo?: AuthInfo) => protectServer(server, authInfo, policy.engine),
    createHandler: (factory: McpServerFactory, handlerOptions: CreateMcpHandlerOptions = {}) =>
      guardedHandler(factory, handlerOptions, policy),
  });
}
