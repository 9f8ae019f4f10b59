import type { AccessToken } from '@auth/core';
import {
  type AuthInfo,
  type CreateMcpHandlerOptions,
  createMcpHandler,
  InMemoryServerEventBus,
  isJsonContentType,
  type McpHttpHandler,
  type McpServerFactory,
} from '@modelcontextprotocol/server';
import type { DecisionEngine } from './decision-engine.js';
import { currentExchange, type Exchange, inExchange, newExchange } from './exchange.js';
import { challengeOf, decideExchange, requestsOf } from './exchange-decision.js';
import { endingAt, streamDeadline } from './expiry.js';
import { DEFAULT_MAX_BODY_BYTES, jsonRpcError, readJsonBody } from './json-body.js';
import type { JsonRpcRequest } from './operation.js';
import { accessTokenOf } from './principal.js';
import { DiscreetEventBus } from './sdk-events.js';
import type { McpPolicy } from './sdk-options.js';
import { guardOf } from './server-guard.js';

/** Ends the SDK's work on a refused exchange; the answer is ours. */
class Refused extends Error {
  override readonly name = 'Refused';
}

/** Who asks for what in an exchange, until the factory has made the server that it is decided with. */
interface Question {
  readonly principal: AccessToken | undefined;
  readonly requests: readonly JsonRpcRequest[];
}

/** The SDK's `createMcpHandler`, with every request decided before anything is served; see `McpAuthorizer.createHandler`. */
export function guardedHandler(
  factory: McpServerFactory,
  options: CreateMcpHandlerOptions,
  policy: McpPolicy,
): McpHttpHandler {
  const questions = new WeakMap<Exchange, Question>();
  const report = (error: Error): void => {
    if (!(error instanceof Refused)) options.onerror?.(error);
  };
  const guardedFactory: McpServerFactory = async (context) => {
    const exchange = currentExchange();
    const question = exchange === undefined ? undefined : questions.get(exchange);
    if (exchange === undefined || question === undefined) throw new Error('The request came from somewhere else');
    const server = await factory(context);
    await decideExchange(exchange, policy.engine, question.principal, server, question.requests);
    if (exchange.refusal !== undefined) throw new Refused('The caller may not do this');
    exchange.silenced = await silencedUris(policy.engine, question, server);
    return server;
  };
  const bus = new DiscreetEventBus(options.bus ?? new InMemoryServerEventBus(report));
  const handler = createMcpHandler(guardedFactory, { ...options, bus, onerror: report });
  const maxBytes = options.maxRequestBodySize ?? DEFAULT_MAX_BODY_BYTES;

  const serve = async (request: Request, authInfo: AuthInfo | undefined, parsedBody: unknown): Promise<Response> => {
    const arrivedAt = policy.clock();
    const principal = accessTokenOf(authInfo);
    const read = await withParsedBody(request, parsedBody, maxBytes);
    if (read instanceof Response) return read;
    const exchange = newExchange();
    questions.set(exchange, { principal, requests: requestsOf(read.body) });
    const response = await inExchange(exchange, () =>
      handler.fetch(read.request, {
        ...(authInfo === undefined ? {} : { authInfo }),
        ...(read.body === undefined ? {} : { parsedBody: read.body }),
      }),
    );
    const challenge = challengeOf(exchange, authInfo, policy.requiredScopes);
    if (challenge !== undefined) {
      await response.body?.cancel();
      const { status, headers, body } = challenge;
      return new Response(body === '' ? null : body, { status, headers });
    }
    return endingAt(response, streamDeadline(principal?.expiresAt, arrivedAt), policy.clock);
  };
  return {
    ...handler,
    fetch: async (request, { authInfo, parsedBody } = {}) => {
      try {
        return await serve(request, authInfo, parsedBody);
      } catch (error) {
        // Nobody knows who is calling, or whether they may: nothing is served.
        options.onerror?.(error instanceof Error ? error : new Error('The request could not be served'));
        return errorResponse(500, -32_603, 'Internal server error');
      }
    },
  };
}

/** The body, parsed once for whoever decides and whoever executes; or the answer to one that nobody reads. */
async function withParsedBody(
  request: Request,
  parsedBody: unknown,
  maxBytes: number,
): Promise<{ readonly request: Request; readonly body: unknown } | Response> {
  const isJson = request.method === 'POST' && isJsonContentType(request.headers.get('content-type'));
  if (parsedBody !== undefined || !isJson) return { request, body: parsedBody };
  const declared = Number(request.headers.get('content-length'));
  const reading =
    declared > maxBytes ? { kind: 'too_large' as const } : await readJsonBody(request.body, maxBytes).catch(() => null);
  if (reading === null) return errorResponse(400, -32_700, 'Parse error: the request body could not be read');
  if (reading.kind === 'too_large') {
    return errorResponse(413, -32_000, `Payload Too Large: Request body must not exceed ${maxBytes} bytes`);
  }
  if (reading.kind === 'json') return { request, body: reading.value };
  return errorResponse(400, -32_700, 'Parse error: Invalid JSON');
}

function errorResponse(status: number, code: number, message: string): Response {
  return new Response(jsonRpcError(code, message), { status, headers: { 'Content-Type': 'application/json' } });
}

/** Of the resources that a `subscriptions/listen` names, those that do not exist for this caller. */
async function silencedUris(
  engine: DecisionEngine,
  { principal, requests }: Question,
  server: object,
): Promise<ReadonlySet<string>> {
  const silenced = new Set<string>();
  const guard = guardOf(server);
  const listen = requests.find(({ method }) => method === 'subscriptions/listen');
  if (guard === undefined || listen === undefined) return silenced;
  for (const uri of listenedUris(listen.params)) {
    const asked = { method: 'resources/subscribe', params: { uri } };
    const { decision } = await engine.judge(principal, asked, guard.registry.find, { silent: true });
    if (decision.outcome !== 'allow') silenced.add(uri);
  }
  return silenced;
}

function listenedUris(params: unknown): readonly string[] {
  const { notifications } = (params ?? {}) as { notifications?: { resourceSubscriptions?: unknown } };
  const uris = notifications?.resourceSubscriptions;
  return Array.isArray(uris) ? uris.filter((uri) => typeof uri === 'string') : [];
}
