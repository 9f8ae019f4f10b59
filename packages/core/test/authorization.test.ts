import { describe, expect, it } from 'vitest';
import { createAccessToken } from '../src/access-token.js';
import { AuthError } from '../src/auth-error.js';
import {
  type AuthorizationContext,
  allOf,
  anyOf,
  authorize,
  type Check,
  requireAnyScope,
  requireClaim,
  requireRoles,
  requireScopes,
  requireScopesFrom,
  scopesOf,
} from '../src/authorization.js';
import { rejectionOf } from './fakes.js';

const caller = createAccessToken('some-token', {
  clientId: 'app',
  subject: 'alice',
  scopes: ['read', 'write'],
  claims: { role: 'editor', roles: ['editor', 'auditor'], tenant: 't1', level: 3, verified: true, nothing: null },
});

const yes: Check = () => true;
const no: Check = () => false;
const broken: Check = () => {
  throw new Error('boom');
};
const refuses: Check = () => {
  throw new AuthError('access_denied', { details: { check: 'tenant' } });
};

async function outcome(check: Check, accessToken = caller, context: AuthorizationContext = {}): Promise<string> {
  try {
    await authorize(accessToken, check, context);
    return 'allowed';
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const { code, requiredScopes, missingScopes } = error;
    return code === 'insufficient_scope'
      ? `needs ${requiredScopes?.join(' ')}, lacks ${missingScopes?.join(' ')}`
      : code;
  }
}

describe('requireScopes and requireAnyScope [checklist 55, 59]', () => {
  it.each<[string, Check, string]>([
    ['a scope that is held', requireScopes('read'), 'allowed'],
    ['several that are held', requireScopes('write', 'read'), 'allowed'],
    ['one that is not', requireScopes('read', 'admin'), 'needs read admin, lacks admin'],
    ['another case', requireScopes('READ'), 'needs READ, lacks READ'],
    ['a part of one that is held', requireScopes('rea'), 'needs rea, lacks rea'],
    ['any of which one is held', requireAnyScope('admin', 'write'), 'allowed'],
    ['any of which none is held', requireAnyScope('admin', 'root'), 'needs admin root, lacks admin root'],
  ])('decide %s', async (_what, check, expected) => {
    expect(await outcome(check)).toBe(expected);
  });

  it('honour the hierarchy of the context [checklist 60]', async () => {
    const context = { scopeHierarchy: { write: ['admin'] } };
    await authorize(caller, requireScopes('admin'), context);
    await authorize(caller, requireAnyScope('other', 'admin'), context);
    await authorize(
      caller,
      allOf(
        requireScopes('admin'),
        requireScopesFrom(() => ['admin']),
      ),
      context,
    );
    expect(await rejectionOf(() => authorize(caller, requireScopes('root'), context))).toMatchObject({ status: 403 });
  });

  it('refuse a caller without a token as missing_token', async () => {
    for (const check of [requireScopes('read'), requireAnyScope('read'), requireScopesFrom(() => [])]) {
      expect(await rejectionOf(() => authorize(undefined, check))).toMatchObject({
        code: 'missing_token',
        status: 401,
      });
    }
  });

  it.each<[string, () => unknown]>([
    ['requireScopes without scopes', () => requireScopes()],
    ['requireAnyScope without scopes', () => requireAnyScope()],
    ['a scope with a blank', () => requireScopes('read write')],
    ['an empty scope', () => requireAnyScope('')],
    ['a list where scopes belong', () => requireScopes(['read'] as unknown as string)],
    ['requireScopesFrom without a function', () => requireScopesFrom(['read'] as never)],
  ])('throw at construction for %s', (_what, make) => {
    expect(make).toThrow(TypeError);
  });
});

