import { inspect } from 'node:util';
import { AuthError, safeVerify, type VerifierEvent } from '@auth/core';
import { describe, expect, it } from 'vitest';
import { DebugTokenVerifier, type DebugTokenVerifierOptions } from '../src/index.js';
import { quietly } from './harness.js';

const TOKEN = 'credential-77aa';

function create(options?: DebugTokenVerifierOptions): DebugTokenVerifier {
  return quietly(() => new DebugTokenVerifier(options));
}

describe('without options', () => {
  it('has the documented defaults', () => {
    expect(create()).toMatchObject({ clientId: 'debug-client', scopes: [], requiredScopes: [] });
  });

  it.each([TOKEN, 'x', 'with a space', 'ünïcode'])('accepts %j', async (token) => {
    const accessToken = await create().verifyToken(token);
    expect(accessToken).toMatchObject({ clientId: 'debug-client', scopes: [], claims: {} });
    expect(accessToken.token).toBe(token);
    expect(accessToken.expiresAt).toBeUndefined();
  });

  it.each([
    ['', 'malformed'],
    [' ', 'not_recognized'],
    ['\t\n', 'not_recognized'],
    ['\u00a0', 'not_recognized'],
  ])('refuses %j', async (token, reason) => {
    expect(await safeVerify(create(), token)).toMatchObject({ ok: false, error: { code: 'invalid_token', reason } });
  });
});

it('refuses a token that is too long', async () => {
  expect(await safeVerify(create(), 'x'.repeat(16_385))).toMatchObject({ ok: false, error: { reason: 'too_large' } });
});

describe('validate', () => {
  it('sees the token, and is not asked about a blank one', async () => {
    const seen: string[] = [];
    const verifier = create({ validate: (token) => seen.push(token) > 0 });
    await verifier.verifyToken(TOKEN);
    await safeVerify(verifier, ' ');
    expect(seen).toEqual([TOKEN]);
  });

  it.each([
    ['true', () => true, true],
    ['a promise of true', async () => true, true],
    // biome-ignore lint/suspicious/noThenProperty: a foreign promise is just what is tested
    ['a thenable of true', () => ({ then: (resolve: (value: boolean) => void) => resolve(true) }), true],
    ['false', () => false, false],
    ['a promise of false', async () => false, false],
    ['1', () => 1, false],
    ['"true"', () => 'true', false],
    ['an object', () => ({}), false],
    ['a boxed true', () => Object(true), false],
    ['undefined', () => undefined, false],
    ['null', () => null, false],
    ['a promise of 1', async () => 1, false],
  ])('answering %s decides', async (_, validate, accepted) => {
    const outcome = await safeVerify(create({ validate: validate as never }), TOKEN);
    expect(outcome.ok).toBe(accepted);
    if (!outcome.ok) expect(outcome.error).toMatchObject({ code: 'invalid_token', reason: 'not_recognized' });
  });

  it.each([
    [
      'throws',
      (token: string) => {
        throw new Error(`lookup of ${token} failed`);
      },
    ],
    ['rejects', (token: string) => Promise.reject(new Error(`lookup of ${token} failed`))],
    ['rejects with nothing', () => Promise.reject(undefined)],
    ['throws an AuthError', () => Promise.reject(new AuthError('temporarily_unavailable'))],
  ])('is a rejection when it %s, and its error is not kept', async (_, validate) => {
    const outcome = await safeVerify(create({ validate: validate as never }), TOKEN);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'invalid_token', reason: 'not_recognized' } });
    expect(inspect(outcome, { depth: null, showHidden: true })).not.toContain(TOKEN);
  });

  it('is not called as a method', async () => {
    let receiver: unknown = 'not called';
    const validate = function (this: unknown): boolean {
      receiver = this;
      return true;
    };
    await create({ validate }).verifyToken(TOKEN);
    expect(receiver).toBeUndefined();
  });

  it('does not keep a caller waiting who has gone', async () => {
    const verifier = create({ validate: () => new Promise(() => undefined) });
    const controller = new AbortController();
    const pending = safeVerify(verifier, TOKEN, { signal: controller.signal });
    controller.abort();
    expect((await pending).ok).toBe(false);
  });
});

describe('what accepted tokens get', () => {
  it('is the client id and the scopes of the options, copied', async () => {
    const scopes = ['read'];
    const verifier = create({ clientId: 'client-1', scopes });
    scopes.push('admin');
    expect(await verifier.verifyToken(TOKEN)).toMatchObject({ clientId: 'client-1', scopes: ['read'] });
    expect(verifier).toMatchObject({ clientId: 'client-1', scopes: ['read'] });
    expect(Object.isFrozen(verifier.scopes)).toBe(true);
  });

  it('must hold the required scopes', async () => {
    const verifier = create({ scopes: ['read'], requiredScopes: ['read', 'write'] });
    expect(await safeVerify(verifier, TOKEN)).toMatchObject({
      ok: false,
      error: { code: 'insufficient_scope', missingScopes: ['write'] },
    });
  });
});

describe('construction', () => {
  it.each([
    ['options null', null],
    ['an unknown option', { client_id: 'x' }],
    ['a tolerance', { clockToleranceSeconds: 5 }],
    ['validate that is no function', { validate: true }],
    ['validate null', { validate: null }],
    ['a blank client id', { clientId: '' }],
    ['scopes as text', { scopes: 'a b' }],
    ['required scopes as text', { requiredScopes: 'a' }],
  ])('refuses %s', (_, options) => {
    expect(() => create(options as never)).toThrow(/^DebugTokenVerifier: /);
  });
});

it('shows no token in itself, its results, its errors or its events', async () => {
  const events: VerifierEvent[] = [];
  const verifier = create({ validate: (token) => token === TOKEN, observer: (event) => events.push(event) });
  const outcomes = [await safeVerify(verifier, TOKEN), await safeVerify(verifier, `${TOKEN}x`)];
  const shown = [verifier, outcomes, events].flatMap((value) => [
    inspect(value, { depth: null, showHidden: true }),
    JSON.stringify(value),
  ]);
  expect(events).toHaveLength(2);
  expect(shown.join('\n')).not.toContain(TOKEN);
});
