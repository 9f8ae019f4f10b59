import { inspect } from 'node:util';
import { type AccessToken, TokenVerifier, toChallenge, type VerifyOptions } from '@auth/core';
import { afterAll, afterEach, expect } from 'vitest';

// Runs before the tests of every package that verifies tokens: whatever they verify, in whatever way it is refused, the error,
// its causes, the answer made of it and the console must not show the token. So each test is a test for leaks as well.

/** A shorter text may be a word of a message. */
const SHORTEST = 24;
/** Writing errors down takes time: enough for any test but those that refuse tens of thousands. */
const MOST = 4000;
const CONSOLE = ['debug', 'error', 'info', 'log', 'warn'] as const;

interface Watch {
  readonly leaks: string[];
  readonly tokens: Set<string>;
  readonly printed: string[];
  looked: number;
}

/** One for each worker: files that share one run this file again. */
const HOLDER = globalThis as { watchForLeaks?: Watch };
const watching = HOLDER.watchForLeaks;
HOLDER.watchForLeaks ??= { leaks: [], tokens: new Set(), printed: [], looked: 0 };
const watch = HOLDER.watchForLeaks;
const { leaks, tokens, printed } = watch;
watch.looked = 0;

/** The token, and those of its parts that are secret: what is signed with can be replayed, what is signed may be private. */
function secretParts(token: string): readonly string[] {
  const [, payload = '', signature = ''] = token.split('.');
  return [token, payload, signature].filter((part) => part.length >= SHORTEST);
}

/** Everything that the usual ways to write an error down would show, causes included. */
function writtenDown(value: unknown, depth = 0): string {
  const texts = [inspect(value, { depth: 8, showHidden: true, getters: true, maxStringLength: null }), String(value)];
  try {
    texts.push(JSON.stringify(value) ?? '', JSON.stringify({ ...(value as object) }));
  } catch {
    // A cycle: inspect has shown it.
  }
  if (value instanceof Error) {
    texts.push(value.message, String(value.stack));
    if (value.cause !== undefined && depth < 8) texts.push(writtenDown(value.cause, depth + 1));
  }
  return texts.join('\n');
}

function look(what: string, value: unknown, token: string): void {
  if (watch.looked++ > MOST) return;
  const text = writtenDown(value);
  if (secretParts(token).some((part) => text.includes(part)))
    leaks.push(`${what} shows the token: ${text.slice(0, 500)}`);
}

function begin(): void {
  const { verifyToken } = TokenVerifier.prototype;
  TokenVerifier.prototype.verifyToken = async function watched(
    this: TokenVerifier,
    token: string,
    options?: VerifyOptions,
  ): Promise<AccessToken> {
    if (typeof token === 'string' && token.length >= SHORTEST && tokens.size < MOST) tokens.add(token);
    try {
      const accessToken = await verifyToken.call(this, token, options);
      // Who the caller is stays as the issuer says, even where that repeats the token.
      const named = [accessToken.subject, accessToken.clientId].some((name) => name?.includes(token));
      if (typeof token === 'string' && !named) look('an access token', accessToken, token);
      return accessToken;
    } catch (error) {
      if (typeof token === 'string') {
        look('an error', error, token);
        look('an answer', toChallenge(error as never), token);
      }
      throw error;
    }
  };

  for (const method of CONSOLE) {
    const original = console[method];
    console[method] = (...values: unknown[]) => {
      printed.push(values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '));
      original.apply(console, values);
    };
  }
}

if (watching === undefined) begin();

afterEach(() => {
  expect(leaks.splice(0)).toEqual([]);
});

afterAll(() => {
  const text = printed.join('\n');
  const shown = [...tokens].filter((token) => secretParts(token).some((part) => text.includes(part)));
  tokens.clear();
  printed.length = 0;
  expect(shown, 'tokens on the console').toEqual([]);
});
