import type { AccessToken, AuthError } from '@auth/core';
import {
  type AuthInfo,
  type McpRequestContext,
  McpServer,
  type PromptCallback,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceCallback,
  type ReadResourceTemplateCallback,
  type RegisteredPrompt,
  type RegisteredResource,
  type RegisteredResourceTemplate,
  type RegisteredTool,
  type ResourceMetadata,
  ResourceNotFoundError,
  type ResourceTemplate,
  type ScopeChallenge,
  type ServerContext,
  type StandardSchemaWithJSON,
  type ToolAnnotations,
  type ToolCallback,
} from '@modelcontextprotocol/server';
import type { AuthOption } from './component.js';
import type { DecisionEngine } from './decision-engine.js';
import { accessTokenOf } from './principal.js';
import { guardRegistrations } from './registrations.js';
import { installViews, interceptRequests, registriesOf, withPrivateCacheHint } from './sdk-internals.js';
import { refusalData, type SdkFace, ServerGuard } from './server-guard.js';

/** What registrations take besides the SDK's own configuration. */
export interface WithAuth {
  /** Who may use it: a check, or `{ check, public, hidden, tags }`. Default: every authenticated caller. */
  readonly auth?: AuthOption | undefined;
}

type ResourceConfig = Parameters<McpServer['registerResource']>[2];
type PromptConfig = Omit<Parameters<McpServer['registerPrompt']>[1], 'argsSchema'>;
type ToolConfig = Omit<Parameters<McpServer['registerTool']>[1], 'inputSchema' | 'outputSchema' | 'annotations'>;

/** The SDK's registrations, with `auth`. */
export interface ProtectedRegistrations {
  registerTool<
    OutputArgs extends StandardSchemaWithJSON,
    InputArgs extends StandardSchemaWithJSON | undefined = undefined,
  >(
    name: string,
    config: ToolConfig &
      WithAuth & { inputSchema?: InputArgs; outputSchema?: OutputArgs; annotations?: ToolAnnotations },
    callback: ToolCallback<InputArgs>,
  ): RegisteredTool;
  registerResource(
    name: string,
    uri: string,
    config: ResourceConfig & ResourceMetadata & WithAuth,
    callback: ReadResourceCallback,
  ): RegisteredResource;
  registerResource(
    name: string,
    template: ResourceTemplate,
    config: ResourceConfig & ResourceMetadata & WithAuth,
    callback: ReadResourceTemplateCallback,
  ): RegisteredResourceTemplate;
  registerPrompt(
    name: string,
    config: PromptConfig & WithAuth & { argsSchema?: undefined },
    callback: PromptCallback,
  ): RegisteredPrompt;
  registerPrompt<Args extends StandardSchemaWithJSON>(
    name: string,
    config: PromptConfig & WithAuth & { argsSchema?: Args },
    callback: PromptCallback<Args>,
  ): RegisteredPrompt;
}

/** The same server, whose registrations take `auth`. */
export type ProtectedMcpServer = ProtectedRegistrations & McpServer;

/**
 * The caller's token: in a handler (`ctx`), and where a server is made for a request (`createHandler`'s factory). `undefined`
 * for callers without one. Throws a `TypeError` when the gate in front is none that this package understands.
 */
export function getAccessToken(
  context: Pick<ServerContext, 'http'> | Pick<McpRequestContext, 'authInfo'>,
): AccessToken | undefined {
  return accessTokenOf('http' in context ? context.http?.authInfo : (context as McpRequestContext).authInfo);
}

const FACE: SdkFace = {
  principalOf: (context, fallback) => {
    const { http } = context as Pick<ServerContext, 'http'>;
    // Over HTTP each request says itself who sends it. Elsewhere (stdio) the server has one caller.
    return http === undefined ? fallback : accessTokenOf(http.authInfo);
  },
  refusal: (error: AuthError) =>
    new ProtocolError(ProtocolErrorCode.InvalidRequest, error.description, refusalData(error)),
  notFound: (uri) => new ResourceNotFoundError(uri),
  asPrivate: (result) => (typeof result === 'object' && result !== null ? withPrivateCacheHint(result) : result),
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
  guardChallenges(server, guard);
  return server;
}

/** Lets the SDK challenge where no handler of ours does: it can name scopes, before a stream starts, and nothing else. */
function guardChallenges(server: McpServer, guard: ServerGuard): void {
  const next = server.resolveScopeChallenge.bind(server);
  server.resolveScopeChallenge = async (context): Promise<ScopeChallenge | undefined> => {
    const scopes = await guard.challengeScopes(accessTokenOf(context.authInfo), context.request);
    const [first, ...others] = scopes.filter((scope) => scope !== 'offline_access');
    return first === undefined ? next(context) : { scopes: [first, ...others] };
  };
}
