import {
  type AccessToken,
  AuthError,
  createAccessToken,
  TokenVerifier,
  type TokenVerifierOptions,
  type Verifier,
  type VerifyOptions,
} from '@auth/core';
import { describe, expect, it } from 'vitest';
import { runVerifierConformance, verifierConformanceReport } from '../src/conformance.js';
import { CONFORMANCE_CASES } from '../src/conformance-cases.js';
import type {
  ConformanceCaseId,
  ConformanceGrant,
  ConformanceSetup,
  ConformanceSubject,
} from '../src/conformance-subject.js';

type Row = Pick<ConformanceGrant, 'subject' | 'scopes' | 'expiresAt'>;

/** A verifier as a user would write it: opaque tokens, looked up in a table that can be out of order. */
class TableVerifier extends TokenVerifier {
  lookup: 'works' | 'fails' | 'hangs' = 'works';
  readonly #table: ReadonlyMap<string, Row>;

  constructor(table: ReadonlyMap<string, Row>, options: TokenVerifierOptions) {
    super(options);
    this.#table = table;
  }

  protected async authenticate(token: string): Promise<Row> {
    if (this.lookup === 'fails') throw new Error('the table is gone');
    if (this.lookup === 'hangs') await new Promise(() => undefined);
    const found = this.#table.get(token);
    if (found === undefined) throw new AuthError('invalid_token', { reason: 'not_recognized' });
    return found;
  }
}

interface TableSubject extends ConformanceSubject {
  readonly verifier: TableVerifier;
}

let counter = 0;

function subjectOf({ requiredScopes, clock, grants }: ConformanceSetup): TableSubject {
  const tokens = grants.map(() => `opaque-token-number-${++counter}-of-the-table`);
  const table = new Map(grants.map((grant, index) => [tokens[index] ?? '', grant]));
  const verifier = new TableVerifier(table, { requiredScopes, clock });
  return {
    verifier,
    tokens,
    forged: [{ name: 'a guess', token: 'opaque-token-number-0-of-the-table', reason: 'not_recognized' }],
    breakUpstream: () => {
      verifier.lookup = 'fails';
    },
    mendUpstream: () => {
      verifier.lookup = 'works';
    },
    stallUpstream: () => {
      verifier.lookup = 'hangs';
    },
  };
}

runVerifierConformance(subjectOf, { describe, it }, { name: 'a verifier of a user' });

