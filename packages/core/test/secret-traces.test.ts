import { describe, expect, it } from 'vitest';
import { mayHoldSecret, withoutSecrets } from '../src/secret-traces.js';

/** Long enough for no coincidence, with the characters of a b64token that encodings change. */
const SECRET = 'eyJhbGciOi+/JIUzI1NiJ9.e30.c2ln==';

class Client {
  readonly options = { headers: { authorization: `Bearer ${SECRET}` } };
}

const circular: { self?: unknown; deep?: unknown } = {};
circular.self = circular;
circular.deep = { again: circular, text: SECRET };

const cleanCircle: { self?: unknown } = {};
cleanCircle.self = cleanCircle;

let nested: unknown = SECRET;
for (let depth = 0; depth < 1_000; depth++) nested = depth % 2 === 0 ? { nested } : [nested];

const hidden = Object.defineProperty(new Error('x'), 'request', { value: { token: SECRET }, enumerable: false });

describe('mayHoldSecret finds a secret', () => {
  it.each<[string, unknown]>([
    ['that is the text itself', SECRET],
    ['inside a text', `token=${SECRET}&x`],
    ['in an error message', new Error(`cannot read ${SECRET}`)],
    ['in an error name', Object.assign(new Error('x'), { name: SECRET })],
    ['in a stack', Object.assign(new Error('x'), { stack: `Error: ${SECRET}\n    at x` })],
    ['in a cause of a cause', new Error('x', { cause: new Error('y', { cause: new Error(SECRET) }) })],
    ['in a cause that is a text', new Error('x', { cause: SECRET })],
    ['in an aggregate error', new AggregateError([new Error('a'), new Error(SECRET)], 'all failed')],
    ['in the config of an error like those of axios', Object.assign(new Error('x'), { config: new Client().options })],
    ['in a member that is not enumerable', hidden],
    ['in a member under a symbol', { [Symbol('kConfig')]: { token: SECRET } }],
    ['in a symbol', { kind: Symbol(SECRET) }],
    ['as a member name', { [SECRET]: 1 }],
    [
      'behind a getter',
      {
        get config() {
          return { token: SECRET };
        },
      },
    ],
    [
      'behind a getter that throws it',
      {
        get config() {
          throw new Error(SECRET);
        },
      },
    ],
    ['in a class instance', new Client()],
    ['in a Map value', new Map([['token', { value: SECRET }]])],
    ['in a Map key', new Map([[SECRET, 1]])],
    ['in a Set', new Set(['a', SECRET])],
    ['in header fields', new Headers({ authorization: `Bearer ${SECRET}` })],
    ['in search parameters', new URLSearchParams({ token: SECRET })],
    ['in a form', formWith(SECRET)],
    ['in a URL', new URL(`https://idp.example/introspect?token=${encodeURIComponent(SECRET)}`)],
    ['percent-encoded', `token=${encodeURIComponent(SECRET)}`],
    ['form-encoded', new URLSearchParams({ token: SECRET }).toString()],
    ['in bytes', new TextEncoder().encode(`Bearer ${SECRET}`)],
    ['in a Buffer', { body: Buffer.from(SECRET) }],
    ['in an ArrayBuffer', { body: new TextEncoder().encode(SECRET).buffer }],
    ['in what toJSON gives', { toJSON: () => ({ token: SECRET }) }],
    ['in what toString gives', { toString: () => SECRET }],
    ['in a boxed text', new String(SECRET)],
    ['on a function', Object.assign(() => undefined, { token: SECRET })],
    ['in a circle', circular],
    ['a thousand levels down', nested],
    ['behind more members than anybody will read', [...Array.from({ length: 6_000 }, (_, index) => index)]],
    ['in a promise, which cannot be read', { pending: Promise.resolve(SECRET) }],
    ['in a WeakMap, which cannot be read', new WeakMap([[{}, SECRET]])],
    ['in a WeakSet, which cannot be read', new WeakSet()],
    [
      'in a proxy that refuses to be read',
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no');
          },
        },
      ),
    ],
  ])('%s', (_what, value) => {
    expect(mayHoldSecret(value, SECRET)).toBe(true);
  });

  it('JSON-encoded, when it has characters that JSON escapes', () => {
    const odd = 'a "quoted" token\nwith lines';
    expect(mayHoldSecret(JSON.stringify({ body: JSON.stringify({ token: odd }) }), odd)).toBe(false);
    expect(mayHoldSecret(JSON.stringify({ token: odd }), odd)).toBe(true);
    expect(mayHoldSecret('x', 'a lone \ud800 surrogate, twice \udfff')).toBe(false);
  });
});

