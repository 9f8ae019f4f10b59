import { type AuthError, isAuthError, type VerifierEvent } from '@auth/core';
import { httpReply, jsonReply } from '@auth/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createRemoteKeys, type RemoteKeysInit } from '../src/remote-keys.js';
import { down, ecJwk, type Jwk, jwksOf, pathsOf, type Rig, startRig, until } from './jwks-endpoint.js';

const A = ecJwk('a');
const B = ecJwk('b');

const rigs: Rig[] = [];
const rig = async (...args: Parameters<typeof startRig>): Promise<Rig> => {
  const made = await startRig(...args);
  rigs.push(made);
  return made;
};
afterEach(async () => {
  await Promise.all(rigs.splice(0).map((made) => made.close()));
});

const typesOf = (events: readonly VerifierEvent[]): string[] => events.map(({ type }) => type);
const rejection = async (work: unknown): Promise<AuthError> => {
  const error = await Promise.resolve(work).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isAuthError(error)) throw new Error('expected a rejection with an AuthError');
  return error;
};

describe('fetching', () => {
  test('nothing is fetched before keys are needed, and then once', async () => {
    const { source, endpoint, find } = await rig(jsonReply(jwksOf(A)));
    expect(pathsOf(endpoint)).toEqual([]);
    expect(source.kids).toEqual([]);
    expect(await find('a')).toBe(1);
    expect(await find('a')).toBe(1);
    expect(pathsOf(endpoint)).toEqual(['/jwks']);
    expect(source.kids).toEqual(['a']);
  });

  test('OBS-cold-callers: 500 concurrent cold callers cause one fetch', async () => {
    const made = await rig(jsonReply(jwksOf(A)));
    const found = await Promise.all(Array.from({ length: 500 }, () => made.find('a')));
    expect(new Set(found)).toEqual(new Set([1]));
    expect(made.fetches).toBe(1);
  });

  test('OBS-cold-callers, CVE-2025-64527: 500 concurrent cold callers of an endpoint that is down cause one fetch, and all get the same answer', async () => {
    const made = await rig(down);
    const errors = await Promise.all(Array.from({ length: 500 }, () => rejection(made.find('a'))));
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['temporarily_unavailable']));
    expect(made.fetches).toBe(1);
    // What comes right after fails as well, without another fetch.
    expect((await rejection(made.find('a'))).retryAfterSeconds).toBe(1);
    expect(made.fetches).toBe(1);
  });

  test('keys at hand are given synchronously', async () => {
    const { source, find } = await rig(jsonReply(jwksOf(A)));
    await find('a');
    expect(source.findKeys({ algorithm: 'ES256', kid: 'a' })).toHaveLength(1);
    expect(source.findKeys({ algorithm: 'ES256' })).toHaveLength(1);
  });

  test('ready() fetches the keys, once, and rejects when they cannot be had', async () => {
    const made = await rig(down);
    expect((await rejection(made.source.ready())).code).toBe('temporarily_unavailable');
    made.endpoint.reply = jsonReply(jwksOf(A));
    made.clock.now += 1;
    await made.source.ready();
    await made.source.ready();
    expect(made.fetches).toBe(2);
    expect(await made.find('a')).toBe(1);
  });

  test('one caller that gives up takes nothing from the others', async () => {
    let release = (): void => undefined;
    const made = await rig((request, socket) => {
      release = () => jsonReply(jwksOf(A))(request, socket);
    });
    const first = Promise.race([made.find('a'), Promise.resolve('gave up')]);
    const second = made.find('a');
    expect(await first).toBe('gave up');
    await until(() => made.fetches === 1);
    release();
    expect(await second).toBe(1);
    expect(made.fetches).toBe(1);
  });
});

