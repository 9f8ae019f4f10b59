import { expect, it } from 'vitest';
import { DebugTokenVerifier } from '../src/debug-token-verifier.js';
import { StaticTokenVerifier, type StaticTokenVerifierOptions } from '../src/static-token-verifier.js';

/** The message without the list of known options, which is long and the same every time. */
function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError)
      return error.message.replace(/[; ]+known options: .*$/i, '');
    throw error;
  }
  throw new Error('nothing was thrown');
}

const NEEDED = "option 'tokens' is needed: { tokens: { 'a-token': { clientId: 'a-client' } } }";
const ENTRY = "option 'tokens', entry 1:";

it.each<[mistake: string, options: unknown, message: string]>([
  ['tokens for options', { hunter2: { clientId: 'alice' } }, NEEDED],
  ['token', { token: { hunter2: { clientId: 'alice' } } }, NEEDED],
  ['no options', undefined, 'options must be an object'],
  [
    'undefined tokens',
    { tokens: undefined },
    "option 'tokens' must map each token to what it stands for; it is undefined: is an environment variable missing?",
  ],
  ['a list of tokens', { tokens: ['hunter2'] }, "option 'tokens' must map each token to what it stands for"],
  ['a text for a definition', { tokens: { hunter2: 'alice' } }, `${ENTRY} options must be an object`],
  [
    'client_id',
    { tokens: { hunter2: { client_id: 'alice' } } },
    `${ENTRY} unknown option 'client_id'; did you mean 'clientId'?`,
  ],
  [
    'scope',
    { tokens: { hunter2: { clientId: 'a', scope: 'a' } } },
    `${ENTRY} unknown option 'scope'; did you mean 'scopes'?`,
  ],
  [
    "scopes 'a b'",
    { tokens: { hunter2: { clientId: 'a', scopes: 'a b' } } },
    `${ENTRY} option 'scopes' must be a list of scopes such as ['notes:read'], without blanks; it is a text: write a list, or text.split(' ')`,
  ],
  [
    'milliseconds',
    { tokens: { hunter2: { clientId: 'a', expiresAt: 1_800_000_000_000 } } },
    `${ENTRY} option 'expiresAt' must be a whole number at least 0 and at most 253402300799; the unit is seconds, not milliseconds`,
  ],
])('a StaticTokenVerifier says what to write instead of %s', (_mistake, options, message) => {
  const shown = messageOf(() => new StaticTokenVerifier(options as StaticTokenVerifierOptions));
  expect(shown).toBe(`StaticTokenVerifier: ${message}`);
  expect(shown).not.toContain('hunter2');
});

it.each<[mistake: string, options: object, message: string]>([
  ['client_id', { client_id: 'alice' }, "unknown option 'client_id'; did you mean 'clientId'?"],
  [
    'a blank client',
    { clientId: ' ' },
    "option 'clientId' must be a text that is not blank; it is blank: is an environment variable empty?",
  ],
  ['validate: true', { validate: true }, "option 'validate' must be a function"],
  [
    "allowInProduction: 'true'",
    { allowInProduction: 'true' },
    "option 'allowInProduction' must be true or false; it is a text: compare it, as in value === 'true'",
  ],
])('a DebugTokenVerifier says what to write instead of %s', (_mistake, options, message) => {
  expect(messageOf(() => new DebugTokenVerifier(options))).toBe(`DebugTokenVerifier: ${message}`);
});
