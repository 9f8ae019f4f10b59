import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessTokenInit } from '../src/access-token.js';
import { AuthError, invalidToken } from '../src/auth-error.js';
import {
  assertScopes,
  assertTokenSize,
  safeVerify,
  TOKEN_VERIFIER_OPTIONS,
  TokenVerifier,
  type TokenVerifierOptions,
} from '../src/token-verifier.js';
import type { VerifierEvent } from '../src/verifier-events.js';
import { alice, authErrorOf, FakeVerifier, foreignVerifier, NOW, rejectionOf } from './fakes.js';

describe('TokenVerifier', () => {
  it('resolves to what the subclass said, with the token, frozen', async () => {
    const verifier = new FakeVerifier(() => ({ clientId: 'app', scopes: ['read'] }));
    const accessToken = await verifier.verifyToken('some-token');
    expect(accessToken).toMatchObject({ clientId: 'app', scopes: ['read'], token: 'some-token' });
    expect(Object.isFrozen(accessToken)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['an empty text', ''],
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['a list', ['token']],
    ['an object that says it is a text', { toString: () => 'token', length: 5 }],
  ])('refuses %s as malformed, and the subclass never sees it', async (_what, token) => {
    const verifier = new FakeVerifier(() => ({ clientId: 'app' }));
    expect(await authErrorOf(() => verifier.verifyToken(token as string))).toMatchObject({
      reason: 'malformed',
      status: 401,
    });
    expect(verifier.seen).toEqual([]);
  });

  it.each<[string, number | undefined, string, boolean]>([
    ['the default limit', undefined, 'a'.repeat(16_384), true],
    ['one byte more', undefined, 'a'.repeat(16_385), false],
    [
      'ten megabytes of dots (CVE-2025-30204, CVE-2025-27144, CVE-2025-61920)',
      undefined,
      '.'.repeat(10_000_000),
      false,
    ],
    ['a limit of its own', 3, 'abc', true],
    ['that limit in bytes, not in characters', 3, 'é€', false],
    ['that limit met in bytes', 5, 'é€', true],
    ['a pair of surrogates, four bytes', 4, '😀', true],
    ['a pair of surrogates and one byte too many', 4, '😀a', false],
  ])('looks at no token beyond %s', async (_what, maxTokenBytes, token, accepted) => {
    const verifier = new FakeVerifier(() => ({ clientId: 'app' }), { maxTokenBytes });
    const result = await safeVerify(verifier, token);
    expect(result.ok).toBe(accepted);
    expect(verifier.seen).toHaveLength(accepted ? 1 : 0);
    if (!result.ok) expect(result.error).toMatchObject({ code: 'invalid_token', reason: 'too_large' });
  });

  it.each<[string, unknown, TokenVerifierOptions, string]>([
    ['no expiry', undefined, {}, 'accepted'],
    ['a future expiry', NOW + 1, {}, 'accepted'],
    ['the last moment of the default tolerance', NOW - 4.9, {}, 'accepted'],
    ['the end of the default tolerance', NOW - 5, {}, 'expired'],
    ['no tolerance', NOW, { clockToleranceSeconds: 0 }, 'expired'],
    ['zero, which is not "never"', 0, {}, 'expired'],
    ['NaN', Number.NaN, {}, 'malformed'],
    ['Infinity', Number.POSITIVE_INFINITY, {}, 'malformed'],
    ['a text', String(NOW + 60), {}, 'malformed'],
    ['null', null, {}, 'malformed'],
    ['a clock that reads NaN', NOW + 60, { clock: () => Number.NaN }, 'expired'],
  ])('checks expiry on the way out: %s', async (_what, expiresAt, options, expected) => {
    const verifier = new FakeVerifier(() => ({ clientId: 'app', expiresAt }), options);
    const result = await safeVerify(verifier, 'some-token');
    expect(result.ok ? 'accepted' : result.error.reason).toBe(expected);
  });

  it('demands its scopes, naming all of them and the missing ones [checklist 42, 55, 59]', async () => {
    const options = { requiredScopes: ['a', 'b', 'c'], scopeHierarchy: { all: ['b'] } };
    const verifier = new FakeVerifier(() => ({ clientId: 'app', scopes: ['a', 'all'] }), options);
    expect(await authErrorOf(() => verifier.verifyToken('some-token'))).toMatchObject({
      code: 'insufficient_scope',
      status: 403,
      requiredScopes: ['a', 'b', 'c'],
      missingScopes: ['c'],
    });
  });

  it('says 401 of a token that is both expired and short of scopes (OBS-expired-403) [checklist 58]', async () => {
    const verifier = new FakeVerifier(() => ({ clientId: 'app', expiresAt: NOW - 60 }), { requiredScopes: ['a'] });
    expect(await authErrorOf(() => verifier.verifyToken('some-token'))).toMatchObject({
      status: 401,
      reason: 'expired',
    });
  });

  it.each<[string, () => unknown]>([
    [
      'throws an Error',
      () => {
        throw new Error('boom');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('fetch failed'))],
    ['rejects with a text', () => Promise.reject('boom')],
    ['rejects with nothing', () => Promise.reject()],
    ['rejects with null', () => Promise.reject(null)],
    [
      'throws a proxy',
      () => {
        throw new Proxy(
          {},
          {
            get: () => {
              throw new Error('no');
            },
          },
        );
      },
    ],
    [
      'overflows the stack',
      function again(): unknown {
        return again();
      },
    ],
    ['resolves to null, which is a "no" elsewhere', () => null],
    ['resolves to undefined', () => undefined],
    ['resolves to a text', () => 'alice'],
    ['resolves to scopes that are no list', () => ({ clientId: 'a', scopes: 'admin' })],
    [
      'resolves to claims in a circle',
      () => {
        const claims: Record<string, unknown> = {};
        claims.self = claims;
        return { clientId: 'a', claims };
      },
    ],
    [
      'resolves to a getter that throws',
      () => ({
        get clientId() {
          throw new Error('boom');
        },
      }),
    ],
  ])('turns a subclass that %s into temporarily_unavailable, 503 (OBS-unknown-throw)', async (_how, answer) => {
    const verifier = new FakeVerifier(answer);
    expect(await authErrorOf(() => verifier.verifyToken('some-token'))).toMatchObject({
      code: 'temporarily_unavailable',
      status: 503,
    });
  });

  it('turns a synchronous throw of the subclass into temporarily_unavailable, and keeps the cause', async () => {
    const cause = new Error('the database is down');
    class Broken extends TokenVerifier {
      protected override authenticate(): never {
        throw cause;
      }
    }
    for (const token of ['t', 'tok', 'token', 'some-token', 'test']) {
      const error = await authErrorOf(() => new Broken().verifyToken(token));
      expect(error).toMatchObject({ code: 'temporarily_unavailable', cause });
      expect(error.cause).toBe(cause);
    }
  });

  it('turns a clock that throws into temporarily_unavailable', async () => {
    const clock = (): number => {
      throw new Error('no time');
    };
    const verifier = new FakeVerifier(() => ({ clientId: 'a', expiresAt: NOW }), { clock });
    expect(await authErrorOf(() => verifier.verifyToken('some-token'))).toMatchObject({ status: 503 });
  });

  it('passes an AuthError of the subclass on', async () => {
    const error = invalidToken('revoked');
    const verifier = new FakeVerifier(() => {
      throw error;
    });
    expect(await rejectionOf(() => verifier.verifyToken('some-token'))).toBe(error);
  });

  it('ends the wait of a caller whose signal fires, and does not begin for one whose has', async () => {
    const controller = new AbortController();
    const verifier = new FakeVerifier(() => new Promise(() => undefined));
    const waiting = verifier.verifyToken('some-token', { signal: controller.signal });
    controller.abort();
    expect(await authErrorOf(() => waiting)).toMatchObject({ status: 503 });
    expect(await authErrorOf(() => verifier.verifyToken('other-token', { signal: controller.signal }))).toMatchObject({
      status: 503,
    });
    expect(verifier.seen).toEqual(['some-token']);
  });

  it.each<[string, () => unknown]>([
    ['at once', () => ({ clientId: 'app' })],
    ['by a promise', async () => ({ clientId: 'app' })],
    [
      "by somebody else's promise",
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what this is about
      () => ({ then: (done: (value: object) => void) => done({ clientId: 'app' }) }),
    ],
  ])('takes what the subclass says %s, with and without a signal', async (_what, answer) => {
    class Saying extends TokenVerifier {
      protected override authenticate(): AccessTokenInit {
        return answer() as AccessTokenInit;
      }
    }
    const verifier = new Saying();
    const { signal } = new AbortController();
    expect((await verifier.verifyToken('some-token')).clientId).toBe('app');
    expect((await verifier.verifyToken('some-token', { signal })).clientId).toBe('app');
  });

  it('hands the signal to the subclass', async () => {
    const { signal } = new AbortController();
    const verifier = new FakeVerifier((_token, options) => ({ clientId: String(options.signal === signal) }));
    expect((await verifier.verifyToken('some-token', { signal })).clientId).toBe('true');
  });

  it('holds no state of a request: interleaved calls never see each other (CVE-2026-25536)', async () => {
    const waiting: (() => void)[] = [];
    const verifier = new FakeVerifier(async (token) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { clientId: `client of ${token}` };
    });
    const calls = Array.from({ length: 20 }, (_, index) => verifier.verifyToken(`token-${index}`));
    for (const resume of waiting.reverse()) resume();
    for (const [index, call] of calls.entries()) {
      expect(await call).toMatchObject({ token: `token-${index}`, clientId: `client of token-${index}` });
    }
  });

  it('reports one event for each decision', async () => {
    const events: VerifierEvent[] = [];
    const observer = (event: VerifierEvent): void => void events.push(event);
    const verifier = new FakeVerifier(
      (token) => {
        if (token === 'bad-token') throw invalidToken('expired', { check: 'expiration' });
        if (token === 'odd-token') throw new Error('boom');
        return { clientId: 'app', subject: 'alice', issuer: 'https://i' };
      },
      { observer },
    );
    for (const token of ['good-token', 'bad-token', 'odd-token', '']) await safeVerify(verifier, token);
    expect(events).toEqual([
      { type: 'token.accepted', clientId: 'app', subject: 'alice', issuer: 'https://i' },
      { type: 'token.rejected', code: 'invalid_token', reason: 'expired', details: { check: 'expiration' } },
      { type: 'token.rejected', code: 'temporarily_unavailable' },
      { type: 'token.rejected', code: 'invalid_token', reason: 'malformed' },
    ]);
  });

  it('decides the same, whatever the observer does', async () => {
    const observer = (): never => {
      throw new Error('boom');
    };
    const verifier = new FakeVerifier((token) => (token === 'good' ? { clientId: 'a' } : null), { observer });
    expect((await safeVerify(verifier, 'good')).ok).toBe(true);
    expect((await safeVerify(verifier, 'bad')).ok).toBe(false);
  });
});