describe('life of a set', () => {
  test.each([
    ['600 s when the server says nothing', {}, {}, 600],
    ['what Cache-Control says', { 'cache-control': 'max-age=900' }, {}, 900],
    ['at least 60 s', { 'cache-control': 'no-store' }, {}, 60],
    ['at most 24 h', { 'cache-control': 'max-age=31536000' }, {}, 86_400],
    [
      'what the user says, unclamped, whatever the server says',
      { 'cache-control': 'max-age=900' },
      { ttlSeconds: 0.3 },
      0.3,
    ],
  ])('is %s', async (_name, headers, remoteKeys, ttlSeconds) => {
    const made = await rig(jsonReply(jwksOf(A), { headers }), () => ({ remoteKeys }));
    await made.find('a');
    expect(made.events).toMatchObject([
      { type: 'keys.refreshed', url: made.endpoint.jwksUri, keyCount: 1, ttlSeconds },
    ]);
    made.clock.now += ttlSeconds * 0.89;
    await made.find('a');
    expect(made.fetches).toBe(1);
    made.clock.now += ttlSeconds;
    await made.find('a');
    expect(made.fetches).toBe(2);
  });

  test('OBS-eternal-keys: past it, a removed key is not used any more while the endpoint answers', async () => {
    const made = await rig(jsonReply(jwksOf(A, B)));
    expect(await made.find('a')).toBe(1);
    made.endpoint.reply = jsonReply(jwksOf(B));
    made.clock.now += 600;
    expect(await made.find('a')).toBe(0);
    expect(await made.find('b')).toBe(1);
  });

  test('near its end the set is refreshed behind the back of the request, which does not wait', async () => {
    const made = await rig(jsonReply(jwksOf(A)));
    await made.find('a');
    let release = (): void => undefined;
    made.endpoint.reply = (request, socket) => {
      release = () => jsonReply(jwksOf(A, B))(request, socket);
    };
    made.clock.now += 599;
    expect(made.source.findKeys({ algorithm: 'ES256', kid: 'a' })).toHaveLength(1);
    expect(made.source.findKeys({ algorithm: 'ES256', kid: 'a' })).toHaveLength(1);
    await until(() => made.fetches === 2);
    release();
    await until(() => made.source.kids.length === 2);
    expect(made.fetches).toBe(2);
    made.clock.now += 500;
    expect(made.source.findKeys({ algorithm: 'ES256', kid: 'b' })).toHaveLength(1);
  });

  test('a background refresh that fails disturbs nobody', async () => {
    const made = await rig(jsonReply(jwksOf(A)));
    await made.find('a');
    made.endpoint.reply = down;
    made.clock.now += 599;
    expect(await made.find('a')).toBe(1);
    await until(() => made.events.length === 2);
    expect(made.events[1]).toMatchObject({
      type: 'keys.refresh_failed',
      failure: 'status',
      status: 503,
      servingStale: true,
    });
    expect(await made.find('a')).toBe(1);
    expect(made.fetches).toBe(2);
  });
});

describe('revalidation', () => {
  const withEtag = (made: Rig, headers: Record<string, string> = {}): void => {
    made.endpoint.reply = (request, socket) => {
      const known = request.headers['if-none-match'] === '"v1"';
      const reply = known
        ? httpReply({ status: 304, headers })
        : jsonReply(jwksOf(A), { headers: { etag: '"v1"', ...headers } });
      return reply(request, socket);
    };
  };

  test('a set with an ETag is confirmed by 304, which keeps the generation', async () => {
    const made = await rig(down);
    withEtag(made);
    await made.find('a');
    const { generation } = made.source;
    for (let round = 0; round < 3; round++) {
      made.clock.now += 600;
      expect(await made.find('a')).toBe(1);
    }
    expect(made.fetches).toBe(4);
    expect(made.source.generation).toBe(generation);
    expect(made.events.at(-1)).toEqual({
      type: 'keys.refreshed',
      url: made.endpoint.jwksUri,
      keyCount: 1,
      ttlSeconds: 600,
      notModified: true,
    });
  });

  test('what a 304 does not say again about the life of the set still holds', async () => {
    const made = await rig(down);
    withEtag(made);
    const confirm = made.endpoint.reply;
    const first = jsonReply(jwksOf(A), { headers: { etag: '"v1"', 'cache-control': 'max-age=900' } });
    made.endpoint.reply = (request, socket) =>
      request.headers['if-none-match'] === undefined ? first(request, socket) : confirm(request, socket);
    await made.find('a');
    made.clock.now += 900;
    await made.find('a');
    expect(made.events.at(-1)).toMatchObject({ notModified: true, ttlSeconds: 900 });
  });

  test('a 304 that nobody asked for is a failure', async () => {
    const made = await rig(httpReply({ status: 304 }));
    expect((await rejection(made.find('a'))).code).toBe('temporarily_unavailable');
  });

  test.each(['"\u00e9"', 'unquoted', `"${'x'.repeat(600)}"`])('an ETag that is none is not sent back', async (etag) => {
    const made = await rig(jsonReply(jwksOf(A), { headers: { etag } }));
    await made.find('a');
    made.clock.now += 600;
    expect(await made.find('a')).toBe(1);
    expect(made.endpoint.requests[1]?.headers['if-none-match']).toBeUndefined();
  });
});

