import { ok } from 'node:assert';
import type { AccessToken } from '@auth/core';
import {
  assertDeeplyFrozen,
  assertSilent,
  callVerifier,
  isFor,
  nameOf,
  refusalOf,
  sameScopes,
  textsOf,
} from './conformance-checks.js';
import { type ConformanceCase, NotApplicable } from './conformance-subject.js';
import { type HostileInput, hostileTexts, hostileValues } from './hostile-input.js';

/** What a verifier has to accept and to refuse, and what it says about it. */
export const DECISION_CASES: readonly ConformanceCase[] = [
  {
    id: 'accepts',
    title: 'accepts a good token and says who it is for and what it may do',
    async run({ open, now }) {
      const { verifier, tokens } = await open([{ subject: 'alice', scopes: ['read', 'write'] }]);
      const accessToken = await callVerifier(verifier, tokens[0]);
      ok(accessToken.token === tokens[0], 'token is not the token');
      ok(isFor(accessToken, 'alice'), 'neither subject nor clientId is the one of the token');
      sameScopes(accessToken.scopes, ['read', 'write'], 'scopes');
      ok(Array.isArray(accessToken.audience), 'audience is no list');
      ok(typeof accessToken.claims === 'object' && accessToken.claims !== null, 'claims is no object');
      const { expiresAt } = accessToken;
      ok(expiresAt === undefined || expiresAt === now + 3600, 'expiresAt is not the one of the token, in seconds');
    },
  },
  {
    id: 'answers-alike',
    title: 'says the same of a token each time, whatever it remembers',
    async run({ open }) {
      const { verifier, tokens } = await open([{ subject: 'alice', scopes: ['read', 'write'] }]);
      const first = answerOf(await callVerifier(verifier, tokens[0]));
      for (let again = 0; again < 3; again++) {
        ok(answerOf(await callVerifier(verifier, tokens[0])) === first, 'another answer than the first time');
      }
    },
  },
  {
    id: 'takes-no-options',
    title: 'takes absent options, null and an absent signal for none at all',
    async run({ open }) {
      const { verifier, tokens } = await open([{}]);
      for (const options of [undefined, null, {}, { signal: undefined }, Object.freeze({})]) {
        const given = (token: string) => verifier.verifyToken(token, options as undefined);
        await callVerifier({ verifyToken: given }, tokens[0]);
        const { code } = await refusalOf({ verifyToken: given }, 'no token of anybody');
        ok(code === 'invalid_token', `code ${code}`);
      }
    },
  },
  {
    id: 'refuses-hostile-text',
    title: 'refuses every hostile text as invalid_token, with an error that does not repeat it',
    async run({ open }) {
      const { verifier, tokens, secrets } = await open([{}]);
      await refusesAll(hostileTexts(tokens[0] ?? ''), async (input) => {
        const error = await refusalOf(verifier, input);
        ok(error.code === 'invalid_token', `code ${error.code}`);
        assertSilent(textsOf(error), [...(secrets ?? []), ...tokens], 'the error shows a token or a secret');
      });
    },
  },
  {
    id: 'refuses-hostile-values',
    title: 'refuses every value that is no text as malformed, also one that converts to a good token',
    async run({ open }) {
      const { verifier, tokens } = await open([{}]);
      await refusesAll(hostileValues(tokens[0] ?? ''), async (input) => {
        const { code, reason } = await refusalOf(verifier, input);
        ok(code === 'invalid_token' && reason === 'malformed', `${code}, ${reason}`);
      });
    },
  },
  {
    id: 'refuses-forged',
    title: 'refuses every forged token as invalid_token',
    async run({ open }) {
      const { verifier, tokens, forged = [] } = await open([{}]);
      if (forged.length === 0) throw new NotApplicable('the subject has no forged tokens');
      await callVerifier(verifier, tokens[0]);
      await refusesAll(
        forged.map(({ name, token }) => ({ name, input: token })),
        async (input) => {
          const error = await refusalOf(verifier, input);
          ok(error.code === 'invalid_token', `code ${error.code}`);
        },
      );
    },
  },
  {
    id: 'names-forgeries',
    title: 'says of each forged token what is wrong with it',
    async run({ open }) {
      const { verifier, forged = [] } = await open([{}]);
      if (forged.length === 0) throw new NotApplicable('the subject has no forged tokens');
      const wanted = new Map(forged.map(({ token, reason }) => [token, reason]));
      const named = forged.filter(({ reason }) => reason !== undefined);
      await refusesAll(
        named.map(({ name, token }) => ({ name, input: token })),
        async (input) => {
          const { reason } = await refusalOf(verifier, input);
          const expected = wanted.get(String(input));
          ok(reason === expected, `${reason} instead of ${expected}`);
        },
      );
    },
  },
  {
    id: 'refuses-expired',
    title: 'refuses a token that has expired, also one that lacks scopes, with 401',
    async run({ open, now }) {
      const { verifier, tokens } = await open([{ expiresAt: now - 3600, scopes: [] }], ['read']);
      const { code, reason } = await refusalOf(verifier, tokens[0]);
      ok(code === 'invalid_token' && (reason === 'expired' || reason === 'inactive'), `${code}, ${reason}`);
    },
  },
  {
    id: 'forgets-in-time',
    title: 'refuses a token that it accepted before, once that has expired',
    async run(context) {
      const { verifier, tokens } = await context.open([{ expiresAt: context.now + 600 }]);
      await callVerifier(verifier, tokens[0]);
      await callVerifier(verifier, tokens[0]);
      // Past the largest tolerance that a verifier may have.
      context.advance(600 + 301);
      const { code, reason } = await refusalOf(verifier, tokens[0]);
      ok(code === 'invalid_token' && (reason === 'expired' || reason === 'inactive'), `${code}, ${reason}`);
    },
  },
  {
    id: 'requires-scopes',
    title: 'answers a token that lacks a required scope with 403 and names all of them',
    async run({ open }) {
      const required = ['read', 'admin'];
      const { verifier, tokens } = await open([{ scopes: ['read'] }, { scopes: ['admin', 'read', 'x'] }], required);
      const error = await refusalOf(verifier, tokens[0]);
      ok(error.code === 'insufficient_scope', `code ${error.code}`);
      sameScopes(error.requiredScopes, ['admin', 'read'], 'requiredScopes');
      sameScopes(error.missingScopes, ['admin'], 'missingScopes');
      assertDeeplyFrozen(error.requiredScopes, 'requiredScopes');
      assertDeeplyFrozen(error.missingScopes, 'missingScopes');
      // A caller that changes its own list later must not open the door.
      required.length = 0;
      ok(
        (await refusalOf(verifier, tokens[0])).code === 'insufficient_scope',
        'the list of the caller is still in use',
      );
      await callVerifier(verifier, tokens[1]);
    },
  },
  {
    id: 'compares-scopes-exactly',
    title: 'takes no similar scope for a required one',
    async run({ open }) {
      const similar = ['reader', 'rea', 'READ', 'read:all', 'x.read', 'read*', '*'];
      const { verifier, tokens } = await open(
        similar.map((scope) => ({ scopes: [scope] })),
        ['read'],
      );
      const inputs = similar.map((name, index) => ({ name, input: tokens[index] }));
      await refusesAll(inputs, async (input) => {
        const { code } = await refusalOf(verifier, input);
        ok(code === 'insufficient_scope', `code ${code}`);
      });
    },
  },
];

/** What an access token says, as text. */
function answerOf({ clientId, subject, issuer, audience, scopes, expiresAt, claims }: AccessToken): string {
  return JSON.stringify({ clientId, subject, issuer, audience, scopes, expiresAt, claims });
}

/** Runs a check on each input and says in one error which of them failed and why. */
async function refusesAll(inputs: readonly HostileInput[], check: (input: unknown) => Promise<void>): Promise<void> {
  const failures: string[] = [];
  for (const { name, input } of inputs) {
    try {
      await check(input);
    } catch (error) {
      failures.push(`${name} (${error instanceof Error ? error.message : nameOf(error)})`);
    }
  }
  if (failures.length > 0) throw new Error(`${failures.length} of ${inputs.length}: ${failures.join('; ')}`);
}
