import { inspect } from 'node:util';
import { toChallenge, type VerifierEvent } from '@auth/core';
import {
  httpBytes,
  httpReply,
  jsonReply,
  rawReply,
  type ScriptedReply,
  type ScriptedServer,
  startScriptedServer,
} from '@auth/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntrospectionTokenVerifierOptions } from '../src/options.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';

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

const REPLIES: readonly [string, ScriptedReply][] = [
  ['an error text', httpReply({ status: 500, body: BODY })],
  ['text instead of JSON', httpReply({ body: BODY })],
  ['broken JSON', httpReply({ body: `{"active":true,"x":"${BODY}"` })],
  ['duplicate members', httpReply({ body: `{"a":"${BODY}","a":"${BODY}"}` })],
  ['no HTTP', rawReply(`${BODY}\r\n\r\n`, 'close')],
  ['a broken header', rawReply(`HTTP/1.1 200 OK\r\n${BODY}\0: x\r\n\r\n`, 'close')],
  ['a status text', rawReply(`HTTP/1.1 502 ${BODY}\r\ncontent-length: 0\r\n\r\n`)],
  ['a redirect', httpReply({ status: 302, headers: { location: `https://evil.example/${BODY}` }, body: BODY })],
  ['a challenge', httpReply({ status: 401, headers: { 'www-authenticate': `Basic realm="${BODY}"` }, body: BODY })],
  ['a refusal', httpReply({ status: 400, body: JSON.stringify({ error_description: BODY }) })],
  ['an odd coding', httpReply({ headers: { 'content-encoding': BODY }, body: BODY })],
  ['too much', httpReply({ body: BODY.repeat(10_000) })],
  ['a reset', rawReply('', 'reset')],
  ['nothing', () => undefined],
  [
    'the request itself',
    ({ body, headers }, socket) =>
      void socket.write(httpBytes({ status: 500, body: `${body} ${headers.authorization}` })),
  ],
  ['an inactive token', jsonReply({ active: false, note: BODY })],
  ['active as text', jsonReply({ active: 'true', note: BODY })],
  ['the token as the audience', jsonReply({ active: true, aud: TOKEN })],
  ['the token as the type', jsonReply({ active: true, aud: 'https://api.example', token_type: TOKEN })],
  ['the token within a text', jsonReply({ active: true, aud: [`see ${TOKEN}`] })],
];

const METHODS: readonly [string, Partial<IntrospectionTokenVerifierOptions>][] = [
  ['client_secret_basic', { clientSecret: SECRET }],
  ['client_secret_post', { clientSecret: SECRET, clientAuthMethod: 'client_secret_post' }],
  ['bearer', { bearerToken: BEARER, clientAuthMethod: 'bearer' }],
  ['a function', { clientSecret: async () => SECRET }],
];

describe('no error, event or explanation shows a token, a secret or what the server wrote', () => {
  let server: ScriptedServer;
  beforeAll(async () => {
    server = await startScriptedServer();
  });
  afterAll(() => server.close());

  for (const [method, options] of METHODS) {
    it.each(REPLIES)(`${method}, when the server sends %s`, async (_name, reply) => {
      server.reply = reply;
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
