import { AuthError, allOf, createAccessToken, requireRoles } from '@auth/core';
import { describe, expect, it } from 'vitest';
import {
  type AuthOption,
  componentAuth,
  createAuthorizer,
  operationOf,
  type ProtectedComponent,
  requires,
} from '../src/index.js';

const token = (...scopes: string[]) => createAccessToken('token', { clientId: 'client', scopes });

function tool(option?: AuthOption, args?: unknown): ProtectedComponent {
  const auth = componentAuth('tool', option);
  const readArguments = async () => (args === undefined ? ({ valid: false } as const) : { valid: true as const, args });
  return { kind: 'tool', name: 'tool', auth, tags: auth.tags ?? [], readArguments };
}

const call = { method: 'tools/call', params: { name: 'tool', arguments: {} } };

describe('createAuthorizer', () => {
  it('allows, challenges with every scope, and denies', async () => {
    const decide = createAuthorizer();
    const component = tool(allOf(requires('a'), requires('b', 'c')));
    expect(await decide(token('a', 'b', 'c'), call, component)).toEqual({ outcome: 'allow' });
    expect(await decide(token('a'), call, component)).toMatchObject({ outcome: 'challenge', scopes: ['a', 'b', 'c'] });
    expect(await decide(undefined, call, component)).toMatchObject({
      outcome: 'deny',
      error: { code: 'missing_token' },
    });
  });

  it('honours the hierarchy of scopes', async () => {
    const decide = createAuthorizer({ hierarchy: { admin: ['a'] } });
    expect(await decide(token('admin'), call, tool(requires('a')))).toEqual({ outcome: 'allow' });
  });

  it('denies without scopes what scopes would not mend, also where scopes are short as well', async () => {
    const decide = createAuthorizer();
    const check = allOf(
      requires('a'),
      requireRoles('admin', () => []),
    );
    expect(await decide(token(), call, tool(check))).toMatchObject({
      outcome: 'deny',
      error: { code: 'access_denied' },
    });
  });

  it('reads scopes from validated arguments', async () => {
    const decide = createAuthorizer();
    const auth = requires(({ args }) => [`repo:${(args as { name: string }).name}`]);
    const decision = await decide(token(), call, tool(auth, { name: 'one' }));
    expect(decision).toMatchObject({ outcome: 'challenge', scopes: ['repo:one'] });
  });

  it('never hands arguments to a rule that did not pass the schema', async () => {
    const decide = createAuthorizer();
    const seen: unknown[] = [];
    const auth = tool(({ args }) => {
      seen.push(typeof args);
      return Object.keys(args as object).length >= 0;
    });
    expect(await decide(token(), call, auth)).toEqual({ outcome: 'allow' });
    expect(
      await decide(
        token(),
        call,
        tool(() => false),
      ),
    ).toMatchObject({ outcome: 'deny' });
    expect(seen).toEqual(['object']);
  });

  it('takes only true for true, and an outage for an outage', async () => {
    const decide = createAuthorizer();
    expect(await decide(token(), call, tool((() => 1) as never))).toMatchObject({ outcome: 'deny' });
    const broken = tool(() => {
      throw new AuthError('temporarily_unavailable');
    });
    expect(await decide(token(), call, broken)).toMatchObject({
      error: { code: 'temporarily_unavailable', status: 503 },
    });
  });

  it('gives rules the tags of a component', async () => {
    const decide = createAuthorizer();
    const check: AuthOption = {
      check: ({ component }) => (component as ProtectedComponent).tags.includes('safe'),
      tags: ['safe'],
    };
    expect(await decide(token(), call, tool(check))).toEqual({ outcome: 'allow' });
  });

  it('hides from callers, and from callers without a token like anything that does not exist', async () => {
    const decide = createAuthorizer();
    const hidden = tool({ check: requires('a'), hidden: true });
    expect(await decide(token(), call, hidden)).toEqual({ outcome: 'not_found' });
    expect(await decide(token(), call)).toEqual({ outcome: 'allow' });
    expect(await decide(undefined, call, hidden)).toEqual(await decide(undefined, call));
    expect([await decide.isListed(token(), hidden), await decide.isListed(token('a'), hidden)]).toEqual([false, true]);
  });

  it('passes over a hidden component to the next one that has the name', async () => {
    const decide = createAuthorizer();
    const found = [tool({ check: requires('a'), hidden: true }), tool(requires('b'))];
    expect(await decide(token(), call, () => found)).toMatchObject({ outcome: 'challenge', scopes: ['b'] });
    expect(await decide(token('a'), call, () => found)).toEqual({ outcome: 'allow' });
  });

  it('challenges a batch once, with the union; a denial outweighs it', async () => {
    const decide = createAuthorizer();
    const byName: Record<string, ProtectedComponent> = {
      a: tool(requires('a')),
      b: tool(requires('b')),
      no: tool(() => false),
    };
    const of = (...names: string[]) => names.map((name) => ({ method: 'tools/call', params: { name } }));
    const find = ({ name }: { name: string }) => byName[name];
    expect(await decide(token(), of('a', 'b'), find)).toMatchObject({ outcome: 'challenge', scopes: ['a', 'b'] });
    expect(await decide(token(), of('a', 'no'), find)).toMatchObject({ outcome: 'deny' });
    expect(await decide(token(), [], find)).toEqual({ outcome: 'allow' });
  });

  it('keeps deciding when the observer throws', async () => {
    const decide = createAuthorizer({
      onDecision: () => {
        throw new Error('full disk');
      },
    });
    expect(await decide(token('a'), call, tool(requires('a')))).toEqual({ outcome: 'allow' });
  });

  it.each([
    [{ hierachy: {} }, /unknown option 'hierachy'/],
    [{ onDecision: 'log' }, /onDecision/],
    [{ hierarchy: [] }, /hierarchy/],
  ])('refuses %j', (options, message) => {
    expect(() => createAuthorizer(options as never)).toThrow(message);
  });
});

describe('operationOf', () => {
  it.each([
    [{ method: 'tools/call', params: { name: 1 } }, 'malformed'],
    [{ method: 'tools/call', params: [] }, 'malformed'],
    [{ method: 'tools/call' }, 'malformed'],
    [{ method: 1 }, 'malformed'],
    [{ method: 'completion/complete', params: { ref: { type: 'ref/other' } } }, 'malformed'],
    [{ method: 'subscriptions/listen', params: { notifications: { resourceSubscriptions: [1] } } }, 'malformed'],
    [{ method: 'subscriptions/listen', params: {} }, 'other'],
    [{ method: 'logging/setLevel' }, 'other'],
    [{ method: 'TOOLS/LIST' }, 'other'],
    [{ method: 'tools/list' }, 'open'],
    [{ method: 'notifications/cancelled' }, 'open'],
  ])('%j is %s', (request, kind) => {
    expect(operationOf(request as never).kind).toBe(kind);
  });

  it('reads own members only', () => {
    const params = Object.create({ name: 'inherited' });
    expect(operationOf({ method: 'tools/call', params })).toEqual({ kind: 'malformed' });
  });
});

describe('requires', () => {
  it('wants scopes, or one function', () => {
    expect(() => requires('')).toThrow(TypeError);
    expect(() => requires(() => [], 'a')).toThrow('either scopes or one function');
  });
});
