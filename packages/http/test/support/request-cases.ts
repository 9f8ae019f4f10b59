import type { GateName } from './gates.js';
import { ODD_TOKEN } from './known-tokens.js';

/** One request, byte for byte, and what has to come of it, whatever the skin. */
export interface RequestCase {
  readonly name: string;
  readonly gate: GateName;
  /** Default `GET`. */
  readonly method?: string;
  /** Default `/mcp`. */
  readonly target?: string;
  /** Default `localhost`; `null` sends no Host. */
  readonly host?: string | null;
  /** Header lines, each character one byte. */
  readonly lines?: readonly string[];
  readonly body?: string;
  readonly expect: Expected;
}

export interface Expected {
  readonly status: number;
  /** `error=` of the challenge and `error` of the body; `null`: a challenge that has none. */
  readonly error?: string | null;
  readonly caller?: string;
  /** Texts that the challenge (or, without one, the header fields) must hold. */
  readonly contains?: readonly string[];
  readonly excludes?: readonly string[];
  /** The answer is the HTTP parser's; only the status counts. */
  readonly byParser?: boolean;
}

const POINTER = 'resource_metadata="https://notes.example.com/.well-known/oauth-protected-resource/mcp"';
const passes = (caller: string): Expected => ({ status: 200, caller });
const missing: Expected = { status: 401, error: null };
const malformed: Expected = { status: 400, error: 'invalid_request' };
const invalid: Expected = { status: 401, error: 'invalid_token' };
const byParser = (status: number): Expected => ({ status, byParser: true });

/** Cases about one Authorization field: its value and the outcome. */
function authorization(gate: GateName, table: readonly (readonly [string, string, Expected])[]): RequestCase[] {
  return table.map(([name, value, expect]) => ({ name, gate, lines: [`Authorization: ${value}`], expect }));
}

