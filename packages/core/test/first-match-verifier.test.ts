import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuthError, type AuthErrorCode, invalidToken } from '../src/auth-error.js';
import { firstMatch } from '../src/first-match-verifier.js';
import { recallToken, registerRecall } from '../src/recall.js';
import { safeVerify, type Verifier } from '../src/token-verifier.js';
import { alice, authErrorOf, foreignVerifier } from './fakes.js';

const OUTCOMES = {
  accepts: () => alice,
  inactive: () => {
    throw invalidToken('inactive');
  },
  expired: () => {
    throw invalidToken('expired');
  },
  'short of scopes': () => {
    throw new AuthError('insufficient_scope', { requiredScopes: ['a'], missingScopes: ['a'] });
  },
  denied: () => {
    throw new AuthError('access_denied');
  },
  unavailable: () => {
    throw new AuthError('temporarily_unavailable', { retryAfterSeconds: 9 });
  },
  broken: () => {
    throw new Error('boom');
  },
  'resolves to nothing': () => undefined,
} as const;
type Outcome = keyof typeof OUTCOMES;

function verifiersOf(outcomes: readonly Outcome[]): { verifiers: Verifier[]; asked: number[] } {
  const asked: number[] = [];
  const verifiers = outcomes.map((outcome, index) =>
    foreignVerifier(async () => {
      asked.push(index);
      return OUTCOMES[outcome]();
    }),
  );
  return { verifiers, asked };
}

async function run(outcomes: readonly Outcome[]): Promise<{ result: string; asked: number }> {
  const { verifiers, asked } = verifiersOf(outcomes);
  const verified = await safeVerify(firstMatch(verifiers), 'some-token');
  const result = verified.ok ? 'accepted' : (verified.error.reason ?? verified.error.code);
  return { result, asked: asked.length };
}

