import { ClientCredentialsProvider } from '@modelcontextprotocol/client';
import { ADMIN, type DemoClient, READER, WRITER } from './authorization-server.js';
import {
  attempt,
  type Credentials,
  callTool,
  getPrompt,
  listTools,
  type Operation,
  readResource,
} from './demo-client.js';
import type { Expectation, Row } from './demo-table.js';
import type { DemoWorld } from './demo-world.js';
import type { ProtectedServer } from './protected-server.js';
import { forgedToken, requestToken, revokeToken } from './tokens.js';

const OK: Expectation = { status: 200 };
const INVALID: Expectation = { status: 401, error: 'invalid_token' };
const OUTAGE: Expectation = { status: 503, error: 'temporarily_unavailable', retryAfter: true };

/** Runs the demo, a row at a time. Each row is a real call of the official client with a real token. */
export async function* demoRows(world: DemoWorld): AsyncGenerator<Row> {
  yield* jwtRows(world);
  yield* authorizationRows(world);
  yield* outageRows(world);
  yield* otherStrategyRows(world);
}

async function* jwtRows(world: DemoWorld): AsyncGenerator<Row> {
  const server = await world.protect('jwks');
  const row = rowMaker(world, server);
  const token = (client: DemoClient): Promise<string> =>
    requestToken(world.provider, client, { resource: server.resource });
  const list = callTool('list_notes');
  const write = callTool('write_note', { title: 'Milk', text: 'Two litres' });

  yield row('No token', undefined, list, { status: 401 });
  const writer = await token(WRITER);
  yield row('Good token: write_note', writer, write, OK);
  yield row('Good token: list_notes', writer, list, OK);
  yield row('Good token: resource notes://all', writer, readResource('notes://all'), OK);
  yield row('Good token: prompt summarize_notes', writer, getPrompt('summarize_notes'), OK);
  const reader = await token(READER);
  yield row('Read-only token: list_notes', reader, list, OK);
  yield row('Read-only token: write_note', reader, write, {
    status: 403,
    error: 'insufficient_scope',
    scope: 'notes:read notes:write',
  });
  yield row('Read-only token: delete_note', reader, callTool('delete_note', { title: 'Milk' }), {
    status: 403,
    error: 'insufficient_scope',
    scope: 'notes:read notes:write notes:delete',
  });

  world.skewSeconds = 2 * 3600;
  yield row('The same good token, two hours later', writer, list, INVALID);
  world.skewSeconds = 0;

  const sibling = `${server.resource}-sibling`;
  world.resources.push(sibling);
  const wrongAudience = await requestToken(world.provider, WRITER, { resource: sibling });
  yield row('Token for another resource', wrongAudience, list, INVALID);
  const impostor = await world.impostor();
  const wrongIssuer = await requestToken(impostor, WRITER, { resource: server.resource });
  await impostor.close();
  yield row('Token from another issuer', wrongIssuer, list, INVALID);
  yield row('Forged: payload swapped, signature kept', forgedToken(reader), list, INVALID);
  yield row('Garbage', 'not-a-token', list, INVALID);
}

async function* authorizationRows(world: DemoWorld): AsyncGenerator<Row> {
  const server = await world.protect('jwks');
  const row = rowMaker(world, server);
  const reader = await requestToken(world.provider, READER, { resource: server.resource });
  const writer = await requestToken(world.provider, WRITER, { resource: server.resource });
  const admin = await requestToken(world.provider, ADMIN, { resource: server.resource });
  const pin = callTool('pin_note', { board: 'team', text: 'Standup at ten' });

  yield row('Scope from the arguments: board:team missing', reader, pin, {
    status: 403,
    error: 'insufficient_scope',
    scope: 'notes:read board:team',
  });
  yield row('Scope from the arguments: board:team granted', writer, pin, OK);
  yield row('Role: count_notes without it', writer, callTool('count_notes'), { status: 403, error: 'access_denied' });
  yield row('Role: count_notes as admin', admin, callTool('count_notes'), OK);
  yield row('Hidden tool: listed for the admin', admin, listTools, { ...OK, text: /forget_everything/ });
  yield row('Hidden tool: absent for everybody else', writer, listTools, { ...OK, text: /^(?!.*forget_everything)/ });

  // Starts with notes:read, is told what is missing, asks the authorization server for it and tries again, all by itself.
  const stepUp = new ClientCredentialsProvider({
    clientId: WRITER.id,
    clientSecret: WRITER.secret,
    scope: 'notes:read',
    expectedIssuer: world.provider.issuer,
  });
  const write = callTool('write_note', { title: 'Eggs', text: 'Ten' });
  yield row('Step-up: 403, more scopes, write_note', stepUp, write, { ...OK, via: 403 });
}