const credentials = authorization('full', [
  ['a good token', 'Bearer good', passes('cli')],
  ['the scheme in lower case (checklist 38)', 'bearer good', passes('cli')],
  ['the scheme in upper case (checklist 38)', 'BEARER good', passes('cli')],
  ['the scheme in mixed case (checklist 38)', 'bEaReR good', passes('cli')],
  ['two spaces after the scheme', 'Bearer  good', passes('cli')],
  ['many spaces after the scheme', `Bearer${' '.repeat(40)}good`, passes('cli')],
  ['spaces at the end', 'Bearer good   ', passes('cli')],
  ['spaces at the start', '   Bearer good', passes('cli')],
  ['a tab at the end, which HTTP calls white space around the value', 'Bearer good\t', passes('cli')],
  ['a tab at the start, which HTTP calls white space around the value', '\tBearer good', passes('cli')],
  ['every character that a token may have', `Bearer ${ODD_TOKEN}`, passes('odd')],
  ['an unknown token', 'Bearer unknown', invalid],
  ['an expired token (checklist 58)', 'Bearer expired', { ...invalid, contains: ['expired'], excludes: ['1000'] }],
  [
    'an expired token that also lacks scopes: 401, not 403 (OBS-expired-403)',
    'Bearer expired',
    { ...invalid, excludes: ['insufficient'] },
  ],
  ['a revoked token', 'Bearer revoked', { ...invalid, contains: ['revoked'], excludes: ['jti'] }],
  ['a token of 17,000 characters', `Bearer ${'a'.repeat(17_000)}`, byParser(431)],
  ['a token of 15,000 characters', `Bearer ${'a'.repeat(15_000)}`, invalid],
  ['a prototype member as a token', 'Bearer __proto__', invalid],
  ['another prototype member as a token', 'Bearer constructor', invalid],
  ['an empty field', '', missing],
  ['spaces only', '   ', missing],
  ['the scheme alone', 'Bearer', malformed],
  ['the scheme and a space', 'Bearer ', malformed],
  ['the scheme and many spaces', `Bearer${' '.repeat(200)}`, malformed],
  ['two tokens (OBS-two-tokens)', 'Bearer good good', malformed],
  ['two schemes', 'Bearer Bearer good', malformed],
  ['a list of credentials', 'Bearer good, Bearer good', malformed],
  ['a list of credentials without a space', 'Bearer good,Bearer good', malformed],
  ['a comma at the end', 'Bearer good,', malformed],
  ['a comma at the start', ',Bearer good', malformed],
  ['a second scheme after a comma', 'Bearer good, Basic dXNlcjpwYXNz', malformed],
  ['Basic first, Bearer second', 'Basic dXNlcjpwYXNz, Bearer good', malformed],
  ['a tab between scheme and token', 'Bearer\tgood', malformed],
  ['a tab inside the token', 'Bearer go\tod', malformed],
  ['a space and a tab', 'Bearer \tgood', malformed],
  ['a quoted token', 'Bearer "good"', malformed],
  ['a colon after the scheme', 'Bearer: good', malformed],
  ['an equals sign after the scheme', 'Bearer=good', malformed],
  ['a parameter instead of a token', 'Bearer token="good"', malformed],
  ['a percent-encoded token', 'Bearer good%20', malformed],
  ['an equals sign in the middle', 'Bearer go=od', malformed],
  ['padding alone', 'Bearer ==', malformed],
  ['a no-break space between scheme and token', 'Bearer\xa0good', malformed],
  ['a no-break space after the token', 'Bearer good\xa0', malformed],
  ['a no-break space before the scheme', '\xa0Bearer good', malformed],
  ['a UTF-8 no-break space after the token', 'Bearer good\xc2\xa0', malformed],
  ['a UTF-8 letter in the token', 'Bearer g\xc3\xb6od', malformed],
  ['a Latin-1 letter in the token', 'Bearer g\xf6od', malformed],
  ['a UTF-8 zero-width space', 'Bearer \xe2\x80\x8bgood', malformed],
  ['a byte order mark before the scheme', '\xef\xbb\xbfBearer good', malformed],
  ['a full-width letter in the scheme', '\xef\xbc\xa2earer good', malformed],
  ['a long s, which upper-cases into the scheme of nobody', 'Bea\xc5\xbfer good', malformed],
  ['the byte 0xff', 'Bearer \xff', malformed],
  ['another scheme', 'Basic dXNlcjpwYXNz', missing],
  ['a scheme that starts like ours', 'Bearers good', missing],
  ['a scheme that ours starts with', 'Bear good', missing],
  ['no scheme: the token alone', 'good', missing],
  ['DPoP', 'DPoP good', missing],
  ['Digest with parameters', 'Digest username="a, Bearer good", uri="/"', missing],
  ['a scheme that no HTTP scheme can be', '@Bearer good', malformed],
  ['NUL in the token', 'Bearer go\0od', byParser(400)],
  ['DEL in the token', 'Bearer go\x7fod', byParser(400)],
]);

const badCharacters = [...'!"#$%&\'()*,:;<>?@[\\]^`{|}'].map(
  (character): RequestCase => ({
    name: `a token with ${character}`,
    gate: 'full',
    lines: [`Authorization: Bearer go${character}od`],
    expect: malformed,
  }),
);

const GOOD = 'Authorization: Bearer good';

