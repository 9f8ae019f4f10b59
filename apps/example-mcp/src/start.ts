import { once } from 'node:events';
import { describeConfiguration, gateOptionsFromEnv, verifierFromEnv } from '@auth/env';
import { NOTES_SCOPES, READER, RESOURCE_SERVER, startAuthorizationServer, WRITER } from './authorization-server.js';
import { NotesStore } from './notes-store.js';
import { portFrom } from './ports.js';
import { startProtectedServer } from './protected-server.js';
import { newSigningKey } from './signing-keys.js';
import { createVerifier, STRATEGIES, type Strategy } from './strategies.js';

/** Serves until it is interrupted, and prints commands to paste. */
export async function start(write: (text: string) => void): Promise<void> {
  const stop = (await startFromEnvironment(write)) ?? (await startWithEmbeddedProvider(write));
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await stop();
}

/** As in production: `MCP_SERVER_AUTH`, or an environment written for FastMCP, says how tokens are verified, and by whom. */
async function startFromEnvironment(write: (text: string) => void): Promise<(() => Promise<void>) | undefined> {
  const isSet = (name: string): boolean => (process.env[name] ?? '').trim() !== '';
  const prefix = isSet('MCP_SERVER_AUTH') || !isSet('FASTMCP_SERVER_AUTH') ? 'MCP_SERVER_AUTH' : 'FASTMCP_SERVER_AUTH';
  const verifier = await verifierFromEnv(process.env, { prefix });
  if (verifier === undefined) return undefined;
  const { resource, authorizationServers } = gateOptionsFromEnv(process.env, { prefix });
  const server = await startProtectedServer({
    port: portFrom('PORT', 3000),
    store: new NotesStore(),
    resource,
    authorizationServers,
    verifier: () => verifier,
  });
  write(`A protected MCP server is at ${server.url}\nauth: ${describeConfiguration(verifier)}\nCtrl+C ends.\n`);
  return () => server.close();
}

async function startWithEmbeddedProvider(write: (text: string) => void): Promise<() => Promise<void>> {
  const strategy = strategyFrom(process.env.STRATEGY);
  const resources: string[] = [];
  const provider = await startAuthorizationServer({
    port: portFrom('AUTHORIZATION_SERVER_PORT', 3001),
    jwks: { keys: [await newSigningKey()] },
    resources: () => resources,
  });
  const server = await startProtectedServer({
    port: portFrom('PORT', 3000),
    store: new NotesStore(),
    authorizationServers: [provider.issuer],
    verifier: (resource) =>
      createVerifier(strategy, {
        issuer: provider.issuer,
        resource,
        jwksUri: provider.jwksUri,
        introspectionUrl: provider.introspectionUrl,
        clientId: RESOURCE_SERVER.id,
        clientSecret: RESOURCE_SERVER.secret,
        publicKey: process.env.PUBLIC_KEY,
        secret: process.env.SECRET,
        observer: (event) => write(`  ${JSON.stringify(event)}\n`),
      }),
  });
  resources.push(server.resource);
  write(instructions(strategy, server.url, provider.tokenUrl));
  return async () => {
    await Promise.all([server.close(), provider.close()]);
  };
}

function strategyFrom(text = 'jwks'): Strategy {
  const strategy = STRATEGIES.find((known) => known === text);
  if (strategy === undefined) throw new Error(`STRATEGY must be one of ${STRATEGIES.join(', ')}`);
  return strategy;
}

function instructions(strategy: Strategy, url: string, tokenUrl: string): string {
  const call = (method: string, params: string): string =>
    `curl -si ${url} -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' ` +
    `-H 'Accept: application/json, text/event-stream' \\\n    -d '{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}'`;
  return `A protected MCP server is at ${url} (strategy: ${strategy})

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
