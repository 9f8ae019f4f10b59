import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { type Authorizer, authorizerOver } from './authorizer.js';
import { type McpAuthorizerOptions, mcpPolicy } from './sdk-options.js';
import { guardedHandler, type HandlerOptions, type McpNodeHandler, type McpServerFactory } from './sdk-v1-handler.js';
import { type ProtectedMcpServer, protectServer } from './sdk-v1-protect.js';

export { requires } from './component.js';
export type { McpAuthorizerOptions } from './sdk-options.js';
export type { HandlerOptions, McpNodeHandler, McpServerFactory } from './sdk-v1-handler.js';
export {
  getAccessToken,
  type ProtectedMcpServer,
  type ProtectedRegistrations,
  type WithAuth,
} from './sdk-v1-protect.js';
export type { SessionOptions } from './sdk-v1-sessions.js';
export { toOAuthTokenVerifier } from './sdk-v1-verifier.js';
export type { OAuthTokenVerifierOptions } from './token-auth-info.js';

/** An authorizer for the official SDK, v1 (`@modelcontextprotocol/sdk` 1.32 and later). */
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
   * Streamable HTTP around servers that `protect` has seen, for `node:http` and Express: everything in a body is decided before
   * anything is served, refusals are exact HTTP answers (401, 403, 503), streams end when the token does, and a session belongs
   * to the principal that began it: to everybody else it does not exist (404). Throws for options that make no sense.
   */
  createHandler(factory: McpServerFactory, options?: HandlerOptions): McpNodeHandler;
}

/** Makes an {@link McpAuthorizer}. Throws a `TypeError` for options that make no sense. */
export function createAuthorizer(options: McpAuthorizerOptions = {}): McpAuthorizer {
  const policy = mcpPolicy(options);
  return Object.assign(authorizerOver(policy.engine), {
    protect: (server: McpServer, authInfo?: AuthInfo) => protectServer(server, authInfo, policy.engine),
    createHandler: (factory: McpServerFactory, handlerOptions: HandlerOptions = {}) =>
      guardedHandler(factory, handlerOptions, policy),
  });
}
