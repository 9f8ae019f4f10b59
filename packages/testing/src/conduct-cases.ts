import { ok } from 'node:assert';
import { getEventListeners } from 'node:events';
import {
  assertDeeplyFrozen,
  assertSilent,
  callVerifier,
  isFor,
  refusalOf,
  sameScopes,
  textsOf,
} from './conformance-checks.js';
import type { ConformanceCase } from './conformance-subject.js';

/** How a verifier has to behave, whatever it decides: silent, frozen, fair to many callers. */
export const CONDUCT_CASES: readonly ConformanceCase[] = [
  {
    id: 'redacts',
    title: 'gives results that never show the token when printed, spread or stringified',
    async run({ open }) {
      const { verifier, tokens } = await open([{}]);
      const accessToken = await callVerifier(verifier, tokens[0]);
      ok(!Object.keys(accessToken).includes('token'), 'token is enumerable');
      assertSilent(textsOf(accessToken), tokens, 'the access token shows the token');
    },
  },
  {
    id: 'frozen',
    title: 'gives results that are deeply frozen',
    async run({ open }) {
      const { verifier, tokens } = await open([{}]);
      assertDeeplyFrozen(await callVerifier(verifier, tokens[0]), 'the access token');
    },
  },
  {
    id: 'keeps-secrets',
    title: 'shows neither a token nor a secret of its own when printed, before and after use',
    async run({ open }) {
      const { verifier, tokens, secrets = [] } = await open([{}]);
      assertSilent(textsOf(verifier), secrets, 'the verifier shows a secret');
      await callVerifier(verifier, tokens[0]);
      await refusalOf(verifier, `${tokens[0]}\n`).catch(() => undefined);
      assertSilent(textsOf(verifier), [...secrets, ...tokens], 'the verifier shows a secret or a token after use');
    },
  },
  {
    id: 'keeps-callers-apart',
    title: 'answers many callers at once, each according to its own token',
    async run({ open }) {
      const { verifier, tokens } = await open([
        { subject: 'alice', scopes: ['read'] },
        { subject: 'bob', scopes: ['write'] },
        { subject: 'carol', scopes: [] },
      ]);
      const names = ['alice', 'bob', 'carol'];
      const calls = Array.from({ length: 60 }, async (_unused, index) => {
        const who = index % 4;
        if (who === 3) {
          await refusalOf(verifier, `${tokens[0]}\n${index}`);
          return;
        }
        const accessToken = await callVerifier(verifier, tokens[who]);
        ok(accessToken.token === tokens[who], "a caller got another caller's token");
        ok(isFor(accessToken, names[who] ?? ''), "a caller got another caller's identity");
        sameScopes(accessToken.scopes, [['read'], ['write'], []][who] ?? [], 'scopes');
      });
      await Promise.all(calls);
    },
  },
  {
    id: 'spares-other-callers',
    title: 'lets nobody else pay for a caller that goes away: not one with the same token, not one with another',
    async run({ open }) {
      const { verifier, tokens } = await open([{ subject: 'alice' }, { subject: 'bob' }]);
      const abort = new AbortController();
      const leaver = settles(callVerifier(verifier, tokens[0], abort.signal));
      const others = ['alice', 'bob', 'alice'].map(async (name, index) => {
        const accessToken = await callVerifier(verifier, tokens[index % 2]);
        ok(isFor(accessToken, name), "a caller got another caller's identity");
      });
      abort.abort(new Error('the caller went away'));
      const outcomes = await Promise.allSettled([leaver, ...others]);
      const failed = outcomes.find(({ status }) => status === 'rejected');
      if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    },
  },
  {
    id: 'minds-an-aborted-signal',
    title: 'settles by the contract for a signal that was aborted before, and for one that is aborted later',
    async run({ open }) {
      const { verifier, tokens } = await open([{}]);
      const reason = new Error('the caller went away');
      const late = new AbortController();
      const calls = [
        settles(callVerifier(verifier, tokens[0], AbortSignal.abort(reason))),
        settles(callVerifier(verifier, tokens[0], late.signal)),
      ];
      late.abort(reason);
      await Promise.all(calls);
      await callVerifier(verifier, tokens[0]);
    },
  },
  {
    id: 'leaves-signals-clean',
    title: 'leaves no listener on a signal that outlives the call',
    async run({ open }) {
      const { verifier, tokens } = await open([{}]);
      const { signal } = new AbortController();
      await callVerifier(verifier, tokens[0], signal);
      await refusalOf(verifier, `${tokens[0]}\n`, signal).catch(() => undefined);
      ok(getEventListeners(signal, 'abort').length === 0, 'a listener is left');
    },
  },
];

/** Accepted, or refused as `temporarily_unavailable`: both are right for a caller that went away. */
async function settles(call: Promise<unknown>): Promise<void> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (outcome === undefined) return;
  const { code } = await refusalOf({ verifyToken: () => Promise.reject(outcome.error) }, undefined);
  ok(code === 'temporarily_unavailable', `code ${code}`);
}