describe('generation', () => {
  test('changes when the keys change, and not when the same ones come again, in whatever order', async () => {
    const made = await rig(jsonReply(jwksOf(A, B)));
    await made.find('a');
    const first = made.source.generation;
    const next = async (...keys: Jwk[]): Promise<number> => {
      made.endpoint.reply = jsonReply(jwksOf(...keys));
      made.clock.now += 600;
      await made.source.ready();
      return made.source.generation;
    };
    expect(await next(A, B)).toBe(first);
    expect(await next(B, Object.fromEntries(Object.entries(A).reverse()))).toBe(first);
    expect(await next(B)).toBeGreaterThan(first);
    const second = made.source.generation;
    expect(await next(ecJwk('b'))).toBeGreaterThan(second);
  });
});

describe('unknown kids', () => {
  test('rotation is seen at once: the first refetch is possible right after the first load', async () => {
    const made = await rig(jsonReply(jwksOf(A)));
    await made.find('a');
    made.endpoint.reply = jsonReply(jwksOf(A, B));
    expect(await made.find('b')).toBe(1);
    expect(made.fetches).toBe(2);
  });

  test('OBS-forged-kids: 10,000 distinct unknown kids in 10 s cause one fetch, and good tokens are served all through the flood', async () => {
    const made = await rig(jsonReply(jwksOf(A)));
    await made.find('a');
    for (let index = 0; index < 10_000; index++) {
      made.clock.now += 0.001;
      expect(await made.find(`forged-${index}`)).toBe(0);
      if (index % 10 === 0) expect(made.source.findKeys({ algorithm: 'ES256', kid: 'a' })).toHaveLength(1);
    }
    expect(made.fetches).toBe(2);
    made.clock.now += 21;
    await Promise.all(Array.from({ length: 100 }, (_, index) => made.find(`again-${index}`)));
    expect(made.fetches).toBe(3);
  });

  test('after a flood a rotated key is found when the cooldown is over', async () => {
    const made = await rig(jsonReply(jwksOf(A)));
    await made.find('forged');
    await made.find('forged');
    made.endpoint.reply = jsonReply(jwksOf(B));
    expect(await made.find('b')).toBe(0);
    made.clock.now += 30;
    expect(await made.find('b')).toBe(1);
  });

  test('a hit uses up the cooldown as well', async () => {
    const made = await rig(jsonReply(jwksOf(A)));
    await made.find('a');
    made.endpoint.reply = jsonReply(jwksOf(A, B));
    expect(await made.find('b')).toBe(1);
    made.endpoint.reply = jsonReply(jwksOf(A, B, ecJwk('c')));
    expect(await made.find('c')).toBe(0);
    expect(made.fetches).toBe(2);
  });

  test('without a key for the algorithm, too, there is one fetch a cooldown', async () => {
    const made = await rig(jsonReply(jwksOf(A)), () => ({ algorithms: ['ES256', 'RS256'] }));
    await made.find('a');
    for (let index = 0; index < 100; index++) {
      expect(await made.find(undefined, 'RS256')).toBe(0);
      expect(await made.find('a', 'RS256')).toBe(0);
    }
    expect(made.fetches).toBe(2);
  });

  test('while the endpoint is down they are unknown, not unavailable: no token may produce that', async () => {
    const made = await rig(jsonReply(jwksOf(A)));
    await made.find('a');
    made.endpoint.reply = down;
    for (let round = 0; round < 20; round++) {
      expect(await made.find(`forged-${round}`)).toBe(0);
      expect(await made.find('a')).toBe(1);
      made.clock.now += 0.5;
    }
    expect(made.fetches).toBe(2);
  });

  test('a token that arrives during a fetch which was answered before its key was published is not refused', async () => {
    const made = await rig(jsonReply(jwksOf(A)));
    await made.find('a');
    let release = (): void => undefined;
    made.endpoint.reply = (request, socket) => {
      release = () => jsonReply(jwksOf(A))(request, socket);
    };
    made.clock.now += 599;
    await made.find('a');
    await until(() => made.fetches === 2);
    const late = made.find('b');
    made.endpoint.reply = jsonReply(jwksOf(A, B));
    release();
    expect(await late).toBe(1);
    expect(made.fetches).toBe(3);
  });

  test('the same holds for tokens that join the very first fetch', async () => {
    let release = (): void => undefined;
    const made = await rig((request, socket) => {
      release = () => jsonReply(jwksOf(A))(request, socket);
    });
    const first = made.find('a');
    await until(() => made.fetches === 1);
    const late = [made.find('b'), made.find('b')];
    made.endpoint.reply = jsonReply(jwksOf(A, B));
    release();
    expect(await Promise.all([first, ...late])).toEqual([1, 1, 1]);
    expect(made.fetches).toBe(2);
  });
});

