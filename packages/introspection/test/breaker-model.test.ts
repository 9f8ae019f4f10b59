import { isAuthError, type VerifierEvent } from '@auth/core';
import { scriptedTransport } from '@auth/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IntrospectionTokenVerifier } from '../src/verifier.js';

const OPENS_AFTER = 5;
const LONGEST_SECONDS = 30;

type Mood = 'good' | 'inactive' | 'unknown token' | 'down' | 'our credentials' | 'html' | 'reset';
const FAILS: ReadonlySet<Mood> = new Set(['down', 'our credentials', 'html', 'reset']);

const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('mood' as const), mood: fc.constantFrom<Mood>('good', 'inactive', 'unknown token') }),
    fc.record({ do: fc.constant('mood' as const), mood: fc.constantFrom<Mood>(...FAILS) }),
    fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(0.1, 0.7, 1, 2, 8, 30, 60) }),
    { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const) }) },
    fc.record({ do: fc.constant('flood' as const), callers: fc.integer({ min: 2, max: 20 }) }),
  ),
  { minLength: 20, maxLength: 60 },
);

test('the promises about a failing server hold in whatever order time, failures and floods come', async () => {
  const opened: number[] = [];
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      let now = 1_800_000_000;
      let mood: Mood = 'good';
      let openUntil: number | undefined;
      let openings = 0;
      let inFlight = 0;
      let requests = 0;
      let tokens = 0;
      const broken: string[] = [];
      const transport = scriptedTransport(async () => {
        requests++;
        inFlight++;
        if (openUntil !== undefined && now < openUntil - 1e-6) broken.push('a request while the breaker was open');
        if (openUntil !== undefined && inFlight > 1) broken.push('two probes at a time');
        const answering = mood;
        await undefined;
        inFlight--;
        if (answering === 'reset') throw new Error('ECONNRESET');
        if (answering === 'down') return { status: 500, json: {} };
        if (answering === 'our credentials') return { status: 401, json: {} };
        if (answering === 'html') return { text: '<html>' };
        if (answering === 'unknown token') return { status: 400, json: { error: 'invalid_request' } };
        return { json: answering === 'good' ? { active: true, client_id: 'c' } : { active: false } };
      });
      const observer = (event: VerifierEvent): void => {
        if (event.type === 'breaker.opened') {
          const seconds = event.openMs / 1000;
          const longest = Math.min(LONGEST_SECONDS, 2 ** openings++);
          if (seconds > longest || seconds < longest * 0.8) broken.push(`open for ${seconds} s instead of ${longest}`);
          openUntil = now + seconds;
          opened.push(seconds);
        } else if (event.type === 'breaker.closed') {
          openUntil = undefined;
          openings = 0;
        }
      };
      const verifier = new IntrospectionTokenVerifier({
        introspectionUrl: 'https://auth.example/introspect',
        clientId: 'rs',
        clientSecret: 'a secret',
        transport,
        clock: () => now,
        observer,
      });
      /** Failures of callers who came one at a time, since the last other outcome. */
      let row = 0;
      const ask = async (): Promise<void> => {
        const [before, asked] = [mood, requests];
        const outcome: unknown = await verifier
          .verifyToken(`opaque-token-${tokens++}`)
          .catch((error: unknown) => error);
        const code = isAuthError(outcome) ? outcome.code : 'accepted';
        // What the server's state is can only make a token unavailable, and a token that was asked about gets the server's word.
        if (requests === asked) expect(code).toBe('temporarily_unavailable');
        if (FAILS.has(before)) expect(code).toBe('temporarily_unavailable');
        else if (code !== 'temporarily_unavailable')
          expect(code).toBe(before === 'good' ? 'accepted' : 'invalid_token');
      };
      for (const step of script) {
        if (step.do === 'wait') now += step.seconds;
        else if (step.do === 'mood') mood = step.mood;
        else if (step.do === 'flood') {
          await Promise.all(Array.from({ length: step.callers }, ask));
          row = 0;
        } else {
          const [wasOpen, asked] = [openUntil !== undefined, requests];
          const due = openUntil === undefined || now >= openUntil;
          await ask();
          // A call that may pass does pass: nobody is kept away for longer than was said.
          expect(requests - asked).toBe(due ? 1 : 0);
          if (requests === asked) continue;
          if (FAILS.has(mood)) row++;
          else if (mood !== 'unknown token') row = 0;
          // A caller can send tokens that the server does not know for as long as they like.
          if (!wasOpen && !FAILS.has(mood)) expect(openUntil).toBeUndefined();
          if (row >= OPENS_AFTER) expect(openUntil).toBeDefined();
        }
        expect(broken).toEqual([]);
      }
      await verifier.close();
    }),
    { numRuns: process.env.TEST_LONG === '1' ? 10_000 : 150 },
  );
  expect(opened.length).toBeGreaterThan(50);
});
