import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import {
  httpBytes,
  httpReply,
  jsonReply,
  rawReply,
  type ScriptedReply,
  type ScriptedServer,
  startScriptedServer,
} from '@auth/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntrospectionTokenVerifierOptions } from '../src/options.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';
import { outcomeOf } from './support/outcome.js';

const NOW = 1_800_000_000;
const GOOD = { active: true, client_id: 'c', sub: 's', scope: 'a b', exp: NOW + 3_600 };
const GOOD_BYTES = httpBytes({ body: JSON.stringify(GOOD) });
const ISSUER = 'https://issuer.example';
const AUDIENCE = 'https://api.example';
const UNAVAILABLE = 'temporarily_unavailable';

interface Case {
  readonly name: string;
  readonly outcome: string;
  readonly reply: ScriptedReply;
  readonly options?: Partial<IntrospectionTokenVerifierOptions>;
}

const text = (name: string, body: string | Uint8Array, outcome: string, headers = {}): Case => ({
  name,
  outcome,
  reply: httpReply({ headers: { 'content-type': 'application/json', ...headers }, body }),
});
const json = (name: string, value: unknown, outcome: string, options = {}): Case => ({
  name,
  outcome,
  reply: jsonReply(value),
  options,
});
const member = (name: string, raw: string, outcome: string, options = {}): Case => {
  const { [name as keyof typeof GOOD]: _replaced, ...rest } = GOOD;
  const body = `${JSON.stringify(rest).slice(0, -1)},${JSON.stringify(name)}:${raw}}`;
  return { ...text(`${name}: ${raw}`, body, outcome), options };
};

const ACTIVE: readonly Case[] = [
  ...['"true"', '"True"', '"false"', '1', '0', '-1', '1.0', 'null', '""', '[]', '[true]', '{}', '{"value":true}'].map(
    (raw) => member('active', raw, 'inactive'),
  ),
  member('active', 'true', 'accepted'),
  member('active', 'false', 'inactive'),
  json('no active at all', { client_id: 'c', scope: 'a' }, 'inactive'),
  json('an empty object', {}, 'inactive'),
  json('Active in upper case', { Active: true, client_id: 'c' }, 'inactive'),
  json('active one level down', { token_introspection: GOOD }, 'inactive'),
  text('active from a prototype', '{"__proto__":{"active":true},"client_id":"c"}', 'inactive'),
  text('active with an escape in its name', '{"\\u0061ctive":true,"client_id":"c"}', 'accepted'),
  json('an error object of RFC 6749', { error: 'invalid_client' }, 'inactive'),
];

const TIMES: readonly Case[] = [
  ...[
    'true',
    'false',
    '"text"',
    `"${NOW + 3600}"`,
    '[]',
    '{}',
    '-1',
    '1e400',
    '-1e400',
    '9999999999999',
    '9007199254740993',
  ].map((raw) => member('exp', raw, 'malformed')),
  member('exp', 'null', 'accepted'),
  member('exp', '0', 'expired'),
  member('exp', String(NOW), 'accepted'),
  member('exp', String(NOW - 4), 'accepted'),
  member('exp', String(NOW - 5), 'expired'),
  member('exp', String(NOW - 3_600), 'expired'),
  member('exp', `${NOW + 60}.5`, 'accepted'),
  ...['null', 'true', '"text"', '[]', '{}', '-1', '1e400'].map((raw) => member('nbf', raw, 'malformed')),
  member('nbf', String(NOW + 3_600), 'not_yet_valid'),
  member('nbf', String(NOW + 6), 'not_yet_valid'),
  member('nbf', String(NOW + 5), 'accepted'),
  member('nbf', '0', 'accepted'),
];

