import { expect, it } from 'vitest';
import { createAuthorizer } from '../src/authorizer.js';
import { mcpPolicy } from '../src/sdk-options.js';

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

it.each<[mistake: string, options: object, message: string]>([
  ['scopeHierarchy', { scopeHierarchy: {} }, "unknown option 'scopeHierarchy'; did you mean 'hierarchy'?"],
  ['a list', { hierarchy: ['a'] }, "option 'hierarchy' must map a scope to the list of scopes that it includes"],
  [
    'a text in it',
    { hierarchy: { admin: 'read write' } },
    "option 'hierarchy' must be a list of scopes such as ['notes:read'], without blanks; it is a text: write a list, or text.split(' ')",
  ],
  ['an object for a function', { onDecision: console }, "option 'onDecision' must be a function"],
])('createAuthorizer says what to write instead of %s', (_mistake, options, message) => {
  expect(messageOf(() => createAuthorizer(options))).toBe(`createAuthorizer: ${message}`);
  expect(messageOf(() => mcpPolicy(options))).toBe(`createAuthorizer: ${message}`);
});
