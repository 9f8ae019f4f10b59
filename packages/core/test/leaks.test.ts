import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createAccessToken } from '../src/access-token.js';
import { AuthError, invalidToken } from '../src/auth-error.js';
import { authenticate } from '../src/authenticate.js';
import { toChallenge } from '../src/challenge.js';
import { firstMatch } from '../src/first-match-verifier.js';
import { safeVerify } from '../src/token-verifier.js';
import type { VerifierEvent } from '../src/verifier-events.js';
import { FakeVerifier, foreignVerifier } from './fakes.js';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9+/.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlc2lnbmF0dXJl==';

/** Everything that the usual ways to write a value down would show of it. */
function writtenDown(value: unknown): string {
  const texts: string[] = [];
  const out = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      texts.push(chunk.toString());
      done();
    },
  });
  const console = new Console({ stdout: out, stderr: out });
  console.log(value);
  console.log('%s %o %O %j', value, value, value, value);
  console.dir(value, { depth: null, showHidden: true });
  console.error(value);
  texts.push(inspect(value, { showHidden: true, getters: true, depth: Number.POSITIVE_INFINITY, showProxy: true }));
  texts.push(JSON.stringify(value) ?? '', String(value), JSON.stringify({ ...(value as object) }));
  texts.push(
    JSON.stringify(Object.entries(value as object)),
    Reflect.ownKeys(value as object)
      .map(String)
      .join(),
  );
  try {
    texts.push(inspect(structuredClone(value), { depth: null, showHidden: true }));
  } catch {
    // What cannot be cloned cannot leak that way.
  }
  for (let error = value; error instanceof Error; error = error.cause) texts.push(error.message, String(error.stack));
  return texts.join('\n');
}

function expectClean(value: unknown): void {
  const text = writtenDown(value);
  expect(text).not.toContain(TOKEN);
  expect(text).not.toContain(encodeURIComponent(TOKEN));
}

it('this file would notice a token that shows', () => {
  for (const shown of [
    { token: TOKEN },
    new Error(TOKEN),
    new Map([[TOKEN, 1]]),
    { deep: { er: [new Set([TOKEN])] } },
  ]) {
    expect(writtenDown(shown)).toContain(TOKEN);
  }
});

describe('an AccessToken [checklist 56]', () => {
  const claims = { sub: 'alice', raw: TOKEN, header: `Bearer ${TOKEN}`, list: [TOKEN], [TOKEN]: 1 };
  const accessToken = createAccessToken(TOKEN, { clientId: 'app', subject: 'alice', claims });

  it('has its token for those who ask for it', () => {
    expect(accessToken.token).toBe(TOKEN);
  });

  it('does not show it in any other way', () => {
    expectClean(accessToken);
    expectClean({ user: accessToken, list: [accessToken], map: new Map([['user', accessToken]]) });
    expect(Object.keys(accessToken)).not.toContain('token');
    expect('token' in { ...accessToken }).toBe(false);
    const names: string[] = [];
    for (const name in accessToken) names.push(name);
    expect(names).not.toContain('token');
  });
});

class UpstreamClient {
  readonly defaults = { headers: { authorization: `Bearer ${TOKEN}` } };
}

const HIDDEN = Symbol('kRequest');

/** What libraries throw when they fail with a token in their hands. */
const LEAKY: readonly (readonly [string, () => unknown])[] = [
  ['a text', () => TOKEN],
  ['an error message', () => new Error(`invalid token ${TOKEN}`)],
  ['an error message, percent-encoded', () => new Error(`GET /introspect?token=${encodeURIComponent(TOKEN)} failed`)],
  ['a stack', () => Object.assign(new Error('x'), { stack: `Error: ${TOKEN}\n    at verify` })],
  ['a cause', () => new Error('x', { cause: new Error('y', { cause: TOKEN }) })],
  ['an aggregate error', () => new AggregateError([new Error('a'), new Error(TOKEN)], 'all failed')],
  [
    'the config of an axios error',
    () => Object.assign(new Error('x'), { config: { headers: { authorization: `Bearer ${TOKEN}` } } }),
  ],
  ['the client behind an error', () => Object.assign(new Error('x'), { client: new UpstreamClient() })],
  ['a Map and a Set', () => new Error('x', { cause: new Map([['tokens', new Set([TOKEN])]]) })],
  [
    'header fields',
    () => Object.assign(new Error('x'), { headers: new Headers({ authorization: `Bearer ${TOKEN}` }) }),
  ],
  [
    'a URL',
    () => Object.assign(new Error('x'), { url: new URL(`https://idp.example/?token=${encodeURIComponent(TOKEN)}`) }),
  ],
  ['bytes', () => Object.assign(new Error('x'), { body: Buffer.from(`token=${TOKEN}`) })],
  [
    'a getter',
    () => Object.defineProperty(new Error('x'), 'request', { enumerable: true, get: () => ({ token: TOKEN }) }),
  ],
  ['a hidden member', () => Object.defineProperty(new Error('x'), 'request', { value: { token: TOKEN } })],
  ['a symbol member', () => Object.assign(new Error('x'), { [HIDDEN]: { token: TOKEN } })],
  ['an AuthError with details', () => invalidToken('not_recognized', { check: 'lookup', actual: TOKEN })],
  ['an AuthError with a cause', () => new AuthError('temporarily_unavailable', { cause: new Error(TOKEN) })],
];

describe.each(LEAKY)('a verifier that throws %s with the token', (_what, make) => {
  const events: VerifierEvent[] = [];
  const observer = (event: VerifierEvent): void => void events.push(event);
  const throws = (): never => {
    throw make();
  };
  const ours = new FakeVerifier(throws, { observer });
  const theirs = foreignVerifier(async () => throws());

  it.each([
    ['a TokenVerifier', ours],
    ['a verifier of somebody else', theirs],
    ['firstMatch', firstMatch([theirs, ours])],
  ])('leaks nothing through %s: not in the error, its cause, the events or the answer', async (_how, verifier) => {
    const results = [
      await safeVerify(verifier, TOKEN),
      await authenticate({ authorization: `Bearer ${TOKEN}`, verifier }).then(
        () => ({ ok: true }) as const,
        (error: unknown) => ({ ok: false, error: error as AuthError }) as const,
      ),
    ];
    for (const result of results) {
      if (result.ok) throw new Error('it was accepted');
      expect(result.error).toBeInstanceOf(AuthError);
      expectClean(result.error);
      expectClean(toChallenge(result.error));
    }
    for (const event of events) expectClean(event);
  });
});

it('a verifier that is printed shows no token that it has seen', async () => {
  const verifier = new FakeVerifier(() => ({ clientId: 'app' }));
  await verifier.verifyToken(TOKEN);
  verifier.seen.length = 0;
  expectClean(verifier);
  expectClean(firstMatch([verifier]));
});

it('an accepted token shows in no event', async () => {
  const events: VerifierEvent[] = [];
  const claims = { raw: TOKEN };
  const verifier = new FakeVerifier(() => ({ clientId: 'app', claims }), { observer: (event) => events.push(event) });
  await verifier.verifyToken(TOKEN);
  expect(events).toHaveLength(1);
  expectClean(events[0]);
});