const fields: RequestCase[] = [
  {
    name: 'no Authorization (checklist 40, 41; OBS-error-without-credentials)',
    gate: 'full',
    expect: { ...missing, contains: [POINTER] },
  },
  { name: 'the same field twice (OBS-two-tokens)', gate: 'full', lines: [GOOD, GOOD], expect: malformed },
  { name: 'a good field and a bad one', gate: 'full', lines: [GOOD, 'Authorization: Bearer bad'], expect: malformed },
  { name: 'a bad field and a good one', gate: 'full', lines: ['Authorization: Bearer bad', GOOD], expect: malformed },
  {
    name: 'Basic and Bearer as two fields',
    gate: 'full',
    lines: ['Authorization: Basic dTpw', GOOD],
    expect: malformed,
  },
  {
    name: 'Bearer and Basic as two fields',
    gate: 'full',
    lines: [GOOD, 'Authorization: Basic dTpw'],
    expect: malformed,
  },
  { name: 'an empty field and a good one', gate: 'full', lines: ['Authorization:', GOOD], expect: malformed },
  { name: 'a good field and an empty one', gate: 'full', lines: [GOOD, 'Authorization:'], expect: malformed },
  {
    name: 'two fields in different case',
    gate: 'full',
    lines: [GOOD, 'AUTHORIZATION: Bearer good'],
    expect: malformed,
  },
  { name: 'three fields', gate: 'full', lines: [GOOD, GOOD, GOOD], expect: malformed },
  { name: 'two fields far apart', gate: 'full', lines: [GOOD, 'X-A: 1', 'X-B: 2', GOOD], expect: malformed },
  { name: 'the field name in lower case', gate: 'full', lines: ['authorization: Bearer good'], expect: passes('cli') },
  { name: 'the field name in odd case', gate: 'full', lines: ['aUTHORIZATION: Bearer good'], expect: passes('cli') },
  { name: 'no space after the colon', gate: 'full', lines: ['Authorization:Bearer good'], expect: passes('cli') },
  { name: 'a space before the colon', gate: 'full', lines: ['Authorization : Bearer good'], expect: byParser(400) },
  { name: 'a folded line (obs-fold)', gate: 'full', lines: ['Authorization: Bearer', ' good'], expect: byParser(400) },
  { name: 'a folded line with a tab', gate: 'full', lines: ['Authorization: Bearer', '\tgood'], expect: byParser(400) },
  { name: 'a bare carriage return', gate: 'full', lines: ['Authorization: Bearer good\rX: y'], expect: byParser(400) },
  {
    name: 'a header of 1 MB',
    gate: 'full',
    lines: [`Authorization: Bearer ${'a'.repeat(1 << 20)}`],
    expect: byParser(431),
  },
  { name: 'a field that looks like it', gate: 'full', lines: ['X-Authorization: Bearer good'], expect: missing },
  { name: 'Proxy-Authorization', gate: 'full', lines: ['Proxy-Authorization: Bearer good'], expect: missing },
  { name: 'a cookie with the token', gate: 'full', lines: ['Cookie: access_token=good'], expect: missing },
  { name: 'a field named get', gate: 'full', lines: ['get: x', GOOD], expect: passes('cli') },
  { name: 'a field named __proto__', gate: 'full', lines: ['__proto__: x', GOOD], expect: passes('cli') },
  {
    name: 'identity fields from outside (checklist 57)',
    gate: 'full',
    lines: ['X-Forwarded-User: root', 'X-User: root'],
    expect: missing,
  },
  {
    name: 'a token in a form body (checklist 44)',
    gate: 'full',
    method: 'POST',
    lines: ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 17'],
    body: 'access_token=good',
    expect: missing,
  },
  {
    name: 'POST with a good token',
    gate: 'full',
    method: 'POST',
    lines: [GOOD, 'Content-Length: 0'],
    expect: passes('cli'),
  },
  { name: 'DELETE with a good token', gate: 'full', method: 'DELETE', lines: [GOOD], expect: passes('cli') },
  { name: 'HEAD without a token', gate: 'full', method: 'HEAD', expect: { status: 401, contains: [POINTER] } },
  { name: 'an unknown path without a token', gate: 'full', target: '/nowhere', expect: missing },
];

const queries: RequestCase[] = [
  { name: 'a token in the query only (checklist 44)', gate: 'full', target: '/mcp?access_token=good', expect: missing },
  {
    name: 'a token in header and query (checklist 39)',
    gate: 'full',
    target: '/mcp?access_token=good',
    lines: [GOOD],
    expect: malformed,
  },
  {
    name: 'an empty token in the query beside the header',
    gate: 'full',
    target: '/mcp?access_token',
    lines: [GOOD],
    expect: malformed,
  },
  {
    name: 'an encoded parameter name beside the header',
    gate: 'full',
    target: '/mcp?a=1&access%5Ftoken=x',
    lines: [GOOD],
    expect: malformed,
  },
  {
    name: 'a bad token in the header and one in the query: nobody is asked',
    gate: 'full',
    target: '/mcp?access_token=good',
    lines: ['Authorization: Bearer bad'],
    expect: malformed,
  },
  {
    name: 'Basic and a token in the query',
    gate: 'full',
    target: '/mcp?access_token=good',
    lines: ['Authorization: Basic dTpw'],
    expect: missing,
  },
  {
    name: 'a parameter that ends like it',
    gate: 'full',
    target: '/mcp?my_access_token=x&token=y',
    lines: [GOOD],
    expect: passes('cli'),
  },
  {
    name: 'the name as a value',
    gate: 'full',
    target: '/mcp?name=access_token',
    lines: [GOOD],
    expect: passes('cli'),
  },
];