describe('requireScopesFrom', () => {
  it.each<[string, (context: AuthorizationContext) => unknown, string]>([
    ['an empty list', () => [], 'allowed'],
    ['a scope that is held', () => ['read'], 'allowed'],
    [
      'a scope from the arguments',
      ({ args }) => [`repo:${(args as { name: string }).name}`],
      'needs repo:x, lacks repo:x',
    ],
    ['a promise', async () => ['admin'], 'needs admin, lacks admin'],
    ['a text that is no scope', () => ['a b'], 'access_denied'],
    ['a text', () => 'read', 'access_denied'],
    ['nothing, by mistake', () => undefined, 'access_denied'],
    ['null', () => null, 'access_denied'],
  ])('decides %s', async (_what, derive, expected) => {
    const check = requireScopesFrom(derive as Parameters<typeof requireScopesFrom>[0]);
    expect(await outcome(check, caller, { args: { name: 'x' } })).toBe(expected);
  });

  it('denies when the function throws, and keeps an AuthError that it throws', async () => {
    expect(
      await outcome(
        requireScopesFrom(() => {
          throw new Error('boom');
        }),
      ),
    ).toBe('access_denied');
    expect(
      await outcome(
        requireScopesFrom(() => {
          throw new AuthError('temporarily_unavailable');
        }),
      ),
    ).toBe('temporarily_unavailable');
  });
});

describe('requireRoles', () => {
  it.each<[string, string | readonly string[], (claims: Readonly<Record<string, unknown>>) => unknown, string]>([
    ['a role in a list', ['editor'], ({ roles }) => roles, 'allowed'],
    ['several roles', ['auditor', 'editor'], ({ roles }) => roles, 'allowed'],
    ['a role given as a text', 'editor', ({ roles }) => roles, 'allowed'],
    ['a role found as a text', ['editor'], ({ role }) => role, 'allowed'],
    ['a role found later', ['editor'], async ({ role }) => role, 'allowed'],
    ['one role too few', ['editor', 'admin'], ({ roles }) => roles, 'access_denied'],
    ['a part of a role', ['edit'], ({ role }) => role, 'access_denied'],
    ['another case', ['Editor'], ({ role }) => role, 'access_denied'],
    ['nothing found', ['editor'], () => undefined, 'access_denied'],
    ['null found', ['editor'], () => null, 'access_denied'],
    ['an object found', ['editor'], () => ({ editor: true }), 'access_denied'],
    ['a text list found, which is one role', ['editor'], () => 'editor auditor', 'access_denied'],
    [
      'a path that is not there',
      ['editor'],
      (claims) => (claims.realm_access as { roles: string[] }).roles,
      'access_denied',
    ],
  ])('decides %s, and names no scope', async (_what, roles, extract, expected) => {
    expect(await outcome(requireRoles(roles, extract))).toBe(expected);
    expect(await requireRoles(roles, extract)({ accessToken: caller })).toBe(expected === 'allowed');
  });

  it('hands claims and token to the extractor, and never asks it about nobody', async () => {
    const seen: unknown[] = [];
    const check = requireRoles('x', (...args) => seen.push(args));
    await outcome(check);
    expect(seen).toEqual([[caller.claims, caller]]);
    expect(await rejectionOf(() => authorize(undefined, check))).toMatchObject({ code: 'missing_token' });
  });

  it.each<[string, () => unknown]>([
    ['no roles', () => requireRoles([], () => [])],
    ['an empty role', () => requireRoles([''], () => [])],
    ['a role that is no text', () => requireRoles([7] as unknown as string[], () => [])],
    ['roles of another type', () => requireRoles({} as string[], () => [])],
    ['no extractor', () => requireRoles('a', undefined as never)],
  ])('throws at construction for %s', (_what, make) => {
    expect(make).toThrow(TypeError);
  });
});

