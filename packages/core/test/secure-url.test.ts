import { describe, expect, it } from 'vitest';
import { assertSecureUrl, isLoopback } from '../src/secure-url.js';

describe('assertSecureUrl [checklist 46]', () => {
  it.each([
    'https://api.example',
    'https://api.example:8443/mcp?tenant=a',
    'HTTPS://API.example/',
    'http://localhost:3000/mcp',
    'http://127.0.0.1',
    'http://127.9.9.9:1/',
    'http://[::1]:3000/',
  ])('accepts %s', (value) => {
    expect(assertSecureUrl('X', 'url', value).href).toBe(new URL(value).href);
  });

  it.each<[string, unknown]>([
    ['http to another machine', 'http://api.example'],
    ['http to a host that begins like loopback', 'http://127.0.0.1.evil.example'],
    ['http to a host that ends like loopback', 'http://evil-localhost'],
    ['http to a name below localhost', 'http://localhost.evil.example'],
    ['http to all addresses', 'http://0.0.0.0'],
    ['http to a private address', 'http://10.0.0.1'],
    ['another scheme', 'ftp://api.example'],
    ['a file', 'file:///etc/passwd'],
    ['a script', 'javascript:alert(1)'],
    ['data', 'data:application/json,{}'],
    ['a user name', 'https://user@api.example'],
    ['a password', 'https://:hunter2@api.example'],
    ['a fragment', 'https://api.example/#a'],
    ['an empty fragment', 'https://api.example/#'],
    ['no host', 'https://'],
    ['one slash', 'https:/api.example'],
    ['no slash', 'https:api.example'],
    ['three slashes', 'https:///api.example'],
    ['backslashes', 'https:\\\\api.example'],
    ['a backslash in the path', 'https://api.example\\@evil.example'],
    ['a blank before', ' https://api.example'],
    ['a line break after', 'https://api.example\n'],
    ['a tab inside', 'https://api.exa\tmple'],
    ['a relative URL', '/mcp'],
    ['an empty text', ''],
    ['a URL object', new URL('https://api.example')],
    ['a list', ['https://api.example']],
    ['nothing', undefined],
  ])('refuses %s, and does not repeat it', (_what, value) => {
    expect(() => assertSecureUrl('X', 'url', value)).toThrow(
      /^X: option 'url' must be an https URL \(http only on loopback\), without user, password or fragment(?:; it [a-zA-Z :/,.?#()-]+)?$/,
    );
  });
});

it.each([
  ['http://localhost', true],
  ['http://LOCALHOST', true],
  ['http://127.1', true],
  ['http://0x7f000001', true],
  ['http://[::1]', true],
  ['http://[0:0:0:0:0:0:0:1]', true],
  ['http://[::]', false],
  ['http://128.0.0.1', false],
  ['http://localhost.', false],
])('isLoopback says of %s: %o', (url, expected) => {
  expect(isLoopback(new URL(url))).toBe(expected);
});

it.each([
  [undefined, '; it is undefined: is an environment variable missing?'],
  ['', '; it is blank: is an environment variable empty?'],
  [new URL('https://api.example'), '; it is a URL object: write url.href'],
  ['api.example', '; it has to begin with https://'],
  ['https:///api.example', '; it is not well-formed'],
  ['http://api.example', '; it begins with http://, and is not on this machine'],
  ['https://me:hunter2@api.example', '; it has a user or a password'],
  ['https://api.example/#part', '; it has a fragment (#)'],
])('says what is wrong with %s', (value, cause) => {
  const expected = 'must be an https URL (http only on loopback), without user, password or fragment';
  expect(() => assertSecureUrl('X', 'url', value)).toThrow(new TypeError(`X: option 'url' ${expected}${cause}`));
});