const IDENTIFIERS: readonly Case[] = [
  ...[
    `"${ISSUER}/"`,
    '"https://ISSUER.example"',
    '"https://issuer.example:443"',
    '""',
    'null',
    '1',
    'true',
    `["${ISSUER}"]`,
    '{}',
  ].map((raw) => member('iss', raw, 'issuer_mismatch', { issuer: ISSUER })),
  member('iss', `"${ISSUER}"`, 'accepted', { issuer: ISSUER }),
  member('iss', `"${ISSUER}"`, 'accepted', { issuer: ['https://other.example', ISSUER] }),
  member('iss', '"https://evil.example"', 'accepted', { issuer: null }),
  json('no iss though an issuer is configured', GOOD, 'accepted', { issuer: ISSUER }),
  ...[
    `"${AUDIENCE}/"`,
    '"other"',
    '""',
    'null',
    '1',
    'true',
    '[]',
    '{}',
    `[["${AUDIENCE}"]]`,
    `["${AUDIENCE}",1]`,
    `{"0":"${AUDIENCE}"}`,
  ].map((raw) => member('aud', raw, 'audience_mismatch', { audience: AUDIENCE })),
  json('no aud though an audience is configured', GOOD, 'audience_mismatch', { audience: AUDIENCE }),
  member('aud', `"${AUDIENCE}"`, 'accepted', { audience: AUDIENCE }),
  member('aud', `["other","${AUDIENCE}"]`, 'accepted', { audience: AUDIENCE }),
  member('aud', '{"odd":1}', 'accepted', { audience: null }),
];

const KINDS: readonly Case[] = [
  ...['"refresh"', '"refresh_token"', '"id"', '"ACCESS"', '""', 'null', 'true', '["access"]'].map((raw) =>
    member('token_use', raw, 'unsupported_type'),
  ),
  ...['"access"', '"access_token"'].map((raw) => member('token_use', raw, 'accepted')),
  ...['"refresh_token"', '"DPoP"', '"N_A"', '"mac"', '"Bearer "', '""', 'null', 'true', '["Bearer"]', '{}'].map((raw) =>
    member('token_type', raw, 'unsupported_type'),
  ),
  ...['"Bearer"', '"bearer"', '"BEARER"'].map((raw) => member('token_type', raw, 'accepted')),
  ...['{"jkt":"x"}', '{"x5t#S256":"x"}', '{}', 'null', '"x"', '[]', 'false'].map((raw) =>
    member('cnf', raw, 'sender_constrained'),
  ),
];

const PRINCIPALS: readonly Case[] = [
  ...['5', '""', 'null', 'true', '[]', '{}'].map((raw) => member('client_id', raw, 'accepted')),
  ...['5', '""', 'null', 'true', '[]', '{}'].map((raw) => member('sub', raw, 'accepted')),
  ...['null', '5', 'true', '{}', '""'].map((raw) =>
    member('scope', raw, 'insufficient_scope', { requiredScopes: ['a'] }),
  ),
  member('scope', '["b","a"]', 'accepted', { requiredScopes: ['a'] }),
  member('scope', '"b\\ta"', 'insufficient_scope', { requiredScopes: ['a'] }),
  member('scope', '"b"', 'accepted', { requiredScopes: ['a'], scopeHierarchy: { b: ['a'] } }),
];