describe('requireClaim', () => {
  it.each<[string, Check, string]>([
    ['a text', requireClaim('tenant', 't1'), 'allowed'],
    ['a number', requireClaim('level', 3), 'allowed'],
    ['a boolean', requireClaim('verified', true), 'allowed'],
    ['null', requireClaim('nothing', null), 'allowed'],
    ['another text', requireClaim('tenant', 't'), 'access_denied'],
    ['a number as text', requireClaim('level', '3'), 'access_denied'],
    ['a truthy value for true', requireClaim('level', true), 'access_denied'],
    ['a missing claim', requireClaim('missing', 'x'), 'access_denied'],
    ['a missing claim with any predicate', requireClaim('missing', () => true), 'access_denied'],
    ['what objects inherit', requireClaim('constructor', () => true), 'access_denied'],
    ['__proto__', requireClaim('__proto__', () => true), 'access_denied'],
    ['a predicate', requireClaim('level', (value) => value === 3), 'allowed'],
    ['an async predicate', requireClaim('level', async (value) => value === 3), 'allowed'],
    ['a predicate that says something truthy', requireClaim('level', (() => 1) as never), 'access_denied'],
    ['a predicate that throws', requireClaim('level', broken as never), 'access_denied'],
  ])('decides %s', async (_what, check, expected) => {
    expect(await outcome(check)).toBe(expected);
    expect(await check({ accessToken: caller })).toBe(expected === 'allowed');
    expect(await check({})).toBe(false);
  });

  it.each<[string, () => unknown]>([
    ['no name', () => requireClaim('', 'x')],
    ['a name that is no text', () => requireClaim(7 as unknown as string, 'x')],
    ['nothing expected, by mistake', () => requireClaim('a', undefined as never)],
    ['a regular expression (CVE-2026-35040, CVE-2026-35041)', () => requireClaim('a', /x/ as never)],
    ['a list', () => requireClaim('a', ['x'] as never)],
  ])('throws at construction for %s', (_what, make) => {
    expect(make).toThrow(TypeError);
  });
});

describe('custom checks', () => {
  it.each<[string, unknown, string]>([
    ['true', true, 'allowed'],
    ['a promise of true', Promise.resolve(true), 'allowed'],
    ['false', false, 'access_denied'],
    ['undefined', undefined, 'access_denied'],
    ['null', null, 'access_denied'],
    ['1', 1, 'access_denied'],
    ['a text', 'true', 'access_denied'],
    ['an object', {}, 'access_denied'],
    ['a promise of 1', Promise.resolve(1), 'access_denied'],
  ])('that return %s', async (_what, value, expected) => {
    expect(await outcome((() => value) as Check)).toBe(expected);
  });

  it.each<[string, Check, string]>([
    ['throw', broken, 'access_denied'],
    ['reject', (async () => Promise.reject(new Error('boom'))) as Check, 'access_denied'],
    ['throw an AuthError', refuses, 'access_denied'],
    [
      'throw an AuthError of an outage',
      () => Promise.reject(new AuthError('temporarily_unavailable')),
      'temporarily_unavailable',
    ],
    ['are no functions', 'true' as unknown as Check, 'access_denied'],
  ])('that %s', async (_what, check, expected) => {
    expect(await outcome(check)).toBe(expected);
  });

  it('keep the AuthError that they throw', async () => {
    expect(await rejectionOf(() => authorize(caller, refuses))).toMatchObject({ details: { check: 'tenant' } });
  });

  it('see the caller, the component and the arguments, and cannot change them for the next check', async () => {
    const seen: AuthorizationContext[] = [];
    const look: Check = (context) => {
      seen.push(context);
      return true;
    };
    const admin = createAccessToken('x', { clientId: 'admin', scopes: ['admin'] });
    const forge: Check = (context) => {
      Object.assign(context, { accessToken: admin });
      return true;
    };
    const context = { component: 'tool', args: { id: 7 }, accessToken: admin };
    await authorize(caller, look, context);
    expect(seen).toEqual([{ ...context, accessToken: caller }]);
    expect(await outcome(anyOf(forge, requireScopes('admin')))).toBe('needs admin, lacks admin');
  });

  it('may allow a caller without a token; whatever denies one is missing_token', async () => {
    await authorize(undefined, yes);
    for (const check of [no, broken, allOf(yes, no), anyOf(no, requireScopes('a'))]) {
      expect(await rejectionOf(() => authorize(undefined, check))).toMatchObject({ code: 'missing_token' });
    }
  });
});

const read = requireScopes('read');
const admin = requireScopes('admin');
const root = requireScopes('root');

