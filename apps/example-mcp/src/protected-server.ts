import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Verifier } from '@auth/core';
import { createGate } from '@auth/http';
import { requireAuth } from '@auth/http/node';
import { createAuthorizer, getAccessToken } from '@auth/mcp/sdk';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { NOTES_SCOPES } from './authorization-server.js';
import { createNotesServer } from './notes-server.js';
import type { NotesStore } from './notes-store.js';

/** Scopes that every request needs; challenges for more name these as well, so that no client asks in circles. */
const EVERY_CALLER = ['notes:read'] as const;

/** Options of {@link startProtectedServer}. */
export interface ProtectedServerOptions {
  /** 0 picks a free one. */
  readonly port: number;
  readonly store: NotesStore;
  /** The resource identifier, where clients reach this server by another URL than the one it listens on. Default: that one. */
  readonly resource?: string | undefined;
  /** Issuers that clients may use; without any, no metadata is served. */
  readonly authorizationServers?: readonly string[] | undefined;
  /** Makes the verifier for the resource identifier, which names the port. */
  readonly verifier: (resource: string) => Verifier & { close?(): Promise<void> };
}

/** A running protected MCP server. */
export interface ProtectedServer {
  /** Where clients connect. */
  readonly url: string;
  /** Its resource identifier: the audience that tokens must name (RFC 8707). */
  readonly resource: string;
  close(): Promise<void>;
}

/** Starts the notes server on 127.0.0.1, behind the gate. Rejects with the listen error, for example EADDRINUSE. */
export async function startProtectedServer(options: ProtectedServerOptions): Promise<ProtectedServer> {
  const server = createServer();
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/mcp`;
  const resource = options.resource ?? url;

  const verifier = closingOnError(server, () => options.verifier(resource));
  const gate = createGate({
    verifier,
    resource,
    authorizationServers: options.authorizationServers,
    // What every caller needs, and what a client without a token is told to ask for; more is asked for when more is needed.
    requiredScopes: EVERY_CALLER,
    scopesSupported: NOTES_SCOPES,
    // A web page that rebinds its name to 127.0.0.1 sends its own Host and Origin (CVE-2025-66414).
    allowedHosts: [`127.0.0.1:${port}`, `localhost:${port}`],
    allowedOrigins: [`http://127.0.0.1:${port}`, `http://localhost:${port}`],
  });
  const authenticate = requireAuth(gate);
  const authorizer = createAuthorizer({ requiredScopes: EVERY_CALLER });
  const handler = authorizer.createHandler((context) => {
    const accessToken = getAccessToken(context);
    if (accessToken === undefined) throw new Error('The gate lets nobody through without a token');
    return createNotesServer(authorizer, options.store, accessToken);
  });
  const handle = toNodeHandler(handler);
  server.on('request', (request, response) => authenticate(request, response, () => void handle(request, response)));

  return {
    url,
    resource,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, handler.close(), verifier.close?.()]);
    },
  };
}

/** Frees the port again when the server cannot be set up: a listening socket would keep the process alive. */
function closingOnError<Made>(server: Server, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    server.close();
    throw error;
  }
}