const NOT_JSON: readonly Case[] = [
  text('an empty body', '', UNAVAILABLE),
  text('plain text', 'not json', UNAVAILABLE),
  text('HTML', '<html>Sign in</html>', UNAVAILABLE),
  text('HTML with a JSON type', '<!doctype html>', UNAVAILABLE, { 'content-type': 'application/json' }),
  text('an HTML type with a JSON body', JSON.stringify(GOOD), 'accepted', { 'content-type': 'text/html' }),
  text('an array', JSON.stringify([GOOD]), UNAVAILABLE),
  ...[
    'true',
    'null',
    '42',
    '"active"',
    '{',
    '{"active":true',
    '{"active":true}}',
    '{active:true}',
    "{'active':true}",
    '{"active":true,}',
  ].map((body) => text(body, body, UNAVAILABLE)),
  text('two objects', `${JSON.stringify(GOOD)}${JSON.stringify(GOOD)}`, UNAVAILABLE),
  text('JSON with a comment', '{"active":true/* yes */}', UNAVAILABLE),
  text('NaN', '{"active":true,"exp":NaN}', UNAVAILABLE),
  text('JSONP', 'callback({"active":true})', UNAVAILABLE),
  text('a guard before the JSON', ')]}\',\n{"active":true}', UNAVAILABLE),
  text('white space around', `\n\t ${JSON.stringify(GOOD)}\r\n`, 'accepted'),
  text('duplicate active, true last', '{"active":false,"client_id":"c","active":true}', UNAVAILABLE),
  text('duplicate active, false last', '{"active":true,"client_id":"c","active":false}', UNAVAILABLE),
  text('duplicate active, one escaped', '{"active":false,"\\u0061ctive":true}', UNAVAILABLE),
  text('duplicate members further down', '{"active":true,"x":{"a":1,"a":2}}', UNAVAILABLE),
  text('nesting of 33', `{"active":true,"x":${'['.repeat(32)}${']'.repeat(32)}}`, UNAVAILABLE),
  text('nesting of 100,000', `{"active":true,"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, UNAVAILABLE),
  text('a lone surrogate', '{"active":true,"client_id":"\\ud800"}', UNAVAILABLE),
  text(
    '__proto__ as a member is inert',
    '{"active":true,"client_id":"c","__proto__":{"scope":"admin"}}',
    'insufficient_scope',
  ),
].map((each) => (each.outcome === 'insufficient_scope' ? { ...each, options: { requiredScopes: ['admin'] } } : each));

const CHARSETS: readonly Case[] = [
  text('a byte-order mark', `\ufeff${JSON.stringify(GOOD)}`, UNAVAILABLE),
  text('Latin-1 bytes', Buffer.from('{"active":true,"client_id":"ü"}', 'latin1'), UNAVAILABLE),
  text('UTF-16', Buffer.from(JSON.stringify(GOOD), 'utf16le'), UNAVAILABLE),
  text(
    'an overlong encoding',
    Buffer.concat([Buffer.from('{"active":true,"x":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
    UNAVAILABLE,
  ),
  text(
    'a surrogate in UTF-8',
    Buffer.concat([Buffer.from('{"active":true,"x":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
    UNAVAILABLE,
  ),
  text('UTF-8 beyond ASCII', JSON.stringify({ ...GOOD, username: 'ü漢😀' }), 'accepted'),
  text('a charset parameter', JSON.stringify(GOOD), 'accepted', { 'content-type': 'application/json; charset=UTF-8' }),
  text('a charset that lies', JSON.stringify(GOOD), 'accepted', { 'content-type': 'application/json; charset=utf-16' }),
  text('no content type', JSON.stringify(GOOD), 'accepted', { 'content-type': '' }),
  text('a signed answer that nobody asked for', 'e30.e30.e30', UNAVAILABLE, {
    'content-type': 'application/token-introspection+jwt',
  }),
];

const STATUSES: readonly Case[] = [
  ...[400, 413, 414, 422].map((status) => ({ status, outcome: 'not_recognized' })),
  ...[
    201, 202, 203, 204, 205, 206, 207, 226, 300, 304, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 415, 416,
    417, 418, 421, 423, 424, 425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 599,
  ].map((status) => ({ status, outcome: UNAVAILABLE })),
].map(({ status, outcome }) => ({
  name: `status ${status} with a good body`,
  outcome,
  // A 205 has no content either, but says so (RFC 9110 §15.3.6).
  reply: httpReply({ status, body: status === 205 ? '' : JSON.stringify(GOOD) }),
}));

const CODINGS: readonly Case[] = [
  text('gzip', gzipSync(JSON.stringify(GOOD)), UNAVAILABLE, { 'content-encoding': 'gzip' }),
  text('deflate', deflateSync(JSON.stringify(GOOD)), UNAVAILABLE, { 'content-encoding': 'deflate' }),
  text('brotli', brotliCompressSync(JSON.stringify(GOOD)), UNAVAILABLE, { 'content-encoding': 'br' }),
  text('a gzip bomb of 64 MiB', gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)), UNAVAILABLE, {
    'content-encoding': 'gzip',
  }),
  text('gzip that does not say so', gzipSync(JSON.stringify(GOOD)), UNAVAILABLE),
  text('identity', JSON.stringify(GOOD), 'accepted', { 'content-encoding': 'identity' }),
];

const SIZES: readonly Case[] = [
  text('256 KiB exactly', padded(262_144), 'accepted'),
  text('one byte more than 256 KiB', padded(262_145), UNAVAILABLE),
  {
    name: 'a declared length of 100 GB',
    outcome: UNAVAILABLE,
    reply: rawReply('HTTP/1.1 200 OK\r\ncontent-length: 100000000000\r\n\r\n{"active":'),
  },
  {
    name: 'endless chunks',
    outcome: UNAVAILABLE,
    reply: (_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
      const more = (): void => {
        while (socket.writable && socket.write(chunk));
      };
      socket.on('drain', more);
      more();
    },
  },
  {
    name: 'an endless body after a 500',
    outcome: UNAVAILABLE,
    reply: (_request, socket) => {
      socket.write('HTTP/1.1 500 X\r\ntransfer-encoding: chunked\r\n\r\n');
      const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
      const more = (): void => {
        while (socket.writable && socket.write(chunk));
      };
      socket.on('drain', more);
      more();
    },
  },
  {
    name: 'header fields of 1 MiB',
    outcome: UNAVAILABLE,
    reply: jsonReply(GOOD, { headers: { 'x-filler': 'x'.repeat(1_048_576) } }),
  },
  {
    name: '10,000 header fields',
    outcome: UNAVAILABLE,
    reply: rawReply(`HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(10_000)}content-length: 2\r\n\r\n{}`),
  },
];

const BROKEN_HTTP: readonly Case[] = [
  ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['HTTP/0.9', JSON.stringify(GOOD)],
  ['HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\ncontent-length: 2\r\n\r\n{}'],
  ['a status that is no number', 'HTTP/1.1 abc OK\r\ncontent-length: 2\r\n\r\n{}'],
  ['two different lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}'],
  [
    'a length and chunks',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  ],
  ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n{}'],
  ['a broken chunk size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'],
  ['a header line without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\ncontent-length: 2\r\n\r\n{}'],
  ['a zero byte in a header', 'HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 2\r\n\r\n{}'],
].map(([name = '', bytes = '']) => ({
  name,
  outcome: UNAVAILABLE,
  reply: rawReply(bytes, 'close'),
}));

const HANGING_OPTIONS = { timeoutMs: 60 };
const CONNECTIONS: readonly Case[] = [
  { name: 'a reset instead of an answer', outcome: UNAVAILABLE, reply: rawReply('', 'reset') },
  { name: 'a close instead of an answer', outcome: UNAVAILABLE, reply: rawReply('', 'close') },
  {
    name: 'a close within the header',
    outcome: UNAVAILABLE,
    reply: rawReply('HTTP/1.1 200 OK\r\ncontent-', 'close'),
  },
  {
    name: 'a close within the body',
    outcome: UNAVAILABLE,
    reply: rawReply('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"active":true', 'close'),
  },
  {
    name: 'a close within the last chunk',
    outcome: UNAVAILABLE,
    reply: (_request, socket) => {
      const body = JSON.stringify(GOOD);
      socket.end(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n`);
    },
  },
  {
    name: 'a reset within the body',
    outcome: UNAVAILABLE,
    reply: rawReply('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"act', 'reset'),
  },
  { name: 'silence after the request', outcome: UNAVAILABLE, reply: () => undefined, options: HANGING_OPTIONS },
  {
    name: 'silence within the header',
    outcome: UNAVAILABLE,
    reply: rawReply('HTTP/1.1 200 OK\r\ncontent-'),
    options: HANGING_OPTIONS,
  },
  {
    name: 'silence before the body',
    outcome: UNAVAILABLE,
    reply: rawReply('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n'),
    options: HANGING_OPTIONS,
  },
  {
    name: 'silence within the body',
    outcome: UNAVAILABLE,
    reply: rawReply('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"active":true'),
    options: HANGING_OPTIONS,
  },
  {
    name: 'silence within a refusal',
    outcome: UNAVAILABLE,
    reply: rawReply('HTTP/1.1 400 X\r\ncontent-length: 50\r\n\r\n{"error":'),
    options: HANGING_OPTIONS,
  },
  {
    name: 'one byte every few milliseconds: the deadline is for the whole answer, not for a pause',
    outcome: UNAVAILABLE,
    reply: (_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
      const timer = setInterval(() => socket.write(' '), 5);
      socket.on('close', () => clearInterval(timer));
    },
    options: HANGING_OPTIONS,
  },
  {
    name: '100 Continue without end',
    outcome: UNAVAILABLE,
    reply: (_request, socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 5);
      socket.on('close', () => clearInterval(timer));
    },
    options: HANGING_OPTIONS,
  },
  {
    name: 'an early hint before the answer',
    outcome: 'accepted',
    reply: rawReply(Buffer.concat([Buffer.from('HTTP/1.1 103 Hints\r\n\r\n'), GOOD_BYTES])),
  },
  {
    name: 'an answer in many small chunks',
    outcome: 'accepted',
    reply: (_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      for (const character of JSON.stringify(GOOD)) socket.write(`1\r\n${character}\r\n`);
      socket.write('0\r\n\r\n');
    },
  },
  {
    name: 'an answer that ends with the connection',
    outcome: 'accepted',
    reply: rawReply(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${JSON.stringify(GOOD)}`, 'close'),
  },
];

const CASES: readonly Case[] = [
  ...ACTIVE,
  ...TIMES,
  ...IDENTIFIERS,
  ...KINDS,
  ...PRINCIPALS,
  ...NOT_JSON,
  ...CHARSETS,
  ...STATUSES,
  ...CODINGS,
  ...SIZES,
  ...BROKEN_HTTP,
  ...CONNECTIONS,
];

function padded(bytes: number): string {
  const shell = JSON.stringify({ ...GOOD, filler: '' });
  return JSON.stringify({ ...GOOD, filler: 'x'.repeat(bytes - shell.length) });
}

describe('a hostile introspection endpoint', () => {
  let server: ScriptedServer;
  beforeAll(async () => {
    server = await startScriptedServer(() => undefined);
  });
  afterAll(() => server.close());

  const ask = async (
    reply: ScriptedReply,
    options: Partial<IntrospectionTokenVerifierOptions> = {},
  ): Promise<string> => {
    server.reply = reply;
    const verifier = new IntrospectionTokenVerifier({
      introspectionUrl: `${server.origin}/introspect`,
      clientId: 'rs',
      clientSecret: 'secret',
      clock: () => NOW,
      ...options,
    });
    try {
      return await outcomeOf(verifier, 'token');
    } finally {
      await verifier.close();
    }
  };

  it('is tried in at least 120 ways', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(120);
    expect(new Set(CASES.map(({ name, options }) => `${name} ${JSON.stringify(options)}`)).size).toBe(CASES.length);
  });

  it.each(CASES)('$name → $outcome', async ({ reply, options, outcome }) => {
    expect(await ask(reply, options)).toBe(outcome);
  });

  it.each([301, 302, 303, 307, 308])('is not followed to where a %i leads: the secret stays', async (status) => {
    await using canary = await startScriptedServer(jsonReply(GOOD));
    const locations = [
      canary.origin,
      `${canary.origin}/introspect`,
      `//${new URL(canary.origin).host}/`,
      '/introspect',
    ];
    for (const location of locations) {
      const before = server.requests.length;
      expect(await ask(jsonReply(GOOD, { status, headers: { location } }))).toBe(UNAVAILABLE);
      expect(server.requests.length - before).toBe(1);
    }
    const refresh = {
      refresh: `0;url=${canary.origin}`,
      link: `<${canary.origin}>; rel=canonical`,
      'alt-svc': 'h2=":1"',
    };
    expect(await ask(jsonReply(GOOD, { headers: refresh }))).toBe('accepted');
    expect(canary.requests).toEqual([]);
  });

  it('that nobody runs is temporarily unavailable', async () => {
    const closed = await startScriptedServer(() => undefined);
    await closed.close();
    const verifier = new IntrospectionTokenVerifier({
      introspectionUrl: closed.origin,
      clientId: 'rs',
      clientSecret: 's',
    });
    await expect(verifier.verifyToken('token')).rejects.toMatchObject({
      code: UNAVAILABLE,
      cause: { failure: 'network', code: 'ECONNREFUSED' },
    });
  });

  it('that speaks no TLS where https is configured is temporarily unavailable', async () => {
    await using plain = await startScriptedServer(() => undefined);
    plain.onConnection = (socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    const introspectionUrl = plain.origin.replace('http:', 'https:');
    const verifier = new IntrospectionTokenVerifier({ introspectionUrl, clientId: 'rs', clientSecret: 's' });
    expect(await outcomeOf(verifier, 'token')).toBe(UNAVAILABLE);
    await verifier.close();
  });

  it('that accepts connections and never reads is temporarily unavailable within the deadline', async () => {
    await using silent = await startScriptedServer(() => undefined);
    silent.onConnection = (socket) => void socket.pause();
    const introspectionUrl = silent.origin;
    const verifier = new IntrospectionTokenVerifier({
      introspectionUrl,
      clientId: 'rs',
      clientSecret: 's',
      timeoutMs: 60,
    });
    expect(await outcomeOf(verifier, 'x'.repeat(16_000))).toBe(UNAVAILABLE);
    await verifier.close();
  });

  it('that sends a second answer nobody asked for decides nothing about the next token', async () => {
    const verifier = new IntrospectionTokenVerifier({
      introspectionUrl: `${server.origin}/introspect`,
      clientId: 'rs',
      clientSecret: 'secret',
      clock: () => NOW,
    });
    let count = 0;
    server.reply = (_request, socket) => {
      count++;
      const own = httpBytes({ body: JSON.stringify({ active: false }) });
      socket.write(count === 1 ? Buffer.concat([own, GOOD_BYTES]) : own);
    };
    expect(await outcomeOf(verifier, 'first')).toBe('inactive');
    expect(['inactive', UNAVAILABLE]).toContain(await outcomeOf(verifier, 'second'));
    await verifier.close();
  });

  it('leaves no connection open once it was too slow or too long (OBS-unlimited-body)', async () => {
    await using slow = await startScriptedServer(() => undefined);
    const closed: Promise<void>[] = [];
    slow.onConnection = (socket) => closed.push(new Promise((resolve) => socket.once('close', () => resolve())));
    const verifier = new IntrospectionTokenVerifier({
      introspectionUrl: slow.origin,
      clientId: 'rs',
      clientSecret: 's',
      timeoutMs: 60,
      breaker: { failures: 100 },
    });
    slow.reply = () => undefined;
    expect(await outcomeOf(verifier, 'a')).toBe(UNAVAILABLE);
    slow.reply = httpReply({ body: ' '.repeat(300_000) });
    expect(await outcomeOf(verifier, 'b')).toBe(UNAVAILABLE);
    await Promise.all(closed);
    expect(closed.length).toBe(2);
  });
});
