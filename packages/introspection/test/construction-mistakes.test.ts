import { expect, it } from 'vitest';
import { IntrospectionTokenVerifier } from '../src/verifier.js';

const GOOD = { introspectionUrl: 'https://auth.example.com/introspect', clientId: 'notes', clientSecret: 'hunter2' };

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

const URL_TEXT = 'must be an https URL (http only on loopback), without user, password or fragment';

it.each<[mistake: string, options: object, message: string]>([
  [
    'introspection_url',
    { introspection_url: 'x' },
    "unknown option 'introspection_url'; did you mean 'introspectionUrl'?",
  ],
  ['client_secret', { client_secret: 'hunter2' }, "unknown option 'client_secret'; did you mean 'clientSecret'?"],
  ['aud', { aud: 'x' }, "unknown option 'aud'; did you mean 'audience'?"],
  [
    'timeout_seconds',
    { timeout_seconds: 5 },
    "unknown option 'timeout_seconds'; did you mean 'timeoutMs'? Write timeoutMs: 5000 for five seconds.",
  ],
  [
    'cache_ttl_seconds',
    { cache_ttl_seconds: 60 },
    "unknown option 'cache_ttl_seconds'; did you mean 'cache'? Write cache: { ttlSeconds: 60 }.",
  ],
  [
    'http',
    { introspectionUrl: 'http://a.example' },
    `option 'introspectionUrl' ${URL_TEXT}; it begins with http://, and is not on this machine`,
  ],
  [
    'no URL',
    { introspectionUrl: undefined },
    `option 'introspectionUrl' ${URL_TEXT}; it is undefined: is an environment variable missing?`,
  ],
  [
    'a user in the URL',
    { introspectionUrl: 'https://me:hunter2@a.example' },
    `option 'introspectionUrl' ${URL_TEXT}; it has a user or a password`,
  ],
  [
    'no secret',
    { clientSecret: undefined },
    "option 'clientSecret' must be a text, or a function that gives one; it is undefined: is an environment variable missing?",
  ],
  [
    'a blank secret',
    { clientSecret: ' ' },
    "option 'clientSecret' must not be blank, and fit to be sent; it is blank: is an environment variable empty?",
  ],
  [
    'no client id',
    { clientId: undefined },
    "option 'clientId' must be a text that is not blank; it is undefined: is an environment variable missing?",
  ],
  ['cache: 60', { cache: 60 }, "option 'cache' must be an object such as { ttlSeconds: 60 }, or false"],
  [
    'cache: {}',
    { cache: {} },
    "option 'cache.ttlSeconds' is needed: how long a token that was revoked may still be accepted",
  ],
  ['a time as text', { timeoutMs: '5000' }, "option 'timeoutMs' must be a number; it is a text: write Number(text)"],
  [
    'another method',
    { clientAuthMethod: 'basic' },
    "option 'clientAuthMethod' must be one of client_secret_basic, client_secret_post, private_key_jwt, bearer, none",
  ],
  [
    "scopes 'a b'",
    { requiredScopes: 'a b' },
    "option 'requiredScopes' must be a list of scopes such as ['notes:read'], without blanks; it is a text: write a list, or text.split(' ')",
  ],
])('an IntrospectionTokenVerifier says what to write instead of %s', (_mistake, options, message) => {
  const shown = messageOf(() => new IntrospectionTokenVerifier({ ...GOOD, ...options }));
  expect(shown).toBe(`IntrospectionTokenVerifier: ${message}`);
  expect(shown).not.toContain('hunter2');
});
