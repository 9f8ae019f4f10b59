import { describe, expect, it } from 'vitest';
import { createAccessToken } from '../src/access-token.js';
import { AuthError } from '../src/auth-error.js';
import { authenticate } from '../src/authenticate.js';
import { allOf, authorize, type Check, requireRoles, requireScopes } from '../src/authorization.js';
import { toChallenge } from '../src/challenge.js';
import { mapPrincipal } from '../src/claim-mapping.js';
import { firstMatch } from '../src/first-match-verifier.js';
import { missingScopes } from '../src/scopes.js';
import { safeVerify, type Verifier } from '../src/token-verifier.js';
// FastMCP's observed behaviours, with our rule in its place where ours decides otherwise.
import cases from './data/visible-cases.json' with { type: 'json' };
import { FakeVerifier, foreignVerifier, tableVerifier } from './fakes.js';

interface Principal {
  readonly client_id: string;
  readonly scopes?: readonly string[];
}

const knows = (principals: Readonly<Record<string, Principal>>, requiredScopes: readonly string[] = []): Verifier => {
  const entries = Object.entries(principals).map(([token, { client_id, scopes }]) => [
    token,
    { clientId: client_id, scopes },
  ]);
  return tableVerifier(Object.fromEntries(entries), { requiredScopes });
};

describe('claims are mapped as in', () => {
  it.each(cases.mapping as readonly MappingCase[])('$id', ({ claims, required = [], expect: expected }) => {
    const principal = mapPrincipal(claims);
    if ('client_id' in expected) expect(principal.clientId ?? null).toBe(expected.client_id);
    if (expected.scopes) expect(principal.scopes).toEqual(expected.scopes);
    expect(missingScopes(principal.scopes, required)).toEqual(expected.missing ?? []);
  });
});

describe('the main road answers as in', () => {
  it.each(cases.road as readonly RoadCase[])('$id', async (road) => {
    const verifier = knows(road.tokens, road.verifierScopes);
    const { status, contains = [], excludes = [], error, missing, fields } = road.expect;
    const options = { authorization: road.authorization ?? undefined, verifier, requiredScopes: road.required };
    const outcome = await authenticate(options).catch((thrown: unknown) => thrown);
    if (!(outcome instanceof AuthError)) {
      expect(status).toBe(200);
      if (fields) expect(outcome).toMatchObject({ clientId: fields.client_id, scopes: fields.scopes });
      return;
    }
    const challenge = toChallenge(outcome, {
      resourceMetadataUrl: road.metadata,
      requiredScopes: road.challengeScopes,
    });
    const field = challenge.headers['WWW-Authenticate'] ?? '';
    expect(challenge.status).toBe(status);
    for (const text of contains) expect(field).toContain(text);
    for (const text of excludes) expect(field).not.toContain(text);
    if (error !== undefined) expect(JSON.parse(challenge.body).error).toBe(error);
    if (missing !== undefined) expect(outcome.missingScopes).toEqual(missing);
  });
});

describe('several verifiers decide as in', () => {
  const verifierOf = ({ knows: table, throws, any, required }: MultiCase['verifiers'][number]): Verifier => {
    if (throws) return foreignVerifier(() => Promise.reject(new Error('boom')));
    if (any) return new FakeVerifier(() => ({ clientId: any.client_id }));
    return knows(table ?? {}, required);
  };

  it.each(cases.multi as readonly MultiCase[])('$id', async ({ verifiers, calls }) => {
    const verifier = firstMatch(verifiers.map(verifierOf));
    for (const { token, expect: expected } of calls) {
      const result = await safeVerify(verifier, token);
      expect(result.ok).toBe(expected.accepted);
      if (result.ok && expected.fields) expect(result.accessToken.clientId).toBe(expected.fields.client_id);
    }
  });
});

describe('roles decide as in', () => {
  const extractors: Readonly<Record<string, (claims: Readonly<Record<string, unknown>>) => unknown>> = {
    'path to list': (claims) => claims['https://app.example.com/roles'],
    // No question mark: a path that is not there throws, and that denies.
    'realm_access.roles': (claims) => (claims.realm_access as { roles: unknown }).roles,
    role: (claims) => claims.role,
  };

  it.each(cases.roles as readonly RoleCase[])('$id', async ({ roles, extract, claims, expect: expected }) => {
    const make = (): Check => requireRoles(roles, extractors[extract ?? ''] ?? (() => []));
    if (expected.raises !== undefined) {
      expect(make).toThrow(TypeError);
      return;
    }
    const caller = createAccessToken('some-token', { clientId: 'c', claims });
    expect(await make()({ accessToken: caller })).toBe(expected.authorized);
    const outcome = await authorize(caller, make()).then(
      () => true,
      (error: unknown) => (error as AuthError).code === 'access_denied' && false,
    );
    expect(outcome).toBe(expected.authorized);
  });
});

