import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { TLSSocket } from 'node:tls';
import { type ClientMetadata, type Configuration, Provider } from 'oidc-provider';

/** A real authorization server on loopback. */
export interface OidcServer extends AsyncDisposable {
  readonly issuer: string;
  readonly introspectionUrl: string;
  readonly provider: Provider;
  /** Authorization fields and form bodies that its introspection endpoint received. */
  readonly seen: { readonly authorization: string | undefined; readonly body: string }[];
  /** An opaque access token of the `app` client. */
  issue(scope?: string): Promise<string>;
  /** Stops listening; `restart` listens on the same port again. */
  stop(): Promise<void>;
  restart(): Promise<void>;
}

const APP: ClientMetadata = {
  client_id: 'app',
  client_secret: 'app-secret',
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
};

export async function startOidcServer(
  clients: readonly ClientMetadata[],
  more: Pick<Configuration, 'jwks'> = {},
  tls?: ServerOptions,
): Promise<OidcServer> {
  // Listen first: the issuer has to match exactly.
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const { port } = address;
  const issuer = tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  const seen: OidcServer['seen'] = [];
  const provider = new Provider(issuer, {
    ...more,
    clients: [APP, ...clients.map((client) => ({ redirect_uris: [], response_types: [], grant_types: [], ...client }))],
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'self_signed_tls_client_auth',
      'none',
    ],
    scopes: ['notes:read', 'notes:write'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
      introspection: { enabled: true, allowedPolicy: async () => true },
      jwtIntrospection: { enabled: true },
      mTLS: {
        enabled: true,
        selfSignedTlsClientAuth: true,
        getCertificate: ({ socket }) => (socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined),
      },
    },
  });
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/token/introspection')) {
      const record = { authorization: request.headers.authorization, body: '' };
      seen.push(record);
      request.on('data', (chunk: Buffer) => {
        record.body += chunk.toString('latin1');
      });
    }
    handle(request, response);
  });
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    issuer,
    introspectionUrl: `${issuer}/token/introspection`,
    provider,
    seen,
    async issue(scope = 'notes:read') {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa('app:app-secret')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
      });
      const { access_token: token } = (await response.json()) as { access_token?: string };
      if (token === undefined) throw new Error(`no token: HTTP ${response.status}`);
      return token;
    },
    stop,
    async restart() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

/** Revokes one token the way its client does (RFC 7009). */
export async function revoke({ issuer }: OidcServer, token: string): Promise<void> {
  const response = await fetch(`${issuer}/token/revocation`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('app:app-secret')}` },
    body: new URLSearchParams({ token }),
  });
  if (!response.ok) throw new Error(`not revoked: HTTP ${response.status}`);
}
