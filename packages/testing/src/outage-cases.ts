import { ok } from 'node:assert';
import { assertSilent, callVerifier, nameOf, refusalOf, strayRejections, textsOf } from './conformance-checks.js';
import { type ConformanceCase, NotApplicable } from './conformance-subject.js';

/** What becomes of callers while keys or introspection cannot be had, and afterwards. */
export const OUTAGE_CASES: readonly ConformanceCase[] = [
  {
    id: 'lets-go-when-aborted',
    title: 'rejects as temporarily_unavailable at once when the signal fires while keys or introspection hang',
    async run({ open }) {
      const { verifier, tokens, stallUpstream } = await open([{}]);
      if (stallUpstream === undefined) throw new NotApplicable('the subject needs nobody');
      await stallUpstream();
      const abort = new AbortController();
      const refusal = refusalOf(verifier, tokens[0], abort.signal);
      setImmediate(() => abort.abort());
      const { code } = await refusal;
      ok(code === 'temporarily_unavailable', `code ${code}`);
    },
  },
  {
    id: 'survives-an-outage',
    title: 'answers an outage of what it depends on with temporarily_unavailable, never with 401',
    async run({ open }) {
      const { verifier, tokens, secrets = [], breakUpstream } = await open([{}]);
      if (breakUpstream === undefined) throw new NotApplicable('the subject needs nobody');
      await breakUpstream();
      for (let attempt = 0; attempt < 3; attempt++) {
        const error = await refusalOf(verifier, tokens[0]);
        ok(error.code === 'temporarily_unavailable', `code ${error.code}`);
        assertSilent(textsOf(error), secrets, 'the error shows a secret');
      }
    },
  },
  {
    id: 'recovers',
    title: 'accepts good tokens again after an outage, without being made anew',
    async run({ open, advance }) {
      const { verifier, tokens, breakUpstream, mendUpstream } = await open([{}]);
      if (breakUpstream === undefined || mendUpstream === undefined) {
        throw new NotApplicable('nothing that can be mended');
      }
      await breakUpstream();
      await refusalOf(verifier, tokens[0]);
      await mendUpstream();
      // Longer than anyone should wait before trying again.
      advance(120);
      await callVerifier(verifier, tokens[0]);
    },
  },
  {
    id: 'leaves-no-rejection',
    title: 'leaves no rejection without a handler behind, which would end the process of its user',
    async run({ open }) {
      const { verifier, tokens, breakUpstream } = await open([{}, {}]);
      const abort = new AbortController();
      const stray = await strayRejections(async () => {
        const calls = [tokens[0], tokens[0], 'no token of anybody'].map((token) =>
          verifier.verifyToken(String(token), { signal: abort.signal }),
        );
        abort.abort(new Error('the caller went away'));
        await Promise.allSettled(calls);
        await breakUpstream?.();
        await Promise.allSettled([verifier.verifyToken(String(tokens[1])), verifier.verifyToken(String(tokens[1]))]);
      });
      ok(stray.length === 0, `${stray.length} without a handler, the first a ${nameOf(stray[0])}`);
    },
  },
];
