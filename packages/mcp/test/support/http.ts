import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Verifier } from '@auth/core';
import { createGate } from '@auth/http';
import { requireAuth } from '@auth/http/node';

/** Node's own types and the SDK's look-alikes differ in how they say that a member may be missing. */
export type Handle = (request: never, response: never) => unknown;

/** A protected server on loopback: the gate lets callers without a token in, so that the decisions here are what answers. */
export async function startServer(
  verifier: Verifier,
  handle: Handle,
  options: {
    authorizationServers?: readonly string[];
    optional?: boolean;
    allowedHosts?: readonly string[];
    allowedOrigins?: readonly string[];
  } = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const { authorizationServers = ['https://issuer.example'], optional = true, ...lists } = options;
  const gate = createGate({ verifier, resource: url, authorizationServers, ...lists });
  const authenticate = requireAuth(optional ? gate.optional() : gate);
  server.on('request', (request, response) => {
    void authenticate(request, response, () => void handle(request as never, response as never));
  });
  return {
    url,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What came back, parsed: the JSON-RPC messages of the body, whether it was JSON or a stream. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly messages: readonly Message[];
}

export interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code?: number; readonly message?: string };
}

export async function post(
  url: string,
  token: string | undefined,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return read(response);
}

export async function read(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const body = await response.text();
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
  const texts = isStream ? [...body.matchAll(/^data: (.+)$/gm)].map((match) => match[1] ?? '') : body ? [body] : [];
  return { status, headers, body, messages: texts.flatMap((text) => JSON.parse(text) as Message | Message[]) };
}

/** A way to talk to a server: an SDK and a protocol era. */
export interface Line {
  readonly name: string;
  /** Sends one request and resolves to the answer. */
  send(token: string | undefined, method: string, params?: object): Promise<Answer>;
  /** Sends a body as it is. */
  sendRaw(token: string | undefined, body: unknown): Promise<Answer>;
}

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A 2026-07-28 request, with the headers that go with it. */
export function modern(method: string, params: object = {}): { body: object; headers: Record<string, string> } {
  const { name, uri } = params as { name?: string; uri?: string };
  const mcpName = name ?? uri;
  return {
    body: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: ENVELOPE } },
    headers: {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(mcpName === undefined ? {} : { 'mcp-name': mcpName }),
    },
  };
}

export function modernLine(url: string): Line {
  return {
    name: 'v2, 2026-07-28',
    send: (token, method, params) => {
      const { body, headers } = modern(method, params);
      return post(url, token, body, headers);
    },
    sendRaw: (token, body) => post(url, token, body),
  };
}

export function legacyLine(url: string, name = 'v2, 2025-11-25'): Line {
  return {
    name,
    send: (token, method, params = {}) => post(url, token, { jsonrpc: '2.0', id: 1, method, params }),
    sendRaw: (token, body) => post(url, token, body),
  };
}

export const INITIALIZE = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
};

/** Begins a session with each request: a request without one is refused before anything else is looked at. */
export function sessionLine(url: string): Line {
  const sendRaw: Line['sendRaw'] = async (token, body) => {
    const begun = await post(url, token, { jsonrpc: '2.0', id: 0, method: 'initialize', params: INITIALIZE });
    const id = begun.headers.get('mcp-session-id');
    return post(url, token, body, id === null ? {} : { 'mcp-session-id': id });
  };
  return {
    name: 'v1, with sessions',
    send: (token, method, params = {}) => sendRaw(token, { jsonrpc: '2.0', id: 1, method, params }),
    sendRaw,
  };
}
