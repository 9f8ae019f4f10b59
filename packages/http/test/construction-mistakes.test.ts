import { expect, it } from 'vitest';
import { createGate } from '../src/gate.js';
import type { GateOptions } from '../src/gate-options.js';

const verifier = { verifyToken: () => Promise.reject(new Error('never asked')) };
const resource = 'https://mcp.example.com/mcp';

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

const VERIFIER = "option 'verifier' must be an object with a verifyToken method;";
const URL_TEXT = 'must be an https URL (http only on loopback), without user, password or fragment';

it.each<[mistake: string, options: object, message: string]>([
  [
    'no verifier',
    { verifier: undefined },
    `${VERIFIER} it is undefined, as is what verifierFromEnv gives when nothing is configured`,
  ],
  ['a promise', { verifier: Promise.resolve(verifier) }, `${VERIFIER} it is a promise: write await in front of it`],
  [
    'the verifier of the SDK',
    { verifier: { verifyAccessToken: () => undefined } },
    `${VERIFIER} it has the verifyAccessToken of the MCP SDK: give the verifier itself`,
  ],
  ['anything else', { verifier: {} }, VERIFIER.slice(0, -1)],
  ['auth', { auth: verifier }, "unknown option 'auth'; did you mean 'verifier'?"],
  ['base_url', { base_url: resource }, "unknown option 'base_url'; did you mean 'resource'?"],
  [
    'scopes',
    { scopes: ['a'] },
    "unknown option 'scopes'; did you mean 'requiredScopes'? Write requiredScopes: ['notes:read'].",
  ],
  [
    'authorizationServer',
    { authorizationServer: 'x' },
    "unknown option 'authorizationServer'; did you mean 'authorizationServers'?",
  ],
  [
    'a text for issuers',
    { resource, authorizationServers: 'https://a.example' },
    "option 'authorizationServers' must be a list of issuers that is not empty; it is a text: write [issuer]",
  ],
  [
    'no issuers',
    { resource, authorizationServers: [] },
    "option 'authorizationServers' must be a list of issuers that is not empty; the list is empty",
  ],
  [
    'issuers without a resource',
    { authorizationServers: ['https://a.example'] },
    "option 'authorizationServers' needs option 'resource'",
  ],
  [
    'http',
    { resource: 'http://mcp.example.com' },
    `option 'resource' ${URL_TEXT}; it begins with http://, and is not on this machine`,
  ],
  [
    "scopes 'a b'",
    { requiredScopes: 'a b' },
    "option 'requiredScopes' must be a list of scopes such as ['notes:read'], without blanks; it is a text: write a list, or text.split(' ')",
  ],
])('createGate says what to write instead of %s', (_mistake, options, message) => {
  expect(messageOf(() => createGate({ verifier, ...options } as GateOptions))).toBe(`createGate: ${message}`);
});