const NO_POINTER = ['resource_metadata'];

const policies: RequestCase[] = [
  {
    name: 'nothing configured: a realm (checklist 40)',
    gate: 'bare',
    expect: { ...missing, contains: ['realm="'], excludes: NO_POINTER },
  },
  {
    name: 'no dangling pointer (http-088)',
    gate: 'undiscoverable',
    expect: { ...missing, contains: ['scope="notes:read"'], excludes: NO_POINTER },
  },
  {
    name: 'the scope in the first challenge',
    gate: 'full',
    expect: { ...missing, contains: ['scope="notes:read"'], excludes: ['notes:write'] },
  },
  {
    name: 'too few scopes (checklist 42, 59)',
    gate: 'full',
    lines: ['Authorization: Bearer scopeless'],
    expect: { status: 403, error: 'insufficient_scope', contains: ['scope="notes:read"', POINTER] },
  },
  {
    name: 'too few scopes for the verifier',
    gate: 'strictVerifier',
    lines: [GOOD],
    expect: { status: 403, error: 'insufficient_scope', contains: ['scope="notes:write"'] },
  },
  {
    name: "the verifier's scopes in the first challenge",
    gate: 'strictVerifier',
    expect: { ...missing, contains: ['scope="notes:write"'] },
  },
  {
    name: 'too few scopes for the route: all of them are named',
    gate: 'write',
    lines: [GOOD],
    expect: { status: 403, error: 'insufficient_scope', contains: ['scope="notes:read notes:write"'] },
  },
  {
    name: 'enough scopes for the route',
    gate: 'write',
    lines: ['Authorization: Bearer writer'],
    expect: passes('cli'),
  },
  {
    name: 'enough scopes by the hierarchy (checklist 60)',
    gate: 'write',
    lines: ['Authorization: Bearer admin'],
    expect: passes('cli'),
  },
  { name: 'one of several scopes', gate: 'anyOf', lines: ['Authorization: Bearer writer'], expect: passes('cli') },
  {
    name: 'none of several scopes',
    gate: 'anyOf',
    lines: [GOOD],
    expect: { status: 403, error: 'insufficient_scope', contains: ['scope="notes:write notes:admin"'] },
  },
  {
    name: 'none of several scopes, nor a token',
    gate: 'anyOf',
    expect: { ...missing, contains: ['scope="notes:write notes:admin"'] },
  },
  {
    name: 'a role that no scope gives',
    gate: 'role',
    lines: [GOOD],
    expect: { status: 403, error: 'access_denied', excludes: ['scope='] },
  },
  {
    name: 'a check that throws denies',
    gate: 'throwing',
    lines: [GOOD],
    expect: { status: 403, error: 'access_denied', excludes: ['secret'] },
  },
  {
    name: 'the name that clients ask for',
    gate: 'azure',
    lines: ['Authorization: Bearer scopeless'],
    expect: { status: 403, error: 'insufficient_scope', contains: ['scope="api://notes/read"'] },
  },
  { name: 'a token for this resource (checklist 54)', gate: 'audience', lines: [GOOD], expect: passes('cli') },
  {
    name: 'a token for a sibling (CVE-2026-116684)',
    gate: 'audience',
    lines: ['Authorization: Bearer sibling'],
    expect: { ...invalid, excludes: ['other'] },
  },
  {
    name: 'a token for a sibling where nothing was demanded',
    gate: 'full',
    lines: ['Authorization: Bearer sibling'],
    expect: passes('cli'),
  },
  {
    name: 'an outage is 503, not 401 (OBS-outage-401)',
    gate: 'full',
    lines: ['Authorization: Bearer outage'],
    expect: { status: 503, contains: ['8'] },
  },
  {
    name: 'a fault of the verifier is 503 (OBS-unknown-throw)',
    gate: 'full',
    lines: ['Authorization: Bearer fault'],
    expect: { status: 503, excludes: ['secret', 'internal'] },
  },
  { name: 'optional: nobody', gate: 'optional', expect: passes('nobody') },
  {
    name: 'optional: another scheme is nobody',
    gate: 'optional',
    lines: ['Authorization: Basic dTpw'],
    expect: passes('nobody'),
  },
  { name: 'optional: somebody', gate: 'optional', lines: [GOOD], expect: passes('cli') },
  { name: 'optional: a bad token', gate: 'optional', lines: ['Authorization: Bearer bad'], expect: invalid },
  { name: 'optional: an expired token', gate: 'optional', lines: ['Authorization: Bearer expired'], expect: invalid },
  { name: 'optional: the scheme alone', gate: 'optional', lines: ['Authorization: Bearer'], expect: malformed },
  { name: 'optional: two fields', gate: 'optional', lines: [GOOD, GOOD], expect: malformed },
  {
    name: 'optional: too few scopes',
    gate: 'optional',
    lines: ['Authorization: Bearer scopeless'],
    expect: { status: 403, error: 'insufficient_scope' },
  },
  { name: 'optional: an outage', gate: 'optional', lines: ['Authorization: Bearer outage'], expect: { status: 503 } },
  {
    name: 'optional: a token in the query is nobody',
    gate: 'optional',
    target: '/mcp?access_token=good',
    expect: passes('nobody'),
  },
];

