import { inspect } from 'node:util';
import { safeVerify, type VerifierEvent } from '@auth/core';
import { describe, expect, it } from 'vitest';
import { StaticTokenVerifier, type StaticTokenVerifierOptions } from '../src/index.js';
import { quietly } from './harness.js';

const TOKEN = 'dev-alice-token-9b1f';
const NOW = 1_800_000_000;

function create(options: Partial<StaticTokenVerifierOptions> = {}): StaticTokenVerifier {
  return quietly(
    () =>
      new StaticTokenVerifier({
        tokens: { [TOKEN]: { clientId: 'alice', scopes: ['notes:read'] } },
        clock: () => NOW,
        ...options,
      }),
  );
}

function errorOf(work: () => unknown): Error {
  try {
    quietly(work);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}

describe('a known token', () => {
  it('is what its definition says', async () => {
    const verifier = create({
      tokens: { [TOKEN]: { clientId: 'alice', scopes: ['a', 'b'], subject: 'user-42', expiresAt: NOW + 1 } },
    });
    const accessToken = await verifier.verifyToken(TOKEN);
    expect(accessToken).toMatchObject({
      clientId: 'alice',
      subject: 'user-42',
      scopes: ['a', 'b'],
      expiresAt: NOW + 1,
      audience: [],
      claims: {},
    });
    expect(accessToken.token).toBe(TOKEN);
  });

  it.each([undefined, []])('has no scopes when the definition gives %j', async (scopes) => {
    const verifier = create({ tokens: { [TOKEN]: { clientId: 'alice', scopes } } });
    expect((await verifier.verifyToken(TOKEN)).scopes).toEqual([]);
  });

  it.each([undefined, null])('never expires with expiresAt: %j', async (expiresAt) => {
    const verifier = create({ tokens: { [TOKEN]: { clientId: 'alice', expiresAt } } });
    expect((await verifier.verifyToken(TOKEN)).expiresAt).toBeUndefined();
  });

  it('takes subject, issuer and audience from its claims', async () => {
    const claims = { sub: 'user-1', iss: 'https://issuer.example', aud: 'notes', team: 'blue' };
    const accessToken = await create({ tokens: { [TOKEN]: { clientId: 'alice', claims } } }).verifyToken(TOKEN);
    expect(accessToken).toMatchObject({ subject: 'user-1', issuer: claims.iss, audience: ['notes'], claims });
  });

  it('prefers the subject of the definition to that of the claims', async () => {
    const tokens = { [TOKEN]: { clientId: 'alice', subject: 'user-1', claims: { sub: 'user-2' } } };
    expect((await create({ tokens }).verifyToken(TOKEN)).subject).toBe('user-1');
  });

  it('may be named like a member of Object.prototype', async () => {
    const verifier = create({ tokens: JSON.parse('{"__proto__": {"clientId": "p"}}') });
    expect((await verifier.verifyToken('__proto__')).clientId).toBe('p');
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      expect(await safeVerify(verifier, name)).toMatchObject({ ok: false, error: { reason: 'not_recognized' } });
    }
  });

  it('is bound to the definitions as they were at construction', async () => {
    const tokens: Record<string, { clientId: string; scopes: string[]; claims: { team: string[] } }> = {
      [TOKEN]: { clientId: 'alice', scopes: ['a'], claims: { team: ['blue'] } },
    };
    const verifier = create({ tokens });
    tokens.late = { clientId: 'mallory', scopes: [], claims: { team: [] } };
    tokens[TOKEN]?.scopes.push('admin');
    tokens[TOKEN]?.claims.team.push('red');
    const accessToken = await verifier.verifyToken(TOKEN);
    expect(accessToken.scopes).toEqual(['a']);
    expect(accessToken.claims).toEqual({ team: ['blue'] });
    expect(Object.isFrozen(accessToken.claims.team)).toBe(true);
    expect(await safeVerify(verifier, 'late')).toMatchObject({ ok: false, error: { reason: 'not_recognized' } });
  });
});

describe('expiresAt', () => {
  it.each([
    [NOW - 600, false],
    [NOW - 1, false],
    [NOW, false],
    [NOW + 1, true],
    [0, false],
  ])('of %d is honoured without tolerance', async (expiresAt, accepted) => {
    const outcome = await safeVerify(create({ tokens: { [TOKEN]: { clientId: 'alice', expiresAt } } }), TOKEN);
    expect(outcome.ok).toBe(accepted);
    if (!outcome.ok) expect(outcome.error).toMatchObject({ code: 'invalid_token', reason: 'expired' });
  });
});

describe('an unknown token', () => {
  it.each([
    ['another', 'not_recognized'],
    [`${TOKEN} `, 'not_recognized'],
    [` ${TOKEN}`, 'not_recognized'],
    [TOKEN.toUpperCase(), 'not_recognized'],
    [TOKEN.slice(0, -1), 'not_recognized'],
    [`${TOKEN}\u0000`, 'not_recognized'],
    ['\ud800', 'not_recognized'],
    ['', 'malformed'],
  ])('such as %j is refused', async (token, reason) => {
    expect(await safeVerify(create(), token)).toMatchObject({ ok: false, error: { code: 'invalid_token', reason } });
  });

  it('that is too long is not looked at', async () => {
    expect(await safeVerify(create(), 'x'.repeat(16_385))).toMatchObject({ ok: false, error: { reason: 'too_large' } });
  });

  it('is not mistaken for a known one by a lone surrogate', async () => {
    const verifier = create({ tokens: { 'a\ufffd': { clientId: 'alice' } } });
    expect((await verifier.verifyToken('a\ufffd')).clientId).toBe('alice');
    expect(await safeVerify(verifier, 'a\ud800')).toMatchObject({ ok: false, error: { reason: 'not_recognized' } });
  });
});