describe('mayHoldSecret finds nothing', () => {
  const clean = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
    code: 'ECONNREFUSED',
    errno: -111,
    address: '127.0.0.1',
    cause: new AggregateError([new TypeError('fetch failed')], 'all addresses failed'),
    config: {
      headers: new Map([['accept', 'application/json']]),
      body: Buffer.from('{}'),
      url: new URL('https://a.b'),
    },
    nothing: null,
  });

  it.each<[string, unknown]>([
    ['in undefined', undefined],
    ['in null', null],
    ['in a part of the secret', SECRET.slice(0, -1)],
    ['in an ordinary error of the network', clean],
    ['in an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
    ['in a clean circle', cleanCircle],
    [
      'in a class whose prototype has getters',
      {
        type: class {
          get broken() {
            throw new Error('no');
          }
        },
      },
    ],
  ])('%s', (_what, value) => {
    expect(mayHoldSecret(value, SECRET)).toBe(false);
  });

  it('when there is no secret', () => {
    expect(mayHoldSecret(`Bearer ${SECRET}`, '')).toBe(false);
  });
});

describe('a short secret, as development verifiers have them', () => {
  it.each([
    ['dev-token', 'cannot find dev-token', true],
    ['dev-token', 'cannot find "dev-token"', true],
    ['dev-token', 'dev-tokens are refused', false],
    ['test', new Error('boom'), false],
    ['test', new Error('a test failed'), true],
    ['token', 'at token-verifier.ts', false],
    ['tok', new Error('the tok'), false],
    ['tok', new Error('tok'), true],
    ['a', new Error('a token'), false],
    ['t', new Error('boom'), false],
  ])('%s counts in %o as a word only, and a very short one as the whole text only: %o', (secret, value, expected) => {
    expect(mayHoldSecret(value, secret)).toBe(expected);
  });

  it('does not count in the places of a stack, which are names of files', () => {
    const error = Object.assign(new Error('x'), { stack: 'Error: x\n    at f (/srv/test/app.js:1:2)\n    at g' });
    expect(mayHoldSecret(error, 'test')).toBe(false);
    expect(mayHoldSecret(Object.assign(error, { stack: 'Error: test\n    at f' }), 'test')).toBe(true);
  });
});

describe('withoutSecrets', () => {
  it('returns the very same value when it is clean', () => {
    const error = new Error('boom');
    expect(withoutSecrets(error, [SECRET, 'another-secret'])).toBe(error);
    expect(withoutSecrets('boom', [])).toBe('boom');
  });

  class UpstreamError extends Error {
    override readonly name = 'UpstreamError';
  }

  it.each<[string, unknown, string]>([
    ['an error', new TypeError(SECRET), 'TypeError'],
    ['an error class of its own', new UpstreamError(SECRET), 'UpstreamError'],
    ['a text', SECRET, 'string'],
    ['an object', { token: SECRET }, 'object'],
    ['an error with the secret for a name', Object.assign(new Error('x'), { name: SECRET }), 'Error'],
    [
      'an error whose name throws',
      Object.defineProperty(new Error(SECRET), 'name', {
        get: () => {
          throw new Error('no');
        },
      }),
      'Error',
    ],
  ])('puts a new error in the place of %s', (_what, value, kind) => {
    expect(withoutSecrets(value, ['unrelated-secret', SECRET])).toEqual(
      new Error(`${kind}: it may hold a credential and was removed`),
    );
  });
});

function formWith(secret: string): FormData {
  const form = new FormData();
  form.set('token', secret);
  return form;
}

describe('data that is flat and short', () => {
  const long = `${SECRET}${'A'.repeat(400)}`;
  const listWithMore = Object.assign(['a'], { more: long });
  it.each([
    ['a text', { check: 'issuer', actual: long }],
    ['the end of a list', { expected: ['a', long] }],
    ['a name', { [long]: 1 }],
    ['a symbol', { [Symbol('s')]: long }],
    ['a member of a list beside its items', { expected: listWithMore }],
    ['an object in a list', { expected: [{ a: long }] }],
    ['an object', { actual: { a: long } }],
    ['toJSON', { toJSON: () => long }],
    ['a hidden member', Object.defineProperty({}, 'hidden', { value: long })],
  ])('is looked at closely enough to see the secret in %s', (_where, value) => {
    expect(mayHoldSecret(value, long)).toBe(true);
  });

  it('is seen to hold a short number, and never one that is too short', () => {
    expect(mayHoldSecret({ actual: 123456 }, '123456')).toBe(true);
    expect(mayHoldSecret({ check: 'issuer', expected: ['a', 1, null], actual: undefined }, long)).toBe(false);
  });
});