const METADATA = '/.well-known/oauth-protected-resource';
const document: Expected = {
  status: 200,
  contains: ['max-age=', 'application/json', 'access-control-allow-origin: *'],
};
const preflight = ['Origin: https://app.example.com', 'Access-Control-Request-Method: POST'];

const openAnswers: RequestCase[] = [
  {
    name: 'metadata at the path-inserted URL (checklist 47)',
    gate: 'full',
    target: `${METADATA}/mcp`,
    expect: document,
  },
  { name: 'metadata at the root', gate: 'full', target: METADATA, expect: document },
  { name: 'metadata with a query', gate: 'full', target: `${METADATA}/mcp?x=1`, expect: document },
  { name: 'metadata with a slash at the end', gate: 'full', target: `${METADATA}/mcp/`, expect: document },
  {
    name: 'metadata of a resource that ends in a slash',
    gate: 'slashResource',
    target: `${METADATA}/mcp/`,
    expect: document,
  },
  {
    name: 'the same without the slash, as clients ask',
    gate: 'slashResource',
    target: `${METADATA}/mcp`,
    expect: document,
  },
  { name: 'metadata of a resource without a path', gate: 'rootResource', target: METADATA, expect: document },
  {
    name: 'metadata in spite of a bad token',
    gate: 'full',
    target: METADATA,
    lines: ['Authorization: Bearer bad'],
    expect: document,
  },
  { name: 'metadata by HEAD', gate: 'full', method: 'HEAD', target: METADATA, expect: document },
  { name: 'metadata from a derived gate', gate: 'role', target: `${METADATA}/mcp`, expect: document },
  {
    name: 'metadata by POST',
    gate: 'full',
    method: 'POST',
    target: METADATA,
    lines: ['Content-Length: 0'],
    expect: { status: 405, contains: ['allow: GET, HEAD, OPTIONS'] },
  },
  {
    name: 'metadata: preflight',
    gate: 'full',
    method: 'OPTIONS',
    target: METADATA,
    lines: preflight,
    expect: { status: 204, contains: ['access-control-allow-origin: *'] },
  },
  { name: 'metadata of another resource', gate: 'full', target: `${METADATA}/other`, expect: missing },
  { name: 'metadata one level deeper', gate: 'full', target: `${METADATA}/mcp/x`, expect: missing },
  { name: 'a path that starts like the metadata', gate: 'full', target: `${METADATA}x`, expect: missing },
  { name: 'metadata by a path with dots', gate: 'full', target: `/x/..${METADATA}x`, expect: missing },
  {
    name: 'no metadata without authorization servers (http-088)',
    gate: 'undiscoverable',
    target: `${METADATA}/mcp`,
    expect: missing,
  },
  {
    name: 'forwarded fields change no URL (CVE-2023-27487)',
    gate: 'full',
    lines: [
      'X-Forwarded-Host: evil.example',
      'Forwarded: host=evil.example',
      'X-Forwarded-Proto: http',
      'X-Original-URL: /.well-known/oauth-protected-resource',
    ],
    expect: { ...missing, contains: [POINTER], excludes: ['evil'] },
  },
  {
    name: 'Host changes no URL',
    gate: 'full',
    host: 'evil.example',
    expect: { ...missing, contains: [POINTER], excludes: ['evil'] },
  },
  {
    name: 'preflight',
    gate: 'full',
    method: 'OPTIONS',
    lines: preflight,
    expect: { status: 204, contains: ['access-control-allow-origin: *', 'Authorization', 'POST'] },
  },
  {
    name: 'preflight of an optional gate',
    gate: 'optional',
    method: 'OPTIONS',
    lines: preflight,
    expect: { status: 204 },
  },
  { name: 'OPTIONS that is no preflight', gate: 'full', method: 'OPTIONS', expect: missing },
  { name: 'a preflight by another method is none', gate: 'full', lines: preflight, expect: missing },
];

