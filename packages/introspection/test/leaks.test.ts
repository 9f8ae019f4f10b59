import { inspect } from 'node:util';
import { toChallenge, type VerifierEvent } from '@auth/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntrospectionTokenVerifierOptions } from '../src/options.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';
import { answer, type Behaviour, jsonAnswer, type RawServer, startRawServer } from './support/raw-server.js';

const TOKEN = 'tok3n-that-must-not-show-4711';
const SECRET = 's3cret-that-must-not-show-4712';
const BEARER = 'b34rer-that-must-not-show-4713';
const BODY = 'upstream-text-that-must-not-show-4714';
const FORBIDDEN = [TOKEN, SECRET, BEARER, BODY, btoa(`rs:${SECRET}`)];

/** Everything that a log could show of a value, causes included. */
function everything(value: unknown, depth = 0): string {
  if (depth > 6) return '';
  const texts = [inspect(value, { depth: 20, showHidden: true, getters: true }), String(value)];
  try {
    texts.push(JSON.stringify(value) ?? '');
  } catch {
    // A cycle: inspect has shown it.
  }
  if (value instanceof Error)
    texts.push(value.stack ?? '', everything(value.cause, depth + 1), everything({ ...value }, depth + 1));
  return texts.join('\n');
}

const BEHAVIOURS: readonly [string, Behaviour][] = [
  ['an error text', (socket) => void socket.write(answer(500, BODY))],
  ['text instead of JSON', (socket) => void socket.write(answer(200, BODY))],
  ['broken JSON', (socket) => void socket.write(answer(200, `{"active":true,"x":"${BODY}"`))],
  ['duplicate members', (socket) => void socket.write(answer(200, `{"a":"${BODY}","a":"${BODY}"}`))],
  ['no HTTP', (socket) => void socket.end(`${BODY}\r\n\r\n`)],
  ['a broken header', (socket) => void socket.end(`HTTP/1.1 200 OK\r\n${BODY}\0: x\r\n\r\n`)],
  ['a status text', (socket) => void socket.write(`HTTP/1.1 502 ${BODY}\r\ncontent-length: 0\r\n\r\n`)],
  ['a redirect', (socket) => void socket.write(answer(302, BODY, { location: `https://evil.example/${BODY}` }))],
  ['a challenge', (socket) => void socket.write(answer(401, BODY, { 'www-authenticate': `Basic realm="${BODY}"` }))],
  ['a refusal', (socket) => void socket.write(answer(400, JSON.stringify({ error_description: BODY })))],
  ['an odd coding', (socket) => void socket.write(answer(200, BODY, { 'content-encoding': BODY }))],
  ['too much', (socket) => void socket.write(answer(200, BODY.repeat(10_000)))],
  ['a reset', (socket) => void socket.resetAndDestroy()],
  ['nothing', () => undefined],
  [
    'the request itself',
    (socket, { body, headers }) => void socket.write(answer(500, `${body} ${headers.authorization}`)),
  ],
  ['an inactive token', jsonAnswer({ active: false, note: BODY })],
  ['active as text', jsonAnswer({ active: 'true', note: BODY })],
  ['the token as the audience', jsonAnswer({ active: true, aud: TOKEN })],
  ['the token as the type', jsonAnswer({ active: true, aud: 'https://api.example', token_type: TOKEN })],
  ['the token within a text', jsonAnswer({ active: true, aud: [`see ${TOKEN}`] })],
];

const METHODS: readonly [string, Partial<IntrospectionTokenVerifierOptions>][] = [
  ['client_secret_basic', { clientSecret: SECRET }],
  ['client_secret_post', { clientSecret: SECRET, clientAuthMethod: 'client_secret_post' }],
  ['bearer', { bearerToken: BEARER, clientAuthMethod: 'bearer' }],
  ['a function', { clientSecret: async () => SECRET }],
];

describe('no error, event or explanation shows a token, a secret or what the server wrote', () => {
  let server: RawServer;
  beforeAll(async () => {
    server = await startRawServer(() => undefined);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  for (const [method, options] of METHODS) {
    it.each(BEHAVIOURS)(`${method}, when the server sends %s`, async (_name, behaviour) => {
      server.behave = behaviour;
      const events: VerifierEvent[] = [];
      const verifier = new IntrospectionTokenVerifier({
        introspectionUrl: server.origin,
        clientId: 'rs',
        audience: 'https://api.example',
        timeoutMs: 60,
        observer: (event) => events.push(event),
        ...options,
      });
      const error: unknown = await verifier.verifyToken(TOKEN).catch((thrown: unknown) => thrown);
      expect(error).toHaveProperty('code');
      const explanation = await verifier.explain(TOKEN);
      const challenge = toChallenge(error as never);
      const text = [error, events, explanation, challenge, verifier].map((value) => everything(value)).join('\n');
      for (const forbidden of FORBIDDEN) expect(text).not.toContain(forbidden);
      await verifier.close();
    });
  }

  it.each<[string, unknown]>([
    [
      'an error with everything',
      Object.assign(new Error(`${TOKEN} ${SECRET}`), { data: BODY, request: { body: TOKEN } }),
    ],
    ['a text', `${TOKEN} ${SECRET} ${BODY}`],
    ['an AggregateError', new AggregateError([new Error(SECRET)], TOKEN)],
    ['a cause', new Error('x', { cause: new Error(SECRET, { cause: TOKEN }) })],
    ['nothing', undefined],
  ])('nor what a transport throws: %s', async (_name, thrown) => {
    const events: VerifierEvent[] = [];
    const verifier = new IntrospectionTokenVerifier({
      introspectionUrl: 'https://auth.example',
      clientId: 'rs',
      clientSecret: SECRET,
      transport: () => Promise.reject(thrown),
      observer: (event) => events.push(event),
    });
    const error: unknown = await verifier.verifyToken(TOKEN).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'temporarily_unavailable' });
    const text = everything([error, events, await verifier.explain(TOKEN)]) + everything(error);
    for (const forbidden of FORBIDDEN) expect(text).not.toContain(forbidden);
  });

  it('nor what a provider of credentials throws', async () => {
    const verifier = new IntrospectionTokenVerifier({
      introspectionUrl: 'https://auth.example',
      clientId: 'rs',
      clientSecret: () => {
        throw new Error(`the vault said ${SECRET}`);
      },
    });
    const error: unknown = await verifier.verifyToken(TOKEN).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'temporarily_unavailable', cause: { failure: 'credentials' } });
    expect(everything(error)).not.toContain(SECRET);
  });

  it('and a provider of credentials that hangs is bounded by the deadline', async () => {
    const verifier = new IntrospectionTokenVerifier({
      introspectionUrl: 'https://auth.example',
      clientId: 'rs',
      clientSecret: () => new Promise(() => undefined),
      timeoutMs: 20,
    });
    await expect(verifier.verifyToken(TOKEN)).rejects.toMatchObject({ cause: { failure: 'timeout' } });
  });
});
