import { assertKnownOptions } from '@auth/core';
import {
  Client,
  type ClientOptions,
  type OAuthClientInformationContext,
  type OAuthClientMetadata,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';

/** Options of {@link connectMcpClient}. */
export interface ConnectMcpClientOptions {
  /** The bearer token to send. Default: the client gets one through OAuth. */
  readonly token?: string | undefined;
  /** A client that is registered already, instead of dynamic registration; its redirect URI is {@link REDIRECT_URI}. */
  readonly client?: { readonly clientId: string; readonly clientSecret?: string | undefined } | undefined;
  /** Options of the SDK's client. Default: `versionNegotiation: { mode: 'auto' }`. */
  readonly clientOptions?: ClientOptions | undefined;
}

/** A connected official client. */
export interface ConnectedMcpClient extends AsyncDisposable {
  readonly client: Client;
  /** What the authorization server gave; `undefined` when a token was handed in. Not enumerable. */
  readonly tokens: StoredOAuthTokens | undefined;
  /** Ends the connection. */
  close(): Promise<void>;
}

/** Where the authorization server sends the code. Nothing listens there: the redirect is read and not followed. */
export const REDIRECT_URI = 'http://127.0.0.1/callback';

/**
 * Connects the official MCP client to a protected server. Without a `token` it goes the whole way that a real client goes,
 * only without a browser: 401, metadata of the resource and of the authorization server, registration, authorization code
 * with PKCE, token. The authorization server has to consent by itself, as that of `startAuthorizationServer` does.
 *
 * Rejects with the SDK's error when the server does not let the client in.
 */
export async function connectMcpClient(
  url: string,
  options: ConnectMcpClientOptions = {},
): Promise<ConnectedMcpClient> {
  assertKnownOptions('connectMcpClient', options, ['token', 'client', 'clientOptions']);
  const { token, clientOptions } = options;
  const provider = new InstantConsentProvider(options.client);
  const authProvider = token === undefined ? provider : { token: async () => token };
  const connect = async (): Promise<Client> => {
    const client = new Client(
      { name: 'auth-testing-client', version: '1.0.0' },
      { versionNegotiation: { mode: 'auto' }, ...clientOptions },
    );
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider });
    try {
      await client.connect(transport);
      return client;
    } catch (error) {
      const answer = provider.takeAnswer();
      if (error instanceof UnauthorizedError && answer !== undefined) await transport.finishAuth(answer);
      else throw error;
    } finally {
      if (client.transport === undefined) await transport.close();
    }
    return await connect();
  };
  const client = await connect();
  const close = (): Promise<void> => client.close();
  const connected = { client, close, [Symbol.asyncDispose]: close };
  return Object.defineProperty({ ...connected, tokens: provider.tokens() }, 'tokens', { enumerable: false });
}

/** Keeps everything in memory, and follows the authorization redirect by itself, as a user who agrees at once would. */
class InstantConsentProvider implements OAuthClientProvider {
  readonly redirectUrl: string = REDIRECT_URI;
  readonly clientMetadata: OAuthClientMetadata = {
    client_name: 'auth-testing-client',
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  // Each is written by the SDK through the method that saves it.
  #information: StoredOAuthClientInformation | undefined;
  #tokens: StoredOAuthTokens | undefined;
  #codeVerifier = '';
  #discovery: OAuthDiscoveryState | undefined;
  #answer: URLSearchParams | undefined;

  constructor(client: ConnectMcpClientOptions['client']) {
    if (client === undefined) return;
    const { clientId, clientSecret } = client;
    this.#information = {
      client_id: clientId,
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
    } as StoredOAuthClientInformation;
  }

  clientInformation(context?: OAuthClientInformationContext): StoredOAuthClientInformation | undefined {
    // Credentials that were handed in are for whichever server the resource names: a test has only one.
    return this.#information && { ...this.#information, ...(context && { issuer: context.issuer }) };
  }

  saveClientInformation(information: StoredOAuthClientInformation): void {
    this.#information = information;
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.#tokens;
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    this.#tokens = tokens;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovery;
  }

  saveDiscoveryState(discovery: OAuthDiscoveryState): void {
    this.#discovery = discovery;
  }

  saveCodeVerifier(codeVerifier: string): void {
    this.#codeVerifier = codeVerifier;
  }

  codeVerifier(): string {
    return this.#codeVerifier;
  }

  async redirectToAuthorization(authorizationUrl: URL): Promise<void> {
    const response = await fetch(authorizationUrl, { redirect: 'manual' });
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (location === null) throw new Error(`the authorization endpoint answered ${response.status} and no redirect`);
    this.#answer = new URL(location).searchParams;
  }

  /** The answer of the authorization endpoint, once. */
  takeAnswer(): URLSearchParams | undefined {
    const answer = this.#answer;
    this.#answer = undefined;
    return answer;
  }
}
