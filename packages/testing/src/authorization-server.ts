import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { assertKnownOptions, assertOptionalBoolean } from '@auth/core';
import { type Answer, errorAnswer, jsonAnswer, OAuthError } from './answer.js';
import { authorize } from './authorization-endpoint.js';
import { ClientRegistry } from './client-registry.js';
import { type FaultInit, FaultPlan, type FaultTarget } from './fault.js';
import { playFault, sendAnswer } from './fault-wire.js';
import { introspect, revokeToken } from './introspection-endpoint.js';
import { KeyRing } from './key-ring.js';
import { type ConnectionCount, countConnections, listenOnLoopback } from './loopback.js';
import { type Endpoint, type RecordedRequest, recordRequest } from './recorded-request.js';
import { type Route, serverMetadata, serverRoutes, serverUrls } from './server-metadata.js';
import { type AuthorizationServerOptions, serverSettings } from './server-options.js';
import type { ServerState, ServerUrls } from './server-state.js';
import { grantToken } from './token-endpoint.js';
import { type IssueOptions, TokenStore } from './token-store.js';

/** What a client authenticates with. The secret is not enumerable. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A local authorization server, for tests; see {@link startAuthorizationServer}. */
export interface AuthorizationServer extends ServerUrls, AsyncDisposable {
  /** `aud` of tokens that were asked for without a `resource`. */
  readonly audience: string;
  /** A confidential client, for `client_credentials`. */
  readonly client: ClientCredentials;
  /** The credentials of a resource server, for introspection. */
  readonly resourceServer: ClientCredentials;
  /** Every request since the start, in the order of arrival; a live list. Clear it with `requests.length = 0`. */
  readonly requests: RecordedRequest[];
  /** TCP connections: how many are open, and how many there ever were. */
  readonly connections: ConnectionCount;
  /** Makes an access token that introspection knows, without going through a grant. */
  issue(options?: IssueOptions): Promise<string>;
  /** Signs with a fresh key from now on; `overlap` (default true) keeps older keys published. Resolves to the new key id. */
  rotateKeys(options?: { readonly overlap?: boolean | undefined }): Promise<string>;
  /** Ends a token: introspection calls it inactive. */
  revoke(token: string): void;
  /** Makes an endpoint fail from the next request on. Replaces what was failing there. */
  fail(endpoint: FaultTarget, how: FaultInit): void;
  /** Mends an endpoint; all of them without an argument. Requests that hang already go on hanging. */
  restore(endpoint?: FaultTarget): void;
  /** Ends every connection at once, hanging ones too, and stops listening. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a real authorization server on this machine, for tests that want the wire and no stubs: metadata (RFC 8414 and
 * OpenID Connect), keys, `client_credentials`, `authorization_code` with PKCE and instant consent, dynamic registration,
 * resource indicators, introspection and revocation, each of which can be made to fail.
 *
 * It lets everyone in, so it listens on loopback only and refuses to run with NODE_ENV=production. Rejects with a `TypeError`
 * or `RangeError` for options that make no sense, with the system's error when the port is taken.
 */
export async function startAuthorizationServer(options: AuthorizationServerOptions = {}): Promise<AuthorizationServer> {
  const settings = serverSettings(options);
  const keys = await KeyRing.create(settings.algorithm);
  const server = createServer();
  const urls = serverUrls(await listenOnLoopback(server, settings), settings.issuerPath);
  const client = newCredentials('client');
  const resourceServer = newCredentials('resource-server');
  const state: ServerState = {
    settings,
    urls,
    keys,
    clients: new ClientRegistry([client, resourceServer, ...settings.clients], settings.clock),
    tokens: new TokenStore(settings, keys, urls.issuer, client.clientId),
    codes: new Map(),
    usedAssertions: new Set(),
    assertionAudiences: [urls.issuer, urls.tokenUrl, urls.introspectionUrl, urls.revocationUrl],
    clock: settings.clock,
  };
  const faults = new FaultPlan();
  const requests: RecordedRequest[] = [];
  const connections = countConnections(server);
  const closing = new AbortController();
  const routes = serverRoutes(settings.issuerPath);

  server.on('request', (request, response) => {
    serve(request, response, { state, faults, requests, routes, signal: closing.signal }).catch(() => {
      // A handler of the user threw, or the connection broke: there is nobody left to tell but the client.
      response.destroy();
    });
  });

  const close = async (): Promise<void> => {
    closing.abort();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return Object.freeze({
    ...urls,
    audience: settings.audience,
    client,
    resourceServer,
    requests,
    get connections() {
      return connections();
    },
    issue: (issueOptions?: IssueOptions) => state.tokens.issue(issueOptions),
    rotateKeys: async (rotation: { readonly overlap?: boolean | undefined } = {}) => {
      assertKnownOptions('rotateKeys', rotation, ['overlap']);
      assertOptionalBoolean('rotateKeys', 'overlap', rotation.overlap);
      return (await keys.rotate(rotation.overlap ?? true)).jwk.kid;
    },
    revoke: (token: string) => state.tokens.revoke(token),
    fail: (endpoint: FaultTarget, how: FaultInit) => faults.fail(endpoint, how),
    restore: (endpoint?: FaultTarget) => faults.restore(endpoint),
    close,
    [Symbol.asyncDispose]: close,
  });
}

interface Serving {
  readonly state: ServerState;
  readonly faults: FaultPlan;
  readonly requests: RecordedRequest[];
  readonly routes: ReadonlyMap<string, Route>;
  readonly signal: AbortSignal;
}

async function serve(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  const { state, faults, requests, routes, signal } = serving;
  const url = new URL(request.url ?? '/', state.urls.issuer);
  const route = routes.get(url.pathname);
  const recorded = await recordRequest(request, route?.endpoint ?? 'unknown', url);
  if (recorded === undefined) return sendAnswer(response, jsonAnswer(413, { error: 'invalid_request' }));
  requests.push(recorded);
  if (route === undefined) return sendAnswer(response, jsonAnswer(404, { error: 'not_found' }));
  const answer = (): Promise<Answer> => answerOf(recorded, route, state);
  const fault = faults.next(route.endpoint);
  if (fault === undefined) sendAnswer(response, await answer());
  else await playFault(fault, { request, response, answer, signal });
}

async function answerOf(request: RecordedRequest, route: Route, state: ServerState): Promise<Answer> {
  if (!route.methods.includes(request.method)) {
    return jsonAnswer(405, { error: 'invalid_request' }, { allow: route.methods.join(', ') });
  }
  try {
    return await HANDLERS[route.endpoint](request, state);
  } catch (error) {
    if (error instanceof OAuthError) return errorAnswer(error);
    throw error;
  }
}

type Handler = (request: RecordedRequest, state: ServerState) => Answer | Promise<Answer>;

const metadata: Handler = (_request, state) =>
  jsonAnswer(200, serverMetadata(state), { 'cache-control': 'public, max-age=3600' });

const HANDLERS = {
  oauthMetadata: metadata,
  oidcMetadata: metadata,
  jwks: ({ headers }, { keys, settings }) => keys.answer(headers['if-none-match'], settings.jwksMaxAgeSeconds),
  authorization: authorize,
  token: grantToken,
  registration: (request, { clients, settings }) => {
    if (!settings.allowRegistration) throw new OAuthError('access_denied', 'registration is closed', 403);
    return clients.register(request);
  },
  introspection: introspect,
  revocation: revokeToken,
} as const satisfies Record<Endpoint, Handler>;

function newCredentials(clientId: string): ClientCredentials {
  const credentials = { clientId };
  Object.defineProperty(credentials, 'clientSecret', { value: randomBytes(24).toString('base64url') });
  return Object.freeze(credentials) as ClientCredentials;
}
