import { once } from 'node:events';
import type { VerifierEvent, VerifierObserver } from '@auth/core';
import { describeConfiguration, gateOptionsFromEnv, verifierFromEnv } from '@auth/env';
import { NOTES_SCOPES, READER, RESOURCE_SERVER, WRITER } from './authorization-server.js';
import { DevelopmentVerifier, type ExplainableVerifier } from './development-verifier.js';
import { explanationText } from './explanation-text.js';
import { LocalProvider } from './local-provider.js';
import { NotesStore } from './notes-store.js';
import { Playground, type PlaygroundServer } from './playground.js';
import { startPlaygroundServer } from './playground-server.js';
import { portFrom } from './ports.js';
import { type ProtectedServer, type ProtectedServerOptions, startProtectedServer } from './protected-server.js';
import { createVerifier, STRATEGIES, type Strategy } from './strategies.js';

type Write = (text: string) => void;
type Stop = () => Promise<unknown>;

/** Serves until it is interrupted, and prints commands to paste. In development with a page to try tokens on. */
export async function start(write: Write): Promise<void> {
  const stop = (await startFromEnvironment(write)) ?? (await startWithEmbeddedProvider(write));
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await stop();
}

/** As in production: `MCP_SERVER_AUTH`, or an environment written for FastMCP, says how tokens are verified, and by whom. */
async function startFromEnvironment(write: Write): Promise<Stop | undefined> {
  const isSet = (name: string): boolean => (process.env[name] ?? '').trim() !== '';
  const prefix = isSet('MCP_SERVER_AUTH') || !isSet('FASTMCP_SERVER_AUTH') ? 'MCP_SERVER_AUTH' : 'FASTMCP_SERVER_AUTH';
  const verifier = await verifierFromEnv(process.env, { prefix });
  if (verifier === undefined) return undefined;
  const { resource, authorizationServers } = gateOptionsFromEnv(process.env, { prefix });
  const options = { port: portFrom('PORT', 3000), store: new NotesStore(), resource, authorizationServers };
  const label = `your configuration (${prefix})`;
  const { server, tried } = await protect({ id: 'configured', label, options, write, make: () => verifier });
  const page = await startPage(tried === undefined ? [] : [tried]);
  const auth = describeConfiguration(verifier);
  write(`A protected MCP server is at ${server.url}\nauth: ${auth}\n${pageLine(page?.url)}Ctrl+C ends.\n`);
  return () => Promise.all([server.close(), page?.close()]);
}

async function startWithEmbeddedProvider(write: Write): Promise<Stop> {
  const strategy = strategyFrom(process.env.STRATEGY);
  const provider = await LocalProvider.start(portFrom('AUTHORIZATION_SERVER_PORT', 3001));
  const { issuer, jwksUri, introspectionUrl, tokenUrl } = provider.server;
  const serve = async (kind: Strategy, port: number): Promise<Protected> => {
    const options = { port, store: new NotesStore(), authorizationServers: [issuer] };
    const make = (resource: string, observer: VerifierObserver): ExplainableVerifier =>
      createVerifier(kind, {
        issuer,
        resource,
        jwksUri,
        introspectionUrl,
        clientId: RESOURCE_SERVER.id,
        clientSecret: RESOURCE_SERVER.secret,
        publicKey: process.env.PUBLIC_KEY,
        secret: process.env.SECRET,
        // So that whoever plays with rotations need not wait between them.
        keyCooldownSeconds: 1,
        observer,
      });
    const made = await protect({ id: kind, label: LABELS[kind], options, write, make });
    provider.resources.push(made.server.resource);
    return made;
  };
  const main = await serve(strategy, portFrom('PORT', 3000));
  const servers = [main];
  // The page shows the provider's JWTs and its opaque tokens side by side, the server for JWTs first; with any other strategy
  // the provider's tokens are of no use.
  if (isDevelopment() && strategy === 'jwks') servers.push(await serve('introspection', 0));
  if (isDevelopment() && strategy === 'introspection') servers.unshift(await serve('jwks', 0));
  const page = await startPage(
    servers.flatMap(({ tried }) => tried ?? []),
    servers.length > 1 ? provider : undefined,
  );
  write(instructions(strategy, main.server.url, tokenUrl, page?.url));
  return () => Promise.all([...servers.map(({ server }) => server.close()), provider.stop(), page?.close()]);
}

