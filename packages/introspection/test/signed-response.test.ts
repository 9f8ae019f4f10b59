import type { VerifierEvent } from '@auth/core';
import {
  encodeSegment,
  forgeToken,
  KeyPair,
  type ScriptedAnswer,
  scriptedTransport,
  type TokenPart,
} from '@auth/testing';
import { describe, expect, it } from 'vitest';
import type { IntrospectionTokenVerifierOptions } from '../src/options.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';
import { outcomeOf } from './support/outcome.js';

const NOW = 1_800_000_000;
const ISSUER = 'https://auth.example';
const URLS = { introspect: `${ISSUER}/introspect`, keys: `${ISSUER}/keys` };
const GOOD = { active: true, client_id: 'c', scope: 'read' };
const CLAIMS = { iss: ISSUER, aud: 'rs', iat: NOW, token_introspection: GOOD };
const TYPE = 'application/token-introspection+jwt';
const UNAVAILABLE = 'temporarily_unavailable';

const key = await KeyPair.generate('ES256', { kid: 'one' });
const other = await KeyPair.generate('ES256');

const sign = (payload: TokenPart, header: Record<string, unknown> = {}, signWith = key): string =>
  forgeToken({ header: { alg: 'ES256', kid: 'one', typ: 'token-introspection+jwt', ...header }, payload, signWith });

function rig(
  answer: () => ScriptedAnswer | Promise<ScriptedAnswer>,
  more: Partial<IntrospectionTokenVerifierOptions> = {},
) {
  const time = { now: NOW };
  const events: VerifierEvent[] = [];
  const documents: { keys: ScriptedAnswer } = { keys: { json: key.jwks } };
  const transport = scriptedTransport(({ url }) => (url === URLS.keys ? documents.keys : answer()));
  const verifier = new IntrospectionTokenVerifier({
    introspectionUrl: URLS.introspect,
    clientId: 'rs',
    clientSecret: 'secret',
    issuer: ISSUER,
    signedResponses: { jwksUri: URLS.keys },
    transport,
    clock: () => time.now,
    observer: (event) => events.push(event),
    ...more,
  });
  const fetched = (url: string): number => transport.requests.filter((request) => request.url === url).length;
  return { verifier, transport, time, events, documents, fetched };
}

const signed = (text: string) => (): ScriptedAnswer => ({
  text,
  headers: { 'content-type': TYPE },
});

