import type { AccessToken, AuthError } from '@auth/core';
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import {
  McpServer,
  type PromptCallback,
  type ReadResourceCallback,
  type ReadResourceTemplateCallback,
  type RegisteredPrompt,
  type RegisteredResource,
  type RegisteredResourceTemplate,
  type RegisteredTool,
  type ResourceMetadata,
  type ResourceTemplate,
  type ToolCallback,
} from '@modelcontextprotocol/sdk/server/mcp.js';
import type { AnySchema, ZodRawShapeCompat } from '@modelcontextprotocol/sdk/server/zod-compat.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  ErrorCode,
  McpError,
  type ServerNotification,
  type ServerRequest,
  type ToolAnnotations,
} from '@modelcontextprotocol/sdk/types.js';
import type { AuthOption } from './component.js';
import type { DecisionEngine } from './decision-engine.js';
import { accessTokenOf } from './principal.js';
import { guardRegistrations } from './registrations.js';
import { installViews, interceptRequests, registriesOf } from './sdk-v1-internals.js';
import { refusalData, type SdkFace, ServerGuard } from './server-guard.js';

/** What registrations take besides the SDK's own configuration. */
export interface WithAuth {
  /** Who may use it: a check, or `{ check, public, hidden, tags }`. Default: every authenticated caller. */
  readonly auth?: AuthOption | undefined;
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

interface Described {
  title?: string;
  description?: string;
}

/** The SDK's registrations, with `auth`. */
export interface ProtectedRegistrations {
  registerTool<
    OutputArgs extends ZodRawShapeCompat | AnySchema,
    InputArgs extends undefined | ZodRawShapeCompat | AnySchema = undefined,
  >(
    name: string,
    config: Described &
      WithAuth & {
        inputSchema?: InputArgs;
        outputSchema?: OutputArgs;
        annotations?: ToolAnnotations;
        _meta?: Record<string, unknown>;
      },
    callback: ToolCallback<InputArgs>,
  ): RegisteredTool;
  registerResource(
    name: string,
    uri: string,
    config: ResourceMetadata & WithAuth,
    callback: ReadResourceCallback,
  ): RegisteredResource;
  registerResource(
    name: string,
    template: ResourceTemplate,
    config: ResourceMetadata & WithAuth,
    callback: ReadResourceTemplateCallback,
  ): RegisteredResourceTemplate;
  registerPrompt<Args extends ZodRawShapeCompat>(
    name: string,
    config: Described & WithAuth & { argsSchema?: Args },
    callback: PromptCallback<Args>,
  ): RegisteredPrompt;
}

/** The same server, whose registrations take `auth`. */
export type ProtectedMcpServer = ProtectedRegistrations & McpServer;

/**
 * The caller's token: in a handler (`extra`), and where a server is made (`createHandler`'s factory). `undefined` for callers
 * without one. Throws a `TypeError` when the gate in front is none that this package understands.
 */
export function getAccessToken(context: Pick<Extra, 'authInfo'>): AccessToken | undefined {
  return accessTokenOf(context.authInfo);
}

const FACE: SdkFace = {
  principalOf: (context, fallback) => {
    const { requestInfo, authInfo } = context as Pick<Extra, 'requestInfo' | 'authInfo'>;
    // Over HTTP each request says itself who sends it, also within a session. Elsewhere (stdio) the server has one caller.
    return requestInfo === undefined && authInfo === undefined ? fallback : accessTokenOf(authInfo);
  },
  refusal: (error: AuthError) => new McpError(ErrorCode.InvalidRequest, error.description, refusalData(error)),
  notFound: (uri) => new McpError(ErrorCode.InvalidParams, `Resource ${uri} not found`),
  // This protocol revision knows no shared caches.
  asPrivate: (result) => result,
};

/** Protects a server; see `McpAuthorizer.protect`. */
export function protectServer(
  server: McpServer,
  authInfo: AuthInfo | undefined,
  engine: DecisionEngine,
): ProtectedMcpServer {
  if (!(server instanceof McpServer)) throw new TypeError('protect: an McpServer is needed');
  const guard = new ServerGuard([server, server.server], registriesOf(server), engine, FACE, accessTokenOf(authInfo));
  installViews(server);
  interceptRequests(server, (request, context, handler) => guard.handle(request, context, handler));
  guardRegistrations(server, guard);
  return server;
}