describe('the options of TokenVerifier', () => {
  it.each<[string, Record<string, unknown>, typeof TypeError | typeof RangeError]>([
    ['requiredScopes', { requiredScopes: 'read' }, TypeError],
    ['requiredScopes', { requiredScopes: ['a b'] }, TypeError],
    ['scopeHierarchy', { scopeHierarchy: ['a'] }, TypeError],
    ['clockToleranceSeconds', { clockToleranceSeconds: -1 }, RangeError],
    ['clockToleranceSeconds', { clockToleranceSeconds: 301 }, RangeError],
    ['clockToleranceSeconds', { clockToleranceSeconds: Number.NaN }, RangeError],
    ['clockToleranceSeconds', { clockToleranceSeconds: '5' }, TypeError],
    ['maxTokenBytes', { maxTokenBytes: 0 }, RangeError],
    ['maxTokenBytes', { maxTokenBytes: 1.5 }, RangeError],
    ['maxTokenBytes', { maxTokenBytes: Number.POSITIVE_INFINITY }, RangeError],
    ['clock', { clock: 7 }, TypeError],
    ['observer', { observer: {} }, TypeError],
  ])('%s is checked at construction: %o', (name, options, kind) => {
    const make = (): FakeVerifier => new FakeVerifier(() => null, options as TokenVerifierOptions);
    expect(make).toThrow(kind);
    expect(make).toThrow(`FakeVerifier: option '${name}'`);
  });

  it('are copied and not mutated', async () => {
    const options = { requiredScopes: ['a'], scopeHierarchy: { b: ['a'] } };
    const before = structuredClone(options);
    const verifier = new FakeVerifier(() => ({ clientId: 'c', scopes: ['b'] }), Object.freeze(options));
    options.requiredScopes.push('z');
    expect(verifier.requiredScopes).toEqual(['a']);
    expect(Object.isFrozen(verifier.requiredScopes)).toBe(true);
    expect(before.scopeHierarchy).toEqual(options.scopeHierarchy);
    expect((await verifier.verifyToken('some-token')).clientId).toBe('c');
  });

  it('have defaults: no scopes, the wall clock', async () => {
    class Plain extends TokenVerifier {
      protected override async authenticate(): Promise<{ clientId: string; expiresAt: number }> {
        return { clientId: 'c', expiresAt: Date.now() / 1000 + 60 };
      }
    }
    const verifier = new Plain();
    expect(verifier.requiredScopes).toEqual([]);
    expect((await verifier.verifyToken('some-token')).clientId).toBe('c');
  });

  it('are listed for subclasses that refuse unknown ones', () => {
    expect([...TOKEN_VERIFIER_OPTIONS].sort()).toEqual([
      'clock',
      'clockToleranceSeconds',
      'maxTokenBytes',
      'observer',
      'requiredScopes',
      'scopeHierarchy',
    ]);
    expect(Object.isFrozen(TOKEN_VERIFIER_OPTIONS)).toBe(true);
  });
});