const notAllowed: Expected = { status: 403, excludes: ['www-authenticate', 'access-control-'] };
const hosts = (table: readonly (readonly [string, string, number])[]): RequestCase[] =>
  table.map(([name, host, status]) => ({
    name,
    gate: 'local',
    host,
    lines: [GOOD],
    expect: status === 200 ? passes('cli') : notAllowed,
  }));

const rebinding: RequestCase[] = [
  ...hosts([
    ['Host: a listed name', 'localhost', 200],
    ['Host: a listed name on any port', 'localhost:3000', 200],
    ['Host: in capitals', 'LOCALHOST:3000', 200],
    ['Host: a listed IPv4 address', '127.0.0.1:80', 200],
    ['Host: a listed IPv6 address', '[::1]:3000', 200],
    ['Host: a name with its port', 'notes.test:8080', 200],
    ['Host: a name with another port', 'notes.test:8081', 403],
    ['Host: a name without its port', 'notes.test', 403],
    ['Host: a page of somebody else (CVE-2025-66414)', 'rebound.example', 403],
    ['Host: a listed name as a part', 'localhost.evil.example', 403],
    ['Host: a listed name at the end', 'evil-localhost', 403],
    ['Host: a dot at the end', 'localhost.', 403],
  ]),
  { name: 'Host: rebinding, metadata', gate: 'local', host: 'rebound.example', target: METADATA, expect: notAllowed },
  {
    name: 'Host: rebinding, preflight',
    gate: 'local',
    host: 'rebound.example',
    method: 'OPTIONS',
    lines: preflight,
    expect: notAllowed,
  },
  {
    name: 'Host: rebinding behind a forwarded field',
    gate: 'local',
    host: 'rebound.example',
    lines: [GOOD, 'X-Forwarded-Host: localhost'],
    expect: notAllowed,
  },
  { name: 'Origin: none', gate: 'local', lines: [GOOD], expect: passes('cli') },
  { name: 'Origin: listed', gate: 'local', lines: [GOOD, 'Origin: http://localhost:5173'], expect: passes('cli') },
  {
    name: 'Origin: listed, of another scheme',
    gate: 'local',
    lines: [GOOD, 'Origin: vscode-webview://panel'],
    expect: passes('cli'),
  },
  { name: 'Origin: another port', gate: 'local', lines: [GOOD, 'Origin: http://localhost:5174'], expect: notAllowed },
  {
    name: 'Origin: another scheme',
    gate: 'local',
    lines: [GOOD, 'Origin: https://localhost:5173'],
    expect: notAllowed,
  },
  { name: 'Origin: somebody else', gate: 'local', lines: [GOOD, 'Origin: https://evil.example'], expect: notAllowed },
  { name: 'Origin: null', gate: 'local', lines: [GOOD, 'Origin: null'], expect: notAllowed },
  { name: 'Origin: empty', gate: 'local', lines: [GOOD, 'Origin:'], expect: notAllowed },
  {
    name: 'Origin: two',
    gate: 'local',
    lines: [GOOD, 'Origin: http://localhost:5173', 'Origin: https://evil.example'],
    expect: notAllowed,
  },
  {
    name: 'Origin: somebody else, without a token',
    gate: 'local',
    lines: ['Origin: https://evil.example'],
    expect: notAllowed,
  },
];

export const REQUEST_CASES: readonly RequestCase[] = [
  ...credentials,
  ...badCharacters,
  ...fields,
  ...queries,
  ...policies,
  ...openAnswers,
  ...rebinding,
];