async function* outageRows(world: DemoWorld): AsyncGenerator<Row> {
  const warm = await world.protect('jwks');
  const cold = await world.protect('jwks');
  const list = callTool('list_notes');
  const warmToken = await requestToken(world.provider, WRITER, { resource: warm.resource });
  const coldToken = await requestToken(world.provider, WRITER, { resource: cold.resource });
  await attempt(warm.url, warmToken, list);

  await world.stopProvider();
  yield rowMaker(world, warm)('Provider stopped: server that has its keys', warmToken, list, OK);
  yield rowMaker(world, cold)('Provider stopped: server that has no keys yet', coldToken, list, OUTAGE);

  await world.restartProvider({ rotate: false });
  world.skewSeconds += 60;
  yield rowMaker(world, cold)('Provider started again', coldToken, list, OK);

  await world.stopProvider();
  await world.restartProvider({ rotate: true });
  const rotated = await requestToken(world.provider, WRITER, { resource: warm.resource });
  yield rowMaker(world, warm)('Key rotated: token signed with the new key', rotated, list, OK);
  world.skewSeconds = 0;
}

async function* otherStrategyRows(world: DemoWorld): AsyncGenerator<Row> {
  const list = callTool('list_notes');

  const opaque = await world.protect('introspection');
  const row = rowMaker(world, opaque);
  const token = await requestToken(world.provider, WRITER);
  yield row('Introspection: opaque token', token, list, OK);
  await revokeToken(world.provider, WRITER, token);
  yield row('Introspection: the same token, revoked', token, list, INVALID);
  const later = await requestToken(world.provider, WRITER);
  await world.stopProvider();
  yield row('Introspection: provider stopped', later, list, OUTAGE);
  await world.restartProvider({ rotate: false });
  const fresh = await requestToken(world.provider, WRITER);
  yield row('Introspection: provider started again', fresh, list, OK);

  const cached = await world.protect('introspection', { introspectionCacheSeconds: 30 });
  const cachedRow = rowMaker(world, cached);
  const known = await requestToken(world.provider, WRITER);
  yield cachedRow('Introspection, 30 s cache: opaque token', known, list, OK);
  await revokeToken(world.provider, WRITER, known);
  yield cachedRow('Introspection, 30 s cache: just revoked', known, list, OK);
  world.skewSeconds += 31;
  yield cachedRow('Introspection, 30 s cache: 31 s later', known, list, INVALID);

  const dev = await world.protect('static');
  yield rowMaker(world, dev)('Static tokens: dev-alice-token', 'dev-alice-token', list, OK);
  yield rowMaker(world, dev)('Static tokens: unknown', 'dev-mallory-token', list, INVALID);
  const debug = await world.protect('debug');
  yield rowMaker(world, debug)('Debug: any token', 'whatever', list, OK);
}

/** Makes one row: the call, what came back, and the reason that the server's observer saw. */
function rowMaker(world: DemoWorld, server: ProtectedServer) {
  return async (tried: string, credentials: Credentials, operation: Operation, expected: Expectation): Promise<Row> => {
    world.lastReason = undefined;
    const answer = await attempt(server.url, credentials, operation);
    return { tried, expected, answer, reason: world.lastReason };
  };
}
