import type { VerifierEvent } from '@auth/core';
import { CompactSign, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { IntrospectionTokenVerifierOptions } from '../src/options.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';
import { type MemoryAnswer, memoryTransport } from './support/memory-transport.js';
import { outcomeOf } from './support/outcome.js';

const NOW = 1_800_000_000;
const ISSUER = 'https://auth.example';
const URLS = { introspect: `${ISSUER}/introspect`, keys: `${ISSUER}/keys` };
const GOOD = { active: true, client_id: 'c', scope: 'read' };
const CLAIMS = { iss: ISSUER, aud: 'rs', iat: NOW, token_introspection: GOOD };
const TYPE = 'application/token-introspection+jwt';
const UNAVAILABLE = 'temporarily_unavailable';

let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let others: Awaited<ReturnType<typeof generateKeyPair>>;
let jwks: { keys: unknown[] };
beforeAll(async () => {
  keys = await generateKeyPair('ES256', { extractable: true });
  others = await generateKeyPair('ES256', { extractable: true });
  jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] };
});

const sign = (
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
  key = keys.privateKey,
): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'token-introspection+jwt', ...header })
    .sign(key);

function rig(
  answer: () => MemoryAnswer | Promise<MemoryAnswer>,
  more: Partial<IntrospectionTokenVerifierOptions> = {},
) {
  const time = { now: NOW };
  const events: VerifierEvent[] = [];
  const documents: { keys: MemoryAnswer } = { keys: { json: jwks } };
  const transport = memoryTransport(({ url }) => (url === URLS.keys ? documents.keys : answer()));
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

const signed = (jwt: string | Promise<string>) => async (): Promise<MemoryAnswer> => ({
  text: await jwt,
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

  it.each<[string, () => Promise<string>]>([
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
    ['another key', () => sign(CLAIMS, {}, others.privateKey)],
    ['an unknown key id', () => sign(CLAIMS, { kid: 'two' })],
    [
      'a crit',
      () =>
        new SignJWT(CLAIMS)
          .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'token-introspection+jwt', crit: ['x'], x: 1 })
          .sign(keys.privateKey, { crit: { x: true } }),
    ],
    ['its members at the top', () => sign({ ...CLAIMS, token_introspection: undefined, ...GOOD })],
    ['a list of answers', () => sign({ ...CLAIMS, token_introspection: [GOOD] })],
    ['an answer as text', () => sign({ ...CLAIMS, token_introspection: JSON.stringify(GOOD) })],
    [
      'a symmetric signature',
      () =>
        new SignJWT(CLAIMS)
          .setProtectedHeader({ alg: 'HS256', typ: 'token-introspection+jwt' })
          .sign(new TextEncoder().encode('secret'.repeat(8))),
    ],
    [
      'no signature',
      async () =>
        `${btoa('{"alg":"none","typ":"token-introspection+jwt"}')}.${(await sign(CLAIMS)).split('.')[1]}.`.replaceAll(
          '=',
          '',
        ),
    ],
    ['a broken signature', async () => `${(await sign(CLAIMS)).slice(0, -4)}AAAA`],
    [
      'a changed payload',
      async () =>
        (await sign(CLAIMS)).replace(/\.[^.]+\./, `.${btoa(JSON.stringify({ ...CLAIMS, x: 1 })).replaceAll('=', '')}.`),
    ],
    [
      'duplicate members',
      async () => {
        const payload = JSON.stringify(CLAIMS).replace('"active":true', '"active":false,"active":true');
        return new CompactSign(new TextEncoder().encode(payload))
          .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'token-introspection+jwt' })
          .sign(keys.privateKey);
      },
    ],
    ['five parts', async () => 'a.b.c.d.e'],
    ['a quote that would break out of its envelope', async () => 'a","x":"b'],
    ['nothing', async () => ''],
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
    const disguised = rig(async () => ({ json: { jwt: await sign(CLAIMS) } }));
    expect(await outcomeOf(disguised.verifier, 'token')).toBe(UNAVAILABLE);
  });

  it('may be signed by a new key: the keys are fetched again, though not over and over', async () => {
    const { verifier, documents, fetched, time } = rig(async () => ({
      text: await sign({ ...CLAIMS, iat: time.now }, { kid: 'two' }, others.privateKey),
      headers: { 'content-type': TYPE },
    }));
    expect(await outcomeOf(verifier, 'token')).toBe(UNAVAILABLE);
    expect(await outcomeOf(verifier, 'token')).toBe(UNAVAILABLE);
    expect(fetched(URLS.keys)).toBe(1);
    documents.keys = { json: { keys: [...jwks.keys, { ...(await exportJWK(others.publicKey)), kid: 'two' }] } };
    time.now += 30;
    expect(await outcomeOf(verifier, 'token')).toBe('accepted');
    expect(fetched(URLS.keys)).toBe(2);
  });

  it.each<[string, MemoryAnswer]>([
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
    documents.keys = { json: { keys: [null, 1, 'key', [], {}, { kty: 'EC', d: 'x', kid: 'one' }, ...jwks.keys] } };
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