describe('runVerifierConformance without a runner', () => {
  it('resolves to a report of every case for a verifier that passes', async () => {
    const report = await runVerifierConformance(subjectOf, undefined, { name: 'a table' });
    expect(report).toMatchObject({ name: 'a table', passed: CONFORMANCE_CASES.length, failed: 0, skipped: 0 });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('rejects, naming the cases, for a verifier that does not', async () => {
    const broken = (): ConformanceSubject => ({
      verifier: { verifyToken: () => Promise.reject(new Error('no')) },
      tokens: ['t'],
    });
    await expect(runVerifierConformance(broken)).rejects.toThrow(/fails \d+ conformance cases\n {2}accepts: /);
  });

  it('skips what does not apply, with the reason', async () => {
    const skip = { 'refuses-hostile-text': 'accepts everything' } as const;
    const { results } = await verifierConformanceReport(
      (setup) => ({
        ...subjectOf(setup),
        forged: undefined,
        breakUpstream: undefined,
        mendUpstream: undefined,
        stallUpstream: undefined,
      }),
      { skip },
    );
    const skipped = results.filter(({ outcome }) => outcome === 'skipped');
    expect(skipped.map(({ id }) => id)).toEqual([
      ...['refuses-hostile-text', 'refuses-forged', 'names-forgeries', 'lets-go-when-aborted', 'survives-an-outage'],
      'recovers',
    ]);
    expect(skipped[0]?.message).toBe('accepts everything');
  });

  it.each<[object, RegExp]>([
    [{ skip: { nothing: 'x' } }, /unknown option 'nothing'/],
    [{ deadlineMs: 0 }, /'deadlineMs'/],
    [{ title: 'x' }, /unknown option 'title'/],
  ])('refuses the options %j', (options, message) => {
    expect(() => runVerifierConformance(subjectOf, undefined, options)).toThrow(message);
  });

  it('closes every subject, also after a failure', async () => {
    let open = 0;
    const counting = (setup: ConformanceSetup): ConformanceSubject => {
      open++;
      return {
        ...subjectOf(setup),
        verifier: { verifyToken: () => Promise.reject(new Error('no')) },
        close: () => open--,
      };
    };
    await verifierConformanceReport(counting);
    expect(open).toBe(0);
  });
});

type Mutation = (good: Verifier, setup: ConformanceSetup, subject: ConformanceSubject) => Verifier['verifyToken'];

/** The access token with other fields: not frozen, not redacting, unless the mutation sees to it. */
function open(accessToken: AccessToken): Record<string, unknown> {
  return { ...accessToken, claims: { ...accessToken.claims } };
}

const after =
  (change: (accessToken: AccessToken) => unknown): Mutation =>
  (good) =>
  async (token, options) =>
    change(await good.verifyToken(token, options)) as AccessToken;

const onError =
  (change: (error: AuthError, token: string) => unknown): Mutation =>
  (good) =>
  async (token, options) => {
    try {
      return await good.verifyToken(token, options);
    } catch (error) {
      throw change(error as AuthError, token);
    }
  };

function hidden(accessToken: AccessToken, changes: object): unknown {
  return Object.freeze(
    Object.defineProperty({ ...open(accessToken), ...changes }, 'token', { value: accessToken.token }),
  );
}

/** Scopes and expiry left out, the rest as it should be. */
const lax =
  (lookUp: (tokens: readonly string[], token: string) => number): Mutation =>
  (_good, { grants }, { tokens }) =>
  async (token) => {
    const grant = typeof token === 'string' ? grants[lookUp(tokens, token)] : undefined;
    if (grant === undefined)
      throw new AuthError('invalid_token', { reason: typeof token === 'string' ? 'not_recognized' : 'malformed' });
    return createAccessToken(token, grant);
  };

const MUTANTS: readonly (readonly [name: string, caught: ConformanceCaseId, mutation: Mutation])[] = [
  ['names another subject', 'accepts', after((accessToken) => hidden(accessToken, { subject: 'somebody' }))],
  ['gives times in milliseconds', 'accepts', after((accessToken) => hidden(accessToken, { expiresAt: 1e12 }))],
  ['drops the scopes', 'accepts', after((accessToken) => hidden(accessToken, { scopes: [] }))],
  [
    'remembers a token without its scopes',
    'answers-alike',
    (good) => {
      const seen = new Set<string>();
      return async (token, options) => {
        const accessToken = await good.verifyToken(token, options);
        const known = seen.has(token);
        seen.add(token);
        return known ? (hidden(accessToken, { scopes: [] }) as AccessToken) : accessToken;
      };
    },
  ],
  [
    'reads the signal of options that may be null',
    'takes-no-options',
    (good) =>
      async (token, ...[options = {}]) =>
        good.verifyToken(token, { signal: options.signal }),
  ],
  [
    'needs a signal',
    'takes-no-options',
    (good) => async (token, options) => {
      options?.signal?.throwIfAborted();
      if (options !== undefined && options !== null && options.signal === undefined) throw new TypeError('no signal');
      return good.verifyToken(token);
    },
  ],
  ['does not freeze', 'frozen', after(open)],
  ['freezes only the surface', 'frozen', after((accessToken) => hidden(accessToken, { scopes: ['read'] }))],
  [
    'leaks the token in the result',
    'redacts',
    after((accessToken) => Object.freeze({ ...open(accessToken), token: accessToken.token })),
  ],
  [
    'leaks the token in a claim',
    'redacts',
    after((accessToken) => hidden(accessToken, { claims: { raw: accessToken.token } })),
  ],
  ['throws a foreign error', 'refuses-hostile-text', onError(() => new TypeError('bad token'))],
  ['throws no error at all', 'refuses-hostile-text', onError(() => 'bad token')],
  [
    'leaks the token in the cause',
    'refuses-hostile-text',
    onError(
      (_error, token) => new AuthError('invalid_token', { reason: 'malformed', cause: new Error(`bad: ${token}`) }),
    ),
  ],
  [
    'leaks the token in details',
    'refuses-hostile-text',
    onError((_error, token) => new AuthError('invalid_token', { reason: 'malformed', details: { actual: token } })),
  ],
  ['gives no reason', 'refuses-hostile-text', onError(() => new AuthError('invalid_token'))],
  ['calls bad tokens an outage', 'refuses-hostile-text', onError(() => new AuthError('temporarily_unavailable'))],
  [
    'trims the token',
    'refuses-hostile-text',
    (good) => (token) => good.verifyToken(typeof token === 'string' ? token.trim() : token),
  ],
  ['converts values to text', 'refuses-hostile-values', (good) => async (token) => good.verifyToken(String(token))],
  [
    'throws at once',
    'refuses-hostile-values',
    (good) => (token) => {
      if (typeof token !== 'string') throw new AuthError('invalid_token', { reason: 'malformed' });
      return good.verifyToken(token);
    },
  ],
  [
    'knows a token by its length',
    'refuses-forged',
    lax((tokens, token) => tokens.findIndex((one) => one.slice(-13) === token.slice(-13))),
  ],
  [
    'calls every bad token malformed',
    'names-forgeries',
    onError(() => new AuthError('invalid_token', { reason: 'malformed' })),
  ],
  ['ignores expiry', 'refuses-expired', lax((tokens, token) => tokens.indexOf(token))],
  [
    'looks at scopes before expiry',
    'refuses-expired',
    (good, { requiredScopes }) =>
      (token) =>
        requiredScopes.length > 0
          ? Promise.reject(new AuthError('insufficient_scope', { requiredScopes, missingScopes: requiredScopes }))
          : good.verifyToken(token),
  ],
  [
    'keeps results for ever',
    'forgets-in-time',
    (good) => {
      const kept = new Map<string, AccessToken>();
      return async (token) => {
        const accessToken = kept.get(token) ?? (await good.verifyToken(token));
        kept.set(token, accessToken);
        return accessToken;
      };
    },
  ],
  ['ignores required scopes', 'requires-scopes', lax((tokens, token) => tokens.indexOf(token))],
  [
    'names only the missing scopes',
    'requires-scopes',
    onError(
      ({ code, missingScopes = [] }) =>
        new AuthError(
          code,
          code === 'insufficient_scope' ? { requiredScopes: missingScopes, missingScopes } : { reason: 'malformed' },
        ),
    ),
  ],
  [
    'keeps the list of scopes of the caller',
    'requires-scopes',
    (good, setup, subject) => {
      const { requiredScopes } = setup;
      return (token) =>
        requiredScopes.length === 0
          ? lax((tokens, one) => tokens.indexOf(one))(good, setup, subject)(token)
          : good.verifyToken(token);
    },
  ],
  [
    'takes prefixes of scopes',
    'compares-scopes-exactly',
    (good) => async (token) => {
      const result = await good.verifyToken(token).catch((error: AuthError) => error);
      if (result instanceof AuthError && result.code !== 'insufficient_scope') throw result;
      return result as AccessToken;
    },
  ],
  [
    'mixes up callers',
    'keeps-callers-apart',
    (good) => {
      let last: Promise<AccessToken> | undefined;
      return (token) => {
        last ??= good.verifyToken(token).finally(() => {
          last = undefined;
        });
        return last;
      };
    },
  ],
  [
    'shares one check and the signal of whoever started it',
    'spares-other-callers',
    (good) => {
      const pending = new Map<string, Promise<AccessToken>>();
      return (token, options) => {
        const shared =
          pending.get(token) ??
          // The work takes a turn, in which the first caller can go away.
          Promise.resolve().then(() => {
            if (options?.signal?.aborted) throw new AuthError('temporarily_unavailable');
            return good.verifyToken(token, options);
          });
        pending.set(token, shared);
        return shared;
      };
    },
  ],
  [
    'never tries again after an outage',
    'recovers',
    (good) => {
      let down: unknown;
      return async (token) => {
        if (down !== undefined) throw down;
        return await good.verifyToken(token).catch((error: AuthError) => {
          if (error.code === 'temporarily_unavailable') down = error;
          throw error;
        });
      };
    },
  ],
  [
    'drops a promise that rejects',
    'leaves-no-rejection',
    (good) => async (token) => {
      const result = good.verifyToken(token);
      void result.then(() => undefined);
      return await result;
    },
  ],
  [
    'throws the abort reason',
    'minds-an-aborted-signal',
    (good) => async (token, options?: VerifyOptions) => {
      options?.signal?.throwIfAborted();
      return await good.verifyToken(token, options);
    },
  ],
  [
    'hangs on an aborted signal',
    'minds-an-aborted-signal',
    (good) => (token, options) => (options?.signal?.aborted ? new Promise(() => undefined) : good.verifyToken(token)),
  ],
  ['does not listen to the signal', 'lets-go-when-aborted', (good) => (token) => good.verifyToken(token)],
  [
    'leaves a listener behind',
    'leaves-signals-clean',
    (good) => (token, options) => {
      options?.signal?.addEventListener('abort', () => undefined);
      return good.verifyToken(token, options);
    },
  ],
  [
    'answers an outage with 401',
    'survives-an-outage',
    onError((error) =>
      error.code === 'temporarily_unavailable' ? new AuthError('invalid_token', { reason: 'not_recognized' }) : error,
    ),
  ],
  ['lets an outage through as it is', 'survives-an-outage', onError((error) => error.cause ?? error)],
];

describe('the conformance kit', () => {
  it.each(MUTANTS)('catches a verifier that %s (%s)', async (_name, caught, mutation) => {
    const { results } = await verifierConformanceReport(
      (setup) => {
        const subject = subjectOf(setup);
        return { ...subject, verifier: { verifyToken: mutation(subject.verifier, setup, subject) } };
      },
      { deadlineMs: 300, skip: skipAllBut(caught) },
    );
    expect(results.find(({ id }) => id === caught)).toMatchObject({ outcome: 'failed' });
  });

  it.each<[string, object]>([
    ['an option', { options: { clientSecret: 'a-secret-of-the-verifier' } }],
    ['a cache', { cache: new Map([['key', 'a-secret-of-the-verifier']]) }],
    ['a symbol', { [Symbol('secret')]: 'a-secret-of-the-verifier' }],
  ])('catches a verifier that keeps a secret in %s for everyone to print', async (_name, leak) => {
    const { results } = await verifierConformanceReport(
      (setup) => {
        const { verifier, ...subject } = subjectOf(setup);
        return {
          ...subject,
          secrets: ['a-secret-of-the-verifier'],
          verifier: { ...leak, verifyToken: (token) => verifier.verifyToken(token) },
        };
      },
      { skip: skipAllBut('keeps-secrets') },
    );
    expect(results.find(({ id }) => id === 'keeps-secrets')).toMatchObject({ outcome: 'failed' });
  });

  it('has a mutant for every case', () => {
    const caught = new Set<ConformanceCaseId>(['keeps-secrets', ...MUTANTS.map(([, id]) => id)]);
    expect(CONFORMANCE_CASES.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([]);
  });
});

function skipAllBut(id: ConformanceCaseId): Partial<Record<ConformanceCaseId, string>> {
  return Object.fromEntries(CONFORMANCE_CASES.filter((one) => one.id !== id).map((one) => [one.id, 'not now']));
}

describe('the form for runners', () => {
  it('makes a failing test of a failing case, and none of a skipped one', async () => {
    const tests = new Map<string, () => Promise<void>>();
    const groups: string[] = [];
    runVerifierConformance(
      () => ({ verifier: { verifyToken: () => Promise.reject(new Error('no')) }, tokens: ['t'] }),
      {
        describe: (name, define) => {
          groups.push(name);
          define();
        },
        it: (name, run) => tests.set(name, run),
      },
      { skip: { frozen: 'not now' }, name: 'a broken one' },
    );
    expect(groups).toEqual(['a broken one keeps the contract of a verifier']);
    expect(tests.size).toBe(CONFORMANCE_CASES.length - 1);
    const [first] = tests.values();
    await expect(first?.()).rejects.toThrow('no');
  });
});