describe('allOf', () => {
  it.each<[string, Check, string]>([
    ['all allow', allOf(read, yes, allOf(yes)), 'allowed'],
    ['one denies', allOf(read, no), 'access_denied'],
    ['one throws', allOf(broken, read), 'access_denied'],
    ['one lacks a scope: those of all are named', allOf(read, admin), 'needs read admin, lacks admin'],
    ['several lack scopes: one challenge', allOf(admin, yes, root), 'needs admin root, lacks admin root'],
    ['the same scope twice', allOf(admin, admin), 'needs admin, lacks admin'],
    ['a scope lacks, but a policy denies as well: scopes would not help', allOf(admin, no), 'access_denied'],
    [
      'a role denies: no scope is disclosed',
      allOf(
        requireRoles('x', () => []),
        admin,
      ),
      'access_denied',
    ],
    ['one throws an AuthError', allOf(read, refuses, admin), 'access_denied'],
    ['nested', allOf(allOf(admin, read), anyOf(root, no)), 'needs admin read root, lacks admin root'],
  ])('when %s', async (_what, check, expected) => {
    expect(await outcome(check)).toBe(expected);
  });

  it('stops at an AuthError', async () => {
    let asked = 0;
    const count: Check = () => {
      asked++;
      return true;
    };
    expect(await outcome(allOf(count, refuses, count))).toBe('access_denied');
    expect(asked).toBe(1);
  });
});

describe('anyOf', () => {
  it.each<[string, Check, string]>([
    ['one allows', anyOf(no, read), 'allowed'],
    ['one allows after one that throws', anyOf(broken, yes), 'allowed'],
    ['one allows after one that throws an AuthError', anyOf(refuses, yes), 'allowed'],
    ['none allows, and scopes would not help', anyOf(no, broken), 'access_denied'],
    ['none allows, and scopes would help', anyOf(admin, root), 'needs admin root, lacks admin root'],
    ['none allows, and scopes would help with one of them', anyOf(no, admin), 'needs admin, lacks admin'],
    [
      'an outage decides, where scopes would not help',
      anyOf(no, () => Promise.reject(new AuthError('temporarily_unavailable'))),
      'temporarily_unavailable',
    ],
    ['nested', anyOf(allOf(read, admin), allOf(no, root)), 'needs read admin, lacks admin'],
  ])('when %s', async (_what, check, expected) => {
    expect(await outcome(check)).toBe(expected);
  });

  it('keeps the first AuthError, and stops at the first that allows', async () => {
    const later: Check = () => Promise.reject(new AuthError('temporarily_unavailable'));
    expect(await rejectionOf(() => authorize(caller, anyOf(refuses, later)))).toMatchObject({
      details: { check: 'tenant' },
    });
    let asked = false;
    await authorize(
      caller,
      anyOf(yes, () => {
        asked = true;
        return true;
      }),
    );
    expect(asked).toBe(false);
  });
});

it.each<[string, () => unknown]>([
  ['allOf', () => allOf()],
  ['anyOf', () => anyOf()],
  ['allOf', () => allOf(yes, undefined as never)],
  ['anyOf', () => anyOf([yes] as never)],
])('%s throws at construction for nothing and for what is no check', (name, make) => {
  expect(make).toThrow(TypeError);
  expect(make).toThrow(name);
});

describe('scopesOf', () => {
  it.each<[string, Check, readonly string[]]>([
    ['a scope check', requireScopes('a', 'b'), ['a', 'b']],
    ['any of some scopes', requireAnyScope('a', 'b'), ['a', 'b']],
    ['several checks', allOf(requireScopes('a'), anyOf(requireScopes('b'), requireScopes('a')), yes), ['a', 'b']],
    ['a custom check', yes, []],
    ['a role', requireRoles('a', () => []), []],
    ['scopes that depend on the operation', requireScopesFrom(() => ['a']), []],
  ])('names the scopes of %s', async (_what, check, expected) => {
    expect(await scopesOf(check)).toEqual(expected);
  });

  it('runs no check', async () => {
    let asked = 0;
    const count: Check = () => {
      asked++;
      throw new AuthError('access_denied');
    };
    expect(await scopesOf(allOf(count, anyOf(count, requireScopes('a'))))).toEqual(['a']);
    expect(asked).toBe(0);
  });
});