it('assertTokenSize counts bytes as TextEncoder does', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 60 }),
      (token, max) => {
        const accepted = new TextEncoder().encode(token).byteLength <= max;
        if (accepted) assertTokenSize(token, max);
        else expect(() => assertTokenSize(token, max)).toThrow(expect.objectContaining({ reason: 'too_large' }));
      },
    ),
  );
});

it('assertScopes throws insufficient_scope unless all are there', async () => {
  assertScopes(['a'], ['a']);
  assertScopes(['b'], ['a'], { b: ['a'] });
  assertScopes([], []);
  expect(await authErrorOf(() => assertScopes([], ['a']))).toMatchObject({
    code: 'insufficient_scope',
    missingScopes: ['a'],
  });
});

describe('safeVerify', () => {
  it('gives success and refusal as values', async () => {
    const refusal = new AuthError('access_denied');
    expect(
      await safeVerify(
        foreignVerifier(async () => alice),
        'x',
      ),
    ).toEqual({ ok: true, accessToken: alice });
    expect(
      await safeVerify(
        foreignVerifier(async () => {
          throw refusal;
        }),
        'x',
      ),
    ).toEqual({ ok: false, error: refusal });
  });

  it.each<[string, () => unknown]>([
    [
      'throws synchronously',
      () => {
        throw new Error('boom');
      },
    ],
    ['rejects with something foreign', () => Promise.reject(new Error('boom'))],
    ['resolves to nothing', () => undefined],
    ['resolves to null', async () => null],
    ['resolves to true', async () => true],
    ['resolves to an object that is no AccessToken', async () => ({ clientId: 'admin' })],
  ])('takes a verifier that %s for unavailable', async (_how, verifyToken) => {
    expect(await safeVerify(foreignVerifier(verifyToken), 'x')).toMatchObject({
      ok: false,
      error: { code: 'temporarily_unavailable' },
    });
  });

  it('passes the options on', async () => {
    const { signal } = new AbortController();
    let seen: unknown;
    await safeVerify(
      foreignVerifier(async (_token, options) => {
        seen = options?.signal;
        return alice;
      }),
      'x',
      { signal },
    );
    expect(seen).toBe(signal);
  });
});
