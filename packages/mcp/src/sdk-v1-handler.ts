import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type AccessToken, assertKnownOptions, assertOptionalBoolean, numberOption, principalKey } from '@auth/core';
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { type EventStore, StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import { inExchange, newExchange } from './exchange.js';
import { challengeOf, decideExchange, requestsOf } from './exchange-decision.js';
import { streamDeadline } from './expiry.js';
import { DEFAULT_MAX_BODY_BYTES } from './json-body.js';
import { accessTokenOf } from './principal.js';
import type { McpPolicy } from './sdk-options.js';
import { bodyOf, endAt, type GatedRequest, send, sendError } from './sdk-v1-http.js';
import { type SessionOptions, SessionStore } from './sdk-v1-sessions.js';

/** Makes the server of a session, or of a request where there are no sessions. Must return a new one each time. */
export type McpServerFactory = (context: { readonly authInfo?: AuthInfo }) => McpServer | Promise<McpServer>;

/** Options of `createHandler`. */
export interface HandlerOptions {
  /** Limits of stateful sessions, or `false` for a new server with each request. Default: sessions. Callers without a token get none. */
  readonly sessions?: SessionOptions | false | undefined;
  /** Answer with JSON instead of a stream where possible. Default false. */
  readonly enableJsonResponse?: boolean | undefined;
  /** Makes the event store of a session, for resumable streams. One each: event ids of one session must mean nothing in another. */
  readonly eventStore?: (() => EventStore) | undefined;
  /** Longest request body. Default 4 MiB. */
  readonly maxRequestBodyBytes?: number | undefined;
  /** Receives what went wrong while serving. Default: nobody. */
  readonly onerror?: ((error: Error) => void) | undefined;
}

/** Serves `node:http` and Express requests behind a gate. */
export interface McpNodeHandler {
  /** `request.auth` is the caller, as the gate set it. A third argument that is no function is a body that was parsed already. */
  (request: GatedRequest<AuthInfo>, response: ServerResponse, parsedBody?: unknown): Promise<void>;
  /** Sessions that are open. */
  readonly sessionCount: number;
  /** Ends all sessions. */
  close(): Promise<void>;
}

interface Served {
  readonly server: McpServer;
  readonly transport: StreamableHTTPServerTransport;
}

/** See `McpAuthorizer.createHandler`. */
export function guardedHandler(factory: McpServerFactory, options: HandlerOptions, policy: McpPolicy): McpNodeHandler {
  const owner = 'createHandler';
  const known = ['sessions', 'enableJsonResponse', 'eventStore', 'maxRequestBodyBytes', 'onerror'];
  assertKnownOptions(owner, options, known);
  assertOptionalBoolean(owner, 'enableJsonResponse', options.enableJsonResponse);
  const { eventStore, onerror, enableJsonResponse = false } = options;
  if (typeof factory !== 'function') throw new TypeError(`${owner}: a function that makes a server is needed`);
  if (eventStore !== undefined && typeof eventStore !== 'function') {
    throw new TypeError(`${owner}: option 'eventStore' must be a function that makes one for each session`);
  }
  const bodyBounds = { min: 1, integer: true };
  const maxBytes = numberOption(
    owner,
    'maxRequestBodyBytes',
    options.maxRequestBodyBytes,
    DEFAULT_MAX_BODY_BYTES,
    bodyBounds,
  );
  const sessions = options.sessions === false ? undefined : new SessionStore(options.sessions ?? {}, policy.clock);

  /** A new server on a new transport; with an `onSession`, one whose session is kept once the client has begun it. */
  const serverFor = async (authInfo: AuthInfo | undefined, principal: string | undefined): Promise<Served> => {
    const server = await factory(authInfo === undefined ? {} : { authInfo });
    const transport = new StreamableHTTPServerTransport({
      enableJsonResponse,
      maxRequestBodySize: maxBytes,
      ...(eventStore === undefined ? {} : { eventStore: eventStore() }),
      ...(sessions === undefined || principal === undefined
        ? {}
        : {
            sessionIdGenerator: () => randomUUID(),
            onsessioninitialized: (id: string) => sessions.add(id, { server, transport, principal }),
          }),
    });
    transport.onclose = () => {
      if (transport.sessionId !== undefined) sessions?.delete(transport.sessionId);
    };
    // The SDK's own interface for transports has members that its own class declares a little differently.
    await server.connect(transport as Parameters<McpServer['connect']>[0]);
    return { server, transport };
  };

  const serve = async (
    request: GatedRequest<AuthInfo>,
    response: ServerResponse,
    parsedBody: unknown,
  ): Promise<void> => {
    const arrivedAt = policy.clock();
    const authInfo = request.auth;
    const caller = accessTokenOf(authInfo);
    const principal = caller === undefined ? undefined : principalKey(caller);
    const reading = request.method === 'POST' ? await bodyOf(request, parsedBody, maxBytes) : undefined;
    if (reading?.kind === 'too_large') {
      return sendError(response, 413, -32_000, `Payload Too Large: Request body must not exceed ${maxBytes} bytes`);
    }
    if (reading?.kind === 'other') return sendError(response, 400, -32_700, 'Parse error: Invalid JSON');
    const body = reading?.value;

    const id = request.headers['mcp-session-id'];
    if (id !== undefined) {
      // One answer for sessions that do not exist and for those of others.
      const found = principal === undefined ? undefined : sessions?.find(String(id), principal);
      if (found === undefined) return sendError(response, 404, -32_001, 'Session not found');
      const done = sessions?.use(String(id));
      response.once('close', () => done?.());
      return answer(found, request, response, { body, caller, authInfo, arrivedAt });
    }
    if (request.method !== 'POST') {
      if (sessions !== undefined)
        return sendError(response, 400, -32_000, 'Bad Request: Mcp-Session-Id header is required');
      response.setHeader('Allow', 'POST');
      return sendError(response, 405, -32_000, 'Method not allowed.');
    }
    const begins = sessions !== undefined && principal !== undefined && isInitializeRequest(body);
    if (begins && !sessions.makeRoom(principal)) {
      response.setHeader('Retry-After', '1');
      return sendError(response, 503, -32_000, 'Too many sessions');
    }
    const ownsSession = sessions !== undefined && principal !== undefined;
    const served = await serverFor(authInfo, ownsSession && begins ? principal : undefined);
    // Without a session, this exchange is all that the server is for.
    response.once('close', () => {
      if (served.transport.sessionId === undefined) served.server.close().catch(() => undefined);
    });
    return answer(served, request, response, {
      body,
      caller,
      authInfo,
      arrivedAt,
      sessionless: ownsSession && !begins,
    });
  };

  const answer = async (
    { server, transport }: Served,
    request: GatedRequest<AuthInfo>,
    response: ServerResponse,
    asked: {
      readonly body: unknown;
      readonly caller: AccessToken | undefined;
      readonly authInfo: AuthInfo | undefined;
      readonly arrivedAt: number;
      readonly sessionless?: boolean;
    },
  ): Promise<void> => {
    const exchange = newExchange();
    await decideExchange(exchange, policy.engine, asked.caller, server, requestsOf(asked.body));
    const challenge = challengeOf(exchange, asked.authInfo, policy.requiredScopes);
    if (challenge !== undefined) return send(response, challenge.status, challenge.headers, challenge.body);
    if (asked.sessionless === true) {
      return sendError(response, 400, -32_000, 'Bad Request: Mcp-Session-Id header is required');
    }
    endAt(response, streamDeadline(asked.caller?.expiresAt, asked.arrivedAt), policy.clock);
    await inExchange(exchange, () => transport.handleRequest(request, response, asked.body));
  };

  const handler = async (
    request: GatedRequest<AuthInfo>,
    response: ServerResponse,
    parsedBody?: unknown,
  ): Promise<void> => {
    try {
      // Express passes its `next` as the third argument.
      await serve(request, response, typeof parsedBody === 'function' ? undefined : parsedBody);
    } catch (error) {
      onerror?.(error instanceof Error ? error : new Error('The request could not be served'));
      sendError(response, 500, -32_603, 'Internal server error');
    }
  };
  Object.defineProperty(handler, 'sessionCount', { get: () => sessions?.size ?? 0 });
  return Object.assign(handler, { close: async () => sessions?.closeAll() }) as McpNodeHandler;
}