describe('outage', () => {
  test('OBS-eternal-keys: good tokens pass up to the stale bound and are then unavailable; forged ones do not change that', async () => {
    const made = await rig(jsonReply(jwksOf(A)));
    await made.find('a');
    const loadedAt = made.clock.now;
    made.endpoint.reply = down;
    for (let second = 10; second < 600 + 3600; second += 10) {
      made.clock.now = loadedAt + second;
      expect(await made.find('a')).toBe(1);
      expect(await made.find('forged')).toBe(0);
    }
    for (const second of [600 + 3600, 10_000, 1e7]) {
      made.clock.now = loadedAt + second;
      const error = await rejection(made.find('a'));
      expect(error).toMatchObject({ code: 'temporarily_unavailable', status: 503 });
      expect(error.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    }
    // One attempt a minute, more or less, however many requests came.
    expect(made.fetches).toBeLessThan(600 / 30 + 3600 / 60 + 20);
  });

  test('maxStaleSeconds: 0 means that a set past its life is never used', async () => {
    const made = await rig(jsonReply(jwksOf(A)), () => ({ remoteKeys: { maxStaleSeconds: 0 } }));
    await made.find('a');
    made.endpoint.reply = down;
    made.clock.now += 600;
    expect((await rejection(made.find('a'))).code).toBe('temporarily_unavailable');
  });

  test('OBS-fetch-per-token: failures back off, and recovery is seen within one step of it', async () => {
    const made = await rig(down);
    const steps: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt++) {
      const { retryAfterSeconds = 0 } = await rejection(made.find('a'));
      expect(made.fetches).toBe(attempt);
      steps.push(retryAfterSeconds);
      made.clock.now += retryAfterSeconds - 0.001;
      await rejection(made.find('a'));
      expect(made.fetches).toBe(attempt);
      made.clock.now += 0.001;
    }
    expect(steps).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    made.endpoint.reply = jsonReply(jwksOf(A));
    expect(await made.find('a')).toBe(1);
  });

  test('a set that was lost comes back when the endpoint does', async () => {
    const made = await rig(jsonReply(jwksOf(A)));
    await made.find('a');
    made.endpoint.reply = down;
    made.clock.now += 10_000;
    await rejection(made.find('a'));
    made.endpoint.reply = jsonReply(jwksOf(A));
    made.clock.now += 1;
    expect(await made.find('a')).toBe(1);
  });

  test('events tell of each transition, in order', async () => {
    const made = await rig(jsonReply(jwksOf(A)));
    await made.find('a');
    made.endpoint.reply = down;
    made.clock.now += 600;
    await made.find('a');
    made.clock.now += 1;
    await made.find('a');
    made.endpoint.reply = jsonReply(jwksOf(A));
    made.clock.now += 2;
    await made.find('a');
    expect(made.events).toMatchObject([
      { type: 'keys.refreshed' },
      { type: 'keys.refresh_failed', failures: 1, retryInSeconds: 1, servingStale: true, status: 503 },
      { type: 'keys.refresh_failed', failures: 2, retryInSeconds: 2, servingStale: true, status: 503 },
      { type: 'keys.refreshed' },
    ]);
  });

  test('an observer that throws changes nothing', async () => {
    const made = await rig(jsonReply(jwksOf(A, { kty: 'oct', k: 'c2VjcmV0' })), () => ({
      observer: () => {
        throw new Error('observer');
      },
    }));
    expect(await made.find('a')).toBe(1);
  });
});