describe('firstMatch', () => {
  it.each<[readonly Outcome[], string, number]>([
    [['accepts'], 'accepted', 1],
    [['accepts', 'inactive'], 'accepted', 1],
    [['inactive', 'accepts'], 'accepted', 2],
    [['unavailable', 'accepts'], 'accepted', 2],
    [['broken', 'accepts'], 'accepted', 2],
    [['resolves to nothing', 'accepts'], 'accepted', 2],
    [['inactive', 'expired'], 'expired', 2],
    [['expired', 'inactive'], 'inactive', 2],
    [['short of scopes', 'accepts'], 'insufficient_scope', 1],
    [['inactive', 'short of scopes', 'accepts'], 'insufficient_scope', 2],
    [['unavailable', 'short of scopes', 'accepts'], 'insufficient_scope', 2],
    [['denied', 'accepts'], 'access_denied', 1],
    [['unavailable', 'inactive'], 'temporarily_unavailable', 2],
    [['inactive', 'unavailable'], 'temporarily_unavailable', 2],
    [['inactive', 'broken', 'expired'], 'temporarily_unavailable', 3],
    [['resolves to nothing'], 'temporarily_unavailable', 1],
  ])('%j is %s, after asking %i', async (outcomes, result, asked) => {
    expect(await run(outcomes)).toEqual({ result, asked });
  });

  it('answers as its rules say, for any verifiers', async () => {
    const outcome = fc.constantFrom(...(Object.keys(OUTCOMES) as Outcome[]));
    await fc.assert(
      fc.asyncProperty(fc.array(outcome, { minLength: 1, maxLength: 5 }), async (outcomes) => {
        const ends = outcomes.findIndex((one) => ['accepts', 'short of scopes', 'denied'].includes(one));
        const asked = ends === -1 ? outcomes.length : ends + 1;
        const outage = outcomes.some((one) => ['unavailable', 'broken', 'resolves to nothing'].includes(one));
        const last = outcomes.at(-1);
        const code: Partial<Record<Outcome, string>> = {
          accepts: 'accepted',
          'short of scopes': 'insufficient_scope',
          denied: 'access_denied',
        };
        const ended = ends === -1 ? undefined : code[outcomes[ends] ?? 'broken'];
        expect(await run(outcomes)).toEqual({ result: ended ?? (outage ? 'temporarily_unavailable' : last), asked });
      }),
    );
  });

  it('keeps the time of a retry of the verifier that is out', async () => {
    const { verifiers } = verifiersOf(['inactive', 'unavailable']);
    expect(await authErrorOf(() => firstMatch(verifiers).verifyToken('x'))).toMatchObject({ retryAfterSeconds: 9 });
  });

  it.each<AuthErrorCode>(['missing_token', 'invalid_request'])('is ended by %s too', async (code) => {
    const first = foreignVerifier(async () => {
      throw new AuthError(code);
    });
    expect(
      await authErrorOf(() => firstMatch([first, foreignVerifier(async () => alice)]).verifyToken('x')),
    ).toMatchObject({ code });
  });

  it('asks nobody else once the caller has gone', async () => {
    const controller = new AbortController();
    let asked = 0;
    const first = foreignVerifier(async () => {
      controller.abort();
      throw new AuthError('temporarily_unavailable');
    });
    const second = foreignVerifier(async () => {
      asked++;
      return alice;
    });
    const error = await authErrorOf(() => firstMatch([first, second]).verifyToken('x', { signal: controller.signal }));
    expect(error.status).toBe(503);
    expect(asked).toBe(0);
  });

  it('calls no token invalid for a caller that went away before everybody was asked', async () => {
    const controller = new AbortController();
    const refusing = foreignVerifier(async () => {
      controller.abort();
      throw new AuthError('invalid_token', { reason: 'not_recognized' });
    });
    const outcome = (verifiers: readonly Verifier[]): Promise<AuthError> =>
      authErrorOf(() => firstMatch(verifiers).verifyToken('x', { signal: controller.signal }));
    expect((await outcome([refusing, foreignVerifier(async () => alice)])).code).toBe('temporarily_unavailable');
    // The last one's word stands: nobody was left to ask.
    expect((await outcome([refusing])).code).toBe('invalid_token');
    const poor = foreignVerifier(async () => {
      throw new AuthError('insufficient_scope', { requiredScopes: ['a'], missingScopes: ['a'] });
    });
    expect((await outcome([poor, refusing])).code).toBe('insufficient_scope');
  });

  it('passes token and options on, can be nested, and copies its list', async () => {
    const seen: unknown[] = [];
    const list = [
      foreignVerifier(async (...args) => {
        seen.push(args);
        return alice;
      }),
    ];
    const verifier = firstMatch([firstMatch(list)]);
    list.length = 0;
    const options = { signal: new AbortController().signal };
    expect(await verifier.verifyToken('some-token', options)).toBe(alice);
    expect(seen).toEqual([['some-token', options]]);
    expect(Object.isFrozen(verifier)).toBe(true);
  });

  it('recalls what its first verifier recalls, and asks no other', () => {
    const recalling = (known: string): Verifier => {
      const verifier = foreignVerifier(async () => alice);
      registerRecall(verifier.verifyToken, (_verifier, token) => (token === known ? alice : undefined));
      return verifier;
    };
    const plain = foreignVerifier(async () => alice);
    expect(recallToken(firstMatch([recalling('one'), recalling('two')]), 'one')).toBe(alice);
    expect(recallToken(firstMatch([recalling('one'), recalling('two')]), 'two')).toBeUndefined();
    expect(recallToken(firstMatch([plain, recalling('one')]), 'one')).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['an empty list', []],
    ['nothing', undefined],
    ['a verifier that is not in a list', foreignVerifier(async () => alice)],
    ['a member that is no verifier', [{}]],
    ['a member that is null', [null]],
    ['a function', [() => alice]],
  ])('refuses %s at construction', (_what, list) => {
    expect(() => firstMatch(list as Verifier[])).toThrow(TypeError);
  });
});