describe('required scopes', () => {
  it('are insufficient_scope when missing, naming all and the missing ones', async () => {
    const verifier = create({ requiredScopes: ['notes:read', 'notes:write'] });
    expect(await safeVerify(verifier, TOKEN)).toMatchObject({
      ok: false,
      error: {
        code: 'insufficient_scope',
        requiredScopes: ['notes:read', 'notes:write'],
        missingScopes: ['notes:write'],
      },
    });
  });

  it('may be included by others', async () => {
    const verifier = create({
      tokens: { [TOKEN]: { clientId: 'alice', scopes: ['notes:admin'] } },
      requiredScopes: ['notes:read'],
      scopeHierarchy: { 'notes:admin': ['notes:read'] },
    });
    expect((await verifier.verifyToken(TOKEN)).clientId).toBe('alice');
  });

  it('do not hide that a token has expired', async () => {
    const verifier = create({ tokens: { [TOKEN]: { clientId: 'a', expiresAt: 1 } }, requiredScopes: ['x'] });
    expect(await safeVerify(verifier, TOKEN)).toMatchObject({ ok: false, error: { reason: 'expired' } });
  });
});

describe('construction', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;

  it.each([
    ['no options', undefined],
    ['no tokens', {}],
    ['an unknown option', { tokens: {}, requireScopes: [] }],
    ['a tolerance', { tokens: {}, clockToleranceSeconds: 5 }],
    ['tokens as a list', { tokens: [] }],
    ['tokens as a Map', { tokens: new Map() }],
    ['tokens as text', { tokens: TOKEN }],
    ['a blank token', { tokens: { ' ': { clientId: 'a' } } }],
    ['a token with a lone surrogate', { tokens: { 'a\ud800': { clientId: 'a' } } }],
    ['required scopes as text', { tokens: {}, requiredScopes: 'a b' }],
    ['a definition that is null', { tokens: { [TOKEN]: null } }],
    ['a definition that is text', { tokens: { [TOKEN]: 'alice' } }],
    ['an empty definition', { tokens: { [TOKEN]: {} } }],
    ['a definition in snake case', { tokens: { [TOKEN]: { client_id: 'a' } } }],
    ['a blank client id', { tokens: { [TOKEN]: { clientId: ' ' } } }],
    ['a numeric client id', { tokens: { [TOKEN]: { clientId: 7 } } }],
    ['a blank subject', { tokens: { [TOKEN]: { clientId: 'a', subject: '' } } }],
    ['scopes null', { tokens: { [TOKEN]: { clientId: 'a', scopes: null } } }],
    ['scopes as text', { tokens: { [TOKEN]: { clientId: 'a', scopes: 'a b' } } }],
    ['a scope with a blank', { tokens: { [TOKEN]: { clientId: 'a', scopes: ['a b'] } } }],
    ['expiresAt as text', { tokens: { [TOKEN]: { clientId: 'a', expiresAt: '1800000000' } } }],
    ['a fractional expiresAt', { tokens: { [TOKEN]: { clientId: 'a', expiresAt: NOW + 0.5 } } }],
    ['a negative expiresAt', { tokens: { [TOKEN]: { clientId: 'a', expiresAt: -1 } } }],
    ['an infinite expiresAt', { tokens: { [TOKEN]: { clientId: 'a', expiresAt: Number.POSITIVE_INFINITY } } }],
    ['expiresAt in milliseconds', { tokens: { [TOKEN]: { clientId: 'a', expiresAt: NOW * 1000 } } }],
    ['claims as a list', { tokens: { [TOKEN]: { clientId: 'a', claims: [] } } }],
    ['claims with a function', { tokens: { [TOKEN]: { clientId: 'a', claims: { f: () => TOKEN } } } }],
    ['claims that hold themselves', { tokens: { [TOKEN]: { clientId: 'a', claims: cyclic } } }],
  ])('refuses %s, without a token in the message', (_, options) => {
    const error = errorOf(() => new StaticTokenVerifier(options as never));
    expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
    expect(error.message).toContain('StaticTokenVerifier');
    expect(inspect(error)).not.toContain(TOKEN);
  });

  it('says which entry and which member is wrong', () => {
    const tokens = { [TOKEN]: { clientId: 'a' }, other: { clientId: 'b', scope: 'x' } };
    expect(errorOf(() => new StaticTokenVerifier({ tokens })).message).toMatch(
      /'tokens', entry 2: unknown option 'scope'.*scopes/,
    );
  });
});

describe('the tokens', () => {
  it('show nowhere: not in the verifier, its errors, its events or its results', async () => {
    const events: VerifierEvent[] = [];
    const verifier = create({ observer: (event) => events.push(event), requiredScopes: ['notes:read'] });
    const accepted = await verifier.verifyToken(TOKEN);
    const refused = await Promise.all(['unknown-credential', `${TOKEN}x`].map((token) => safeVerify(verifier, token)));
    const shown = [verifier, accepted, refused, events]
      .flatMap((value) => [inspect(value, { depth: null, showHidden: true }), JSON.stringify(value)])
      .join('\n');
    expect(events.map(({ type }) => type)).toEqual(['token.accepted', 'token.rejected', 'token.rejected']);
    expect(shown).not.toContain(TOKEN);
    expect(shown).not.toContain('unknown-credential');
  });
});

it('can be subclassed', async () => {
  class Counting extends StaticTokenVerifier {
    calls = 0;
    protected override authenticate(token: string) {
      this.calls++;
      return super.authenticate(token);
    }
  }
  const verifier = quietly(() => new Counting({ tokens: { [TOKEN]: { clientId: 'alice' } } }));
  await verifier.verifyToken(TOKEN);
  expect(verifier.calls).toBe(1);
});