const LABELS = {
  jwks: 'JWTs, by the provider’s keys',
  introspection: 'opaque tokens, by introspection',
  'public-key': 'JWTs, by a public key',
  hmac: 'JWTs, by a shared secret',
  static: 'static tokens',
  debug: 'debug: any token',
} as const satisfies Record<Strategy, string>;

function isDevelopment(): boolean {
  return process.env.NODE_ENV !== 'production';
}

interface Protected {
  readonly server: ProtectedServer;
  /** For the page; in development only. */
  readonly tried: PlaygroundServer | undefined;
}

/** Starts a protected server. In development its log shows each check of a token that was refused. */
async function protect(init: {
  readonly id: string;
  readonly label: string;
  readonly options: Omit<ProtectedServerOptions, 'verifier'>;
  readonly make: (resource: string, observer: VerifierObserver) => ExplainableVerifier;
  readonly write: Write;
}): Promise<Protected> {
  const { id, label, options, make, write } = init;
  const observer = (event: VerifierEvent): void => write(`  ${JSON.stringify(event)}\n`);
  let verifier: DevelopmentVerifier | undefined;
  const server = await startProtectedServer({
    ...options,
    verifier: (resource) => {
      if (!isDevelopment()) return make(resource, observer);
      verifier = new DevelopmentVerifier({
        make: (quieter) => make(resource, quieter),
        observer,
        refused: (explanation) => write(explanationText(explanation)),
      });
      return verifier;
    },
  });
  return { server, tried: verifier && { id, label, server, verifier } };
}

/** The page to try tokens on; not in production. */
async function startPage(
  servers: readonly PlaygroundServer[],
  provider?: LocalProvider,
): Promise<{ readonly url: string; close(): Promise<void> } | undefined> {
  const [first, ...others] = servers;
  if (first === undefined) return undefined;
  const port = portFrom('PAGE_PORT', 3002);
  return startPlaygroundServer(new Playground([first, ...others], provider), { port, fallbackPort: 0 });
}

function pageLine(url: string | undefined): string {
  return url === undefined ? '' : `Try tokens in the browser: ${url}\n`;
}

function strategyFrom(text = 'jwks'): Strategy {
  const strategy = STRATEGIES.find((known) => known === text);
  if (strategy === undefined) throw new Error(`STRATEGY must be one of ${STRATEGIES.join(', ')}`);
  return strategy;
}

function instructions(strategy: Strategy, url: string, tokenUrl: string, pageUrl: string | undefined): string {
  const call = (method: string, params: string): string =>
    `curl -si ${url} -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' ` +
    `-H 'Accept: application/json, text/event-stream' \\\n    -d '{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}'`;
  return `A protected MCP server is at ${url} (strategy: ${strategy})
${pageLine(pageUrl)}
1. Get a token. ${WRITER.id} may do everything (${NOTES_SCOPES.join(', ')}), ${READER.id} only read:
  ${tokenCommand(strategy, url, tokenUrl)}

2. Call a tool:
  ${call('tools/call', '{"name":"list_notes","arguments":{}}')}

3. See what a caller without a token is told, and where its metadata is:
  curl -si ${url} -X POST
  curl -s ${new URL('/.well-known/oauth-protected-resource/mcp', url).href}

Other strategies: STRATEGY=${STRATEGIES.join('|')}; your own provider: MCP_SERVER_AUTH (see @auth/env). Every token's verification is logged below. Ctrl+C ends.
`;
}

function tokenCommand(strategy: Strategy, url: string, tokenUrl: string): string {
  switch (strategy) {
    case 'static':
      return 'TOKEN=dev-alice-token   # or dev-guest-token, which may only read';
    case 'debug':
      return 'TOKEN=anything';
    case 'hmac':
    case 'public-key':
      return 'TOKEN=…   # signed with the key in SECRET or PUBLIC_KEY, see the package @auth/testing';
    case 'introspection':
    case 'jwks': {
      const resource = strategy === 'jwks' ? ` -d resource=${url}` : '';
      return (
        `TOKEN=$(curl -s ${tokenUrl} -u ${WRITER.id}:${WRITER.secret} -d grant_type=client_credentials \\\n` +
        `    -d 'scope=${WRITER.scope}'${resource} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`
      );
    }
  }
}
