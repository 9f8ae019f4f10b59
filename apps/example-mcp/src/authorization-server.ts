import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration, errors, type JWKS } from 'oidc-provider';

/** Scopes of the notes API, for clients to ask for. */
export const NOTES_SCOPES = ['notes:read', 'notes:write', 'notes:delete', 'board:team'] as const;

/** Options of {@link startAuthorizationServer}. */
export interface AuthorizationServerOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** Private signing keys. */
  readonly jwks: JWKS;
  /** Resources (RFC 8707) that tokens are issued for; each gets JWT access tokens (RFC 9068) with itself as the audience. */
  readonly resources: () => readonly string[];
  /** Names the tokens' issuer differently from where the server listens: for attacks in the demo. */
  readonly issuer?: string;
}

/** A running authorization server. */
export interface AuthorizationServer {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly tokenUrl: string;
  readonly introspectionUrl: string;
  readonly port: number;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/** A client of the client_credentials grant, for scripts and the demo. */
export interface DemoClient {
  readonly id: string;
  readonly secret: string;
  readonly scope: string;
}

/** May do everything. */
export const WRITER: DemoClient = { id: 'notes-writer', secret: 'notes-writer-secret', scope: NOTES_SCOPES.join(' ') };
/** May only read. */
export const READER: DemoClient = { id: 'notes-reader', secret: 'notes-reader-secret', scope: 'notes:read' };
/** May read, and has the role of an administrator. */
export const ADMIN: DemoClient = { id: 'notes-admin', secret: 'notes-admin-secret', scope: 'notes:read' };
/** The MCP server itself, which may introspect. */
export const RESOURCE_SERVER: DemoClient = { id: 'notes-server', secret: 'notes-server: secret+%&', scope: '' };

/** Starts a real OpenID Provider on 127.0.0.1. Rejects with the listen error, for example EADDRINUSE. */
export async function startAuthorizationServer(options: AuthorizationServerOptions): Promise<AuthorizationServer> {
  const server = createServer();
  // The issuer has to name the port, so the server listens before the provider is made.
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  const provider = withoutNotices(() => new Provider(options.issuer ?? base, configuration(options)));
  server.on('request', provider.callback());
  return {
    issuer: options.issuer ?? base,
    jwksUri: `${base}/jwks`,
    tokenUrl: `${base}/token`,
    introspectionUrl: `${base}/token/introspection`,
    port,
    close: () => stop(server),
  };
}

function configuration({ jwks, resources }: AuthorizationServerOptions): Configuration {
  const demoClient = ({ id, secret, scope }: DemoClient): NonNullable<Configuration['clients']>[number] => ({
    client_id: id,
    client_secret: secret,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    ...(scope === '' ? {} : { scope }),
  });
  return {
    jwks,
    clients: [WRITER, READER, ADMIN, RESOURCE_SERVER].map(demoClient),
    scopes: ['openid', 'offline_access', ...NOTES_SCOPES],
    cookies: { keys: ['only for this local example'] },
    ttl: { AccessToken: 3600, ClientCredentials: 3600 },
    // Roles as many providers have them: a claim of their own, beside the scopes.
    extraTokenClaims: (_context, token) => (token.clientId === ADMIN.id ? { roles: ['admin'] } : undefined),
    features: {
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: (_context, client) => client.clientId === RESOURCE_SERVER.id,
      },
      revocation: { enabled: true, allowedPolicy: (_context, client, token) => token.clientId === client.clientId },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => {
          if (!resources().includes(resource)) throw new errors.InvalidTarget();
          return {
            scope: NOTES_SCOPES.join(' '),
            audience: resource,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          };
        },
      },
    },
  };
}

/** The provider's advice for production is right, and beside the point for this one, which lives on loopback and in memory. */
function withoutNotices<Made>(make: () => Made): Made {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return make();
  } finally {
    console.warn = warn;
  }
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