describe('keys of a set', () => {
  const odd: readonly unknown[] = [
    'text',
    null,
    7,
    [],
    {},
    { kty: 'RSA', kid: 'malformed' },
    { ...ecJwk('private'), d: 'AAAA' },
    { kty: 'oct', kid: 'symmetric', k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA' },
    ecJwk('encryption', { use: 'enc' }),
    ecJwk('other algorithm', { alg: 'ES384' }),
    { kty: 'XYZ', kid: 'foreign' },
  ];

  test('OBS-one-bad-key: those that cannot be used are left out and reported, without key material; the others work', async () => {
    const made = await rig(jsonReply(jwksOf(...odd, A)));
    expect(await made.find('a')).toBe(1);
    expect(made.source.kids).toEqual(['a']);
    expect(typesOf(made.events)).toEqual(['keys.ignored', 'keys.refreshed']);
    const [ignored] = made.events;
    if (ignored?.type !== 'keys.ignored') throw new Error('expected keys.ignored');
    expect(ignored.ignored).toHaveLength(odd.length);
    expect(ignored.ignored.map(({ kid }) => kid)).toContain('symmetric');
    expect(JSON.stringify(made.events)).not.toMatch(/c2VjcmV0|AAAA/);
  });

  test('the same ignored keys are not reported with every refresh', async () => {
    const made = await rig(jsonReply(jwksOf(...odd, A)));
    for (let round = 0; round < 3; round++) {
      await made.find('a');
      made.clock.now += 600;
    }
    expect(typesOf(made.events).filter((type) => type === 'keys.ignored')).toHaveLength(1);
  });

  test('a first set without one usable key is unavailable', async () => {
    const made = await rig(jsonReply(jwksOf(...odd)));
    expect((await rejection(made.find('malformed'))).code).toBe('temporarily_unavailable');
    expect(made.events).toMatchObject([
      { type: 'keys.ignored' },
      { type: 'keys.refresh_failed', failure: 'no_usable_key', servingStale: false },
    ]);
  });

  test.each([
    ['an empty set (OBS-empty-set)', jwksOf()],
    ['an empty object (OBS-empty-set)', {}],
    ['keys: null', { keys: null }],
    ['keys that are an object', { keys: { 0: A, length: 1 } }],
    ['only unusable keys', jwksOf(...odd)],
    ['too many keys', jwksOf(...Array.from({ length: 257 }, () => A))],
  ])('%s does not replace a good set', async (_name, answer) => {
    const made = await rig(jsonReply(jwksOf(A)));
    await made.find('a');
    made.endpoint.reply = jsonReply(answer);
    made.clock.now += 600;
    expect(await made.find('a')).toBe(1);
    expect(made.fetches).toBe(2);
    expect(made.events.at(-1)).toMatchObject({ type: 'keys.refresh_failed', servingStale: true });
  });

  test('256 keys are allowed, and maxKeys lowers that', async () => {
    const many = Array.from({ length: 256 }, (_, index) => ({ ...A, kid: `k${index}` }));
    const made = await rig(jsonReply(jwksOf(...many)));
    expect(await made.find('k255')).toBe(1);
    const capped = await rig(jsonReply(jwksOf(A, B)), () => ({ remoteKeys: { maxKeys: 1 } }));
    expect((await rejection(capped.find('a'))).code).toBe('temporarily_unavailable');
  });

  test('a token without a kid is tried against every compatible key, at most 8', async () => {
    const made = await rig(jsonReply(jwksOf(A, B, ecJwk(undefined))));
    expect(await made.find()).toBe(3);
    const many = Array.from({ length: 20 }, (_, index) => ({ ...A, kid: `k${index}` }));
    const crowded = await rig(jsonReply(jwksOf(...many)));
    expect(await crowded.find()).toBe(8);
  });

  test('of several keys with one kid each is tried', async () => {
    const made = await rig(jsonReply(jwksOf(ecJwk('a'), A, ecJwk('a'), B)));
    expect(await made.find('a')).toBe(3);
  });

  test.each(['_default', 'undefined', 'null', '__proto__', 'constructor', 'toString'])(
    'a key without a kid is not meant by the kid %s',
    async (kid) => {
      const made = await rig(jsonReply(jwksOf(ecJwk(undefined))));
      expect(await made.find(kid)).toBe(0);
    },
  );
});

describe('closing', () => {
  test('afterwards every call is unavailable, nothing is fetched, and closing again is fine', async () => {
    const made = await rig(jsonReply(jwksOf(A)));
    await made.find('a');
    await made.source.close();
    await made.source.close();
    expect((await rejection(made.find('a'))).code).toBe('temporarily_unavailable');
    expect((await rejection(made.source.ready())).code).toBe('temporarily_unavailable');
    expect(made.fetches).toBe(1);
    expect(made.source.kids).toEqual([]);
  });

  test('a fetch in the air is given up, its callers are told, and no failure is reported', async () => {
    const made = await rig(() => undefined);
    const waiting = rejection(made.find('a'));
    await until(() => made.fetches === 1);
    await made.source.close();
    expect((await waiting).code).toBe('temporarily_unavailable');
    expect(made.events).toEqual([]);
  });
});

describe('on runtimes where requests cannot share I/O', () => {
  afterEach(() => vi.unstubAllGlobals());

  const rigOfWorkers = async (reply: Parameters<typeof startRig>[0]): Promise<Rig> => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    return rig(reply);
  };

  test('the slow answer of an older fetch never replaces that of a newer one', async () => {
    let release = (): void => undefined;
    const made = await rigOfWorkers((request, socket) => {
      release = () => jsonReply(jwksOf(A))(request, socket);
    });
    const slow = made.find('b');
    await until(() => made.fetches === 1);
    made.endpoint.reply = jsonReply(jwksOf(B));
    expect(await made.find('b')).toBe(1);
    release();
    expect(await slow).toBe(1);
    expect(made.source.kids).toEqual(['b']);
    expect(made.source.generation).toBe(1);
  });

  test('no refresh is started that nobody waits for', async () => {
    const made = await rigOfWorkers(jsonReply(jwksOf(A)));
    await made.find('a');
    made.clock.now += 599;
    await made.find('a');
    expect(made.fetches).toBe(1);
    made.clock.now += 1;
    await made.find('a');
    expect(made.fetches).toBe(2);
  });
});