describe('checks decide as in', () => {
  const callerWith = (...scopes: string[]): ReturnType<typeof createAccessToken> =>
    createAccessToken('some-token', { clientId: 'c', scopes });
  const editor = requireRoles('editor', () => []);
  const forTag =
    (tag: string, check: Check): Check =>
    async (context) =>
      !(context.component as { tags: readonly string[] }).tags.includes(tag) || check(context);
  const explicit: Check = () => {
    throw new AuthError('access_denied', { details: { check: 'explicit' } });
  };

  it.each<[string, Check, readonly string[] | undefined, string]>([
    [
      'scopes-055: a role and a scope are missing: no scope is disclosed',
      allOf(editor, requireScopes('a')),
      [],
      'access_denied',
    ],
    ['scopes-056: in the other order as well', allOf(requireScopes('a'), editor), [], 'access_denied'],
    ['scopes-061: a tag asks for a scope', forTag('admin', requireScopes('admin')), ['read'], 'access_denied'],
    ['scopes-062: and the scope is there', forTag('admin', requireScopes('admin')), ['admin'], 'allowed'],
    ['scopes-064: there is no token', requireScopes('test'), undefined, 'missing_token'],
    ['scopes-065: two checks are met', allOf(requireScopes('a'), requireScopes('b')), ['a', 'b'], 'allowed'],
    ['scopes-066: one of two is unmet', allOf(requireScopes('a'), requireScopes('b')), ['a'], 'insufficient_scope'],
    ['scopes-069: a check throws an AuthError', explicit, [], 'access_denied'],
    ['scopes-072: an async check allows', async () => true, [], 'allowed'],
    ['scopes-075: an async check throws', () => Promise.reject(new Error('boom')), [], 'access_denied'],
    [
      'scopes-103: one of two scopes is there',
      allOf(requireScopes('admin'), requireScopes('write')),
      ['admin'],
      'insufficient_scope',
    ],
    ['scopes-109: a custom check denies', () => false, ['admin'], 'access_denied'],
  ])('%s', async (_id, check, scopes, expected) => {
    const caller = scopes === undefined ? undefined : callerWith(...scopes);
    const outcome = await authorize(caller, check, { component: { tags: ['admin'] } }).then(
      () => undefined,
      (error: unknown) => error as AuthError,
    );
    expect(outcome?.code ?? 'allowed').toBe(expected);
    if (expected === 'access_denied' && outcome)
      expect(toChallenge(outcome).headers['WWW-Authenticate']).not.toContain('scope=');
  });
});

interface MappingCase {
  readonly id: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly expect: {
    readonly client_id?: string | null;
    readonly scopes?: readonly string[];
    readonly missing?: readonly string[];
  };
}

interface RoadCase {
  readonly id: string;
  readonly tokens: Readonly<Record<string, Principal>>;
  readonly authorization: string | readonly string[] | null;
  readonly required?: readonly string[];
  readonly verifierScopes?: readonly string[];
  readonly challengeScopes?: readonly string[];
  readonly metadata?: string;
  readonly expect: {
    readonly status: number;
    readonly error?: string;
    readonly contains?: readonly string[];
    readonly excludes?: readonly string[];
    readonly missing?: readonly string[];
    readonly fields?: Principal;
  };
}

interface MultiCase {
  readonly id: string;
  readonly verifiers: readonly {
    readonly knows?: Readonly<Record<string, Principal>>;
    readonly any?: Principal;
    readonly throws?: boolean;
    readonly required?: readonly string[];
  }[];
  readonly calls: readonly {
    readonly token: string;
    readonly expect: { readonly accepted: boolean; readonly fields?: Principal };
  }[];
}

interface RoleCase {
  readonly id: string;
  readonly roles: readonly string[];
  readonly extract: string | null;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly expect: { readonly authorized?: boolean; readonly raises?: string };
}