describe('signed answers (RFC 9701)', () => {
  it('are asked for, verified and believed', async () => {
    const { verifier, transport, fetched } = rig(signed(sign(CLAIMS)));
    expect((await verifier.verifyToken('token')).scopes).toEqual(['read']);
    await verifier.verifyToken('token');
    expect(transport.requests[0]?.headers.accept).toBe(TYPE);
    expect(fetched(URLS.keys)).toBe(1);
  });

  it('say inactive as plain ones do', async () => {
    expect(
      await outcomeOf(rig(signed(sign({ ...CLAIMS, token_introspection: { active: false } }))).verifier, 't'),
    ).toBe('inactive');
  });

  it.each<[string, () => string]>([
    ['another type', () => sign(CLAIMS, { typ: 'JWT' })],
    ['the type of access tokens', () => sign(CLAIMS, { typ: 'at+jwt' })],
    ['no type', () => sign(CLAIMS, { typ: undefined })],
    ['another issuer', () => sign({ ...CLAIMS, iss: 'https://evil.example' })],
    ['no issuer', () => sign({ ...CLAIMS, iss: undefined })],
    ['another audience', () => sign({ ...CLAIMS, aud: 'someone else' })],
    ['no audience', () => sign({ ...CLAIMS, aud: undefined })],
    ['no time', () => sign({ ...CLAIMS, iat: undefined })],
    ['an old time', () => sign({ ...CLAIMS, iat: NOW - 400 })],
    ['a time to come', () => sign({ ...CLAIMS, iat: NOW + 400 })],
    ['an exp in the past', () => sign({ ...CLAIMS, exp: NOW - 60 })],
    ['another key', () => sign(CLAIMS, {}, other)],
    ['an unknown key id', () => sign(CLAIMS, { kid: 'two' })],
    ['a crit', () => sign(CLAIMS, { crit: ['x'], x: 1 })],
    ['its members at the top', () => sign({ ...CLAIMS, token_introspection: undefined, ...GOOD })],
    ['a list of answers', () => sign({ ...CLAIMS, token_introspection: [GOOD] })],
    ['an answer as text', () => sign({ ...CLAIMS, token_introspection: JSON.stringify(GOOD) })],
    [
      'a symmetric signature',
      () => sign(CLAIMS, { alg: 'HS256', kid: undefined }, KeyPair.fromSecret('HS256', 'secret'.repeat(8))),
    ],
    ['no signature', () => forgeToken({ header: { alg: 'none', typ: 'token-introspection+jwt' }, payload: CLAIMS })],
    ['a broken signature', () => `${sign(CLAIMS).slice(0, -4)}AAAA`],
    ['a changed payload', () => sign(CLAIMS).replace(/\.[^.]+\./, `.${encodeSegment({ ...CLAIMS, x: 1 })}.`)],
    ['duplicate members', () => sign(JSON.stringify(CLAIMS).replace('"active":true', '"active":false,"active":true'))],
    ['five parts', () => 'a.b.c.d.e'],
    ['a quote that would break out of its envelope', () => 'a","x":"b'],
    ['nothing', () => ''],
  ])('with %s are refused', async (_name, make) => {
    const { verifier, events } = rig(signed(make()));
    expect(await outcomeOf(verifier, 'token')).toBe(UNAVAILABLE);
    expect(JSON.stringify(events)).not.toContain('token_introspection');
  });

  it('are the only ones: a plain one would let a man in the middle speak', async () => {
    const { verifier, events } = rig(() => ({ json: GOOD }));
    expect(await outcomeOf(verifier, 'token')).toBe(UNAVAILABLE);
    expect(events).toContainEqual({
      type: 'introspection.protocol_violation',
      url: URLS.introspect,
      violation: 'the answer is not signed',
    });
    const disguised = rig(async () => ({ json: { jwt: sign(CLAIMS) } }));
    expect(await outcomeOf(disguised.verifier, 'token')).toBe(UNAVAILABLE);
  });

  it('may be signed by a new key: the keys are fetched again, though not over and over', async () => {
    const { verifier, documents, fetched, time } = rig(async () => ({
      text: sign({ ...CLAIMS, iat: time.now }, { kid: 'two' }, other),
      headers: { 'content-type': TYPE },
    }));
    expect(await outcomeOf(verifier, 'token')).toBe(UNAVAILABLE);
    expect(await outcomeOf(verifier, 'token')).toBe(UNAVAILABLE);
    expect(fetched(URLS.keys)).toBe(1);
    documents.keys = { json: { keys: [...key.jwks.keys, { ...other.jwk, kid: 'two' }] } };
    time.now += 30;
    expect(await outcomeOf(verifier, 'token')).toBe('accepted');
    expect(fetched(URLS.keys)).toBe(2);
  });

  it.each<[string, ScriptedAnswer]>([
    ['cannot be had', { status: 400 }],
    ['are no JSON', { text: 'no' }],
    ['are no set', { json: { keys: {} } }],
    ['are symmetric', { json: { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'one' }] } }],
    ['are none', { json: { keys: [] } }],
  ])('cannot be believed when the keys %s', async (_name, answer) => {
    const { verifier, documents } = rig(signed(sign(CLAIMS)));
    documents.keys = answer;
    expect(await outcomeOf(verifier, 'token')).toBe(UNAVAILABLE);
  });

  it('skip malformed and private keys in the set', async () => {
    const { verifier, documents } = rig(signed(sign(CLAIMS)));
    documents.keys = { json: { keys: [null, 1, 'key', [], {}, { kty: 'EC', d: 'x', kid: 'one' }, ...key.jwks.keys] } };
    expect(await outcomeOf(verifier, 'token')).toBe('accepted');
  });

  it('do not open a door for statuses: 400 is still about the token, 500 about the server', async () => {
    expect(await outcomeOf(rig(() => ({ status: 400 })).verifier, 't')).toBe('not_recognized');
    expect(await outcomeOf(rig(() => ({ status: 500 })).verifier, 't')).toBe(UNAVAILABLE);
  });

  it('keep the cap on size', async () => {
    const { verifier } = rig(signed(sign({ ...CLAIMS, filler: 'x'.repeat(2_000) })), { maxBytes: 1_000 });
    expect(await outcomeOf(verifier, 't')).toBe(UNAVAILABLE);
  });

  it('are kept by the cache as their content', async () => {
    const { verifier, fetched } = rig(signed(sign(CLAIMS)), { cache: { ttlSeconds: 60 } });
    await verifier.verifyToken('token');
    await verifier.verifyToken('token');
    expect(fetched(URLS.introspect)).toBe(1);
  });
});