describe('construction', () => {
  const BAD: readonly (readonly [name: string, init: Partial<RemoteKeysInit>, message: RegExp])[] = [
    ['neither place', { jwksUri: undefined }, /jwksUri/],
    ['both places', { discoverIssuer: 'https://issuer.example' }, /jwksUri/],
    ['plain http', { jwksUri: 'http://issuer.example/jwks' }, /jwksUri/],
    ['a password in the URL', { jwksUri: 'https://user:secret@issuer.example/jwks' }, /jwksUri/],
    ['an issuer with a query', { jwksUri: undefined, discoverIssuer: 'https://issuer.example/?a=b' }, /issuer/],
    ['an issuer over plain http', { jwksUri: undefined, discoverIssuer: 'http://issuer.example' }, /issuer/],
    ['an unknown option', { remoteKeys: { ttl: 5 } as object }, /unknown option 'ttl'/],
    ['options that are no object', { remoteKeys: 5 as unknown as object }, /remoteKeys/],
    ['timeoutMs: 0', { remoteKeys: { timeoutMs: 0 } }, /remoteKeys\.timeoutMs/],
    ['timeoutMs: Infinity', { remoteKeys: { timeoutMs: Number.POSITIVE_INFINITY } }, /remoteKeys\.timeoutMs/],
    ['ttlSeconds: 0', { remoteKeys: { ttlSeconds: 0 } }, /remoteKeys\.ttlSeconds/],
    ['ttlSeconds: NaN', { remoteKeys: { ttlSeconds: Number.NaN } }, /remoteKeys\.ttlSeconds/],
    ['ttlSeconds as text', { remoteKeys: { ttlSeconds: '5' as unknown as number } }, /remoteKeys\.ttlSeconds/],
    ['cooldownSeconds: 0', { remoteKeys: { cooldownSeconds: 0 } }, /remoteKeys\.cooldownSeconds/],
    ['maxStaleSeconds: -1', { remoteKeys: { maxStaleSeconds: -1 } }, /remoteKeys\.maxStaleSeconds/],
    ['maxBytes: 0', { remoteKeys: { maxBytes: 0 } }, /remoteKeys\.maxBytes/],
    ['maxBytes: 1.5', { remoteKeys: { maxBytes: 1.5 } }, /remoteKeys\.maxBytes/],
    ['maxKeys: 0', { remoteKeys: { maxKeys: 0 } }, /remoteKeys\.maxKeys/],
  ];

  test.each(BAD)('%s is refused, naming the option and repeating no value', (_name, init, message) => {
    const construct = (): unknown =>
      createRemoteKeys({ owner: 'Owner', jwksUri: 'https://issuer.example/jwks', algorithms: ['ES256'], ...init });
    expect(construct).toThrow(message);
    expect(construct).toThrow(/^Owner/);
    expect(construct).not.toThrow(/secret|user:/);
  });
});
