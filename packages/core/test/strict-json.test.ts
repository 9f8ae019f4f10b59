import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonError, MAX_JSON_DEPTH, parseJsonObject } from '../src/strict-json.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...encode(part)] : part)));

/** Backslash, so that a lone surrogate is written as an escape and not in this file. */
const ESCAPE = '\\u';

describe('parseJsonObject', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'not valid JSON'],
    ['a text at the top', '"a"', 'not a JSON object'],
    ['null', 'null', 'not a JSON object'],
    ['an array, whose claims nobody would look at (CVE-2026-107723)', '[{"iss":"a"}]', 'not a JSON object'],
    ['a duplicate member [checklist 20]', '{"alg":"none","alg":"RS256"}', 'duplicate member name'],
    ['a duplicate that is an escape apart', `{"alg":1,"${ESCAPE}0061lg":2}`, 'duplicate member name'],
    ['a duplicate deep inside', '{"a":[{"b":{"c":1,"c":1}}]}', 'duplicate member name'],
    ['a duplicate whose dropped value has members', '{"a":{"x":1,"y":2},"a":1}', 'duplicate member name'],
    ['a duplicate __proto__', '{"__proto__":1,"__proto__":2}', 'duplicate member name'],
    ['a duplicate empty name', '{"":1,"":2}', 'duplicate member name'],
    ['a duplicate number name', '{"1":1,"1":2}', 'duplicate member name'],
    ['a byte-order mark in bytes', bytes([0xef, 0xbb, 0xbf], '{}'), 'not valid JSON'],
    ['a byte-order mark in text', '\ufeff{}', 'not valid JSON'],
    ['UTF-16', Uint8Array.from([0x7b, 0, 0x7d, 0]), 'not valid JSON'],
    ['an overlong encoding [checklist 10]', bytes('{"a":"', [0xc0, 0xaf], '"}'), 'not valid UTF-8'],
    ['a surrogate in UTF-8 [checklist 10]', bytes('{"a":"', [0xed, 0xa0, 0x80], '"}'), 'not valid UTF-8'],
    ['a truncated sequence', bytes('{"a":"', [0xe2, 0x82], '"}'), 'not valid UTF-8'],
    ['Latin-1', bytes('{"a":"', [0xe9], '"}'), 'not valid UTF-8'],
    ['a lone surrogate in a text', `{"a":"${ESCAPE}d800"}`, 'lone surrogate'],
    ['a lone surrogate in a name', `{"${ESCAPE}dfff":1}`, 'lone surrogate'],
    ['a lone surrogate in an array', `{"a":[1,["${ESCAPE}d83d"]]}`, 'lone surrogate'],
    ['a lone surrogate in the text itself', '{"a":"\ud800"}', 'lone surrogate'],
    ['a comment', '{/*x*/}', 'not valid JSON'],
    ['a trailing comma', '{"a":1,}', 'not valid JSON'],
    ['single quotes', "{'a':1}", 'not valid JSON'],
    ['something after the object', '{}{}', 'not valid JSON'],
    ['a NUL after the object', '{}\u0000', 'not valid JSON'],
    ['NaN', '{"exp":NaN}', 'not valid JSON'],
    ['a hexadecimal number', '{"exp":0x10}', 'not valid JSON'],
    ['a line break inside a text', '{"a":"\n"}', 'not valid JSON'],
    ['a text that never ends', '{"a', 'not valid JSON'],
    ['a text that ends with its escape', '{"a\\"', 'not valid JSON'],
    ['closing brackets first', `]]]${'['.repeat(20)}`, 'not valid JSON'],
  ])('refuses %s', (_what, source, message) => {
    expect(() => parseJsonObject(source)).toThrow(new JsonError(message));
    if (typeof source === 'string' && source.isWellFormed()) {
      expect(() => parseJsonObject(encode(source))).toThrow(new JsonError(message));
    }
  });

  it.each<[string, string, unknown]>([
    [
      'colons, quotes and brackets inside texts',
      '{"a:b":":","\\"":"\\\\","[{":"}]:\\""}',
      { 'a:b': ':', '"': '\\', '[{': '}]:"' },
    ],
    ['a text that ends with an escaped backslash', '{"a\\\\":1,"b":"c\\\\"}', { 'a\\': 1, b: 'c\\' }],
    ['a pair of surrogates', `{"a":"${ESCAPE}d83d${ESCAPE}de00"}`, { a: '😀' }],
    ['white space everywhere', ' \t\r\n{ "a" : [ 1 , { } ] } \n', { a: [1, {}] }],
    ['escaped control characters', `{"a":"${ESCAPE}0000${ESCAPE}001f"}`, { a: '\u0000\u001f' }],
    [
      'the same name in different objects',
      '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
      { a: { a: 1 }, b: [{ a: 1 }, { a: 2 }] },
    ],
  ])('reads %s', (_what, text, expected) => {
    expect(parseJsonObject(text)).toEqual(expected);
    expect(parseJsonObject(encode(text))).toEqual(expected);
  });

  it.each([
    '{"a":{"b":[{"c":[]}]},"d":[],"__proto__":{"e":{}}}',
    '{"\\u0061":{"b":[{"c":[]}]},"d":[],"__proto__":{"e":{}}}',
  ])('freezes everything in %s', (text) => {
    const thawed: unknown[] = [];
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) thawed.push(value);
      for (const name of Object.keys(value)) visit(Object.getOwnPropertyDescriptor(value, name)?.value);
    };
    visit(parseJsonObject(text));
    expect(thawed).toEqual([]);
  });

  it('keeps a __proto__ member as inert data (CVE-2024-34273)', () => {
    const value = parseJsonObject('{"__proto__":{"admin":true},"constructor":1}');
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect((value as { admin?: unknown }).admin).toBeUndefined();
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });

  it.each([
    ['a name that is one escape', '{"alg":"x","\\\\":2}', '{"alg":"HS256","\\u0061":"none"}', ['alg', 'a']],
    ['a quote as a name', '{"h":[],"\\\\":0}', '{"h":1,"\\"":2}', ['h', '"']],
    ['the slashes of PHP', '{"p":1,"a:\\\\/":2}', '{"p":1,"a:\\/b":2}', ['p', 'a:/b']],
    ['an escape inside of an array', '{"o":1,"\\\\":2}', '{"l":[{"o":1,"\\u0062":2}]}', ['l']],
  ])(
    'reads %s right after a text that misleads the engine about it (nodejs/node#63785)',
    (_what, before, text, names) => {
      JSON.parse(before);
      expect(Object.keys(parseJsonObject(text))).toEqual(names);
      expect(JSON.stringify(parseJsonObject(text))).not.toContain('\\\\');
    },
  );

  it('sees a duplicate that hides behind the same mistake of the engine (nodejs/node#63785)', () => {
    JSON.parse('{"a":1,"\\\\":2}');
    expect(() => parseJsonObject('{"a":1,"\\u0061":2}')).toThrow(new JsonError('duplicate member name'));
  });

  it('still reads a good text after a bad one', () => {
    expect(() => parseJsonObject(Uint8Array.from([0xe2, 0x82]))).toThrow(JsonError);
    expect(parseJsonObject(encode('{"a":"é"}'))).toEqual({ a: 'é' });
  });

  it('bounds the nesting (OBS-nested-header)', () => {
    const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(() => parseJsonObject(nested(MAX_JSON_DEPTH))).not.toThrow();
    expect(() => parseJsonObject(nested(MAX_JSON_DEPTH + 1))).toThrow(new JsonError('nested too deeply'));
    expect(() => parseJsonObject(nested(100_000))).toThrow(new JsonError('nested too deeply'));
    expect(() => parseJsonObject('{"a":'.repeat(100_000))).toThrow(new JsonError('nested too deeply'));
  });

  it('repeats nothing of the text in its errors, nor in their causes', () => {
    for (const text of ['{"hunter2', '{"hunter2":1,"hunter2":2}', 'hunter2']) {
      expect(() => parseJsonObject(text)).toThrow(JsonError);
      try {
        parseJsonObject(text);
      } catch (error) {
        expect(inspect(error, { showHidden: true })).not.toContain('{"hunter2');
        expect((error as Error).message).not.toContain('hunter2');
        expect(error).not.toHaveProperty('cause');
      }
    }
  });

  it.each<[string, (size: number) => string]>([
    ['backslashes', (size) => `{"a":"${'\\\\'.repeat(size / 2)}"}`],
    ['escaped quotes', (size) => `{"a":"${'\\"'.repeat(size / 2)}"}`],
    ['a text that never ends', (size) => `{"a":"${'\\"'.repeat(size / 2)}`],
    ['members', (size) => `{${Array.from({ length: size / 10 }, (_, index) => `"m${index}":0`).join(',')}}`],
    ['colons', (size) => ':'.repeat(size)],
    ['empty texts', (size) => `{"a":[${'"",'.repeat(size / 3)}""]}`],
  ])(
    'reads or refuses a long text of %s in linear time: a quadratic reader would need half a minute',
    (_what, make) => {
      try {
        expect(Object.keys(parseJsonObject(make(400_000))).length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(JsonError);
      }
    },
  );
});

/** Not `JSON.parse`: that is what must not be trusted here (nodejs/node#63785). Writing is well. */
const written = (value: unknown): string => JSON.stringify(value);

describe('parseJsonObject, for any text', () => {
  const jsonObject = fc.dictionary(
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor', 'a', '"', '\\', ':')),
    fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' }),
    { noNullPrototype: true },
  );

  it('reads back every object that JSON.stringify writes, whatever the white space', () => {
    fc.assert(
      fc.property(jsonObject, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(written(parseJsonObject(text))).toBe(written(value));
        expect(written(parseJsonObject(encode(text)))).toBe(written(value));
      }),
    );
  });

  it('refuses exactly those texts in which a member is written twice', () => {
    const name = fc.constantFrom(
      ['a', 'a'],
      ['b', 'b'],
      ['\\u0061', 'a'],
      ['', ''],
      [':', ':'],
      ['\\"', '"'],
      ['\\\\', '\\'],
    );
    const member = fc.record({ name, value: fc.jsonValue({ maxDepth: 2 }) });
    fc.assert(
      fc.property(fc.array(member, { maxLength: 4 }), fc.boolean(), (members, nested) => {
        const object = `{${members.map(({ name: [raw], value }) => `"${raw}":${written(value)}`).join(',')}}`;
        const text = nested ? `{"outer":[${object}]}` : object;
        const entries = members.map(({ name: [, decoded = ''], value }) => [decoded, value] as const);
        const expected = Object.fromEntries(entries);
        if (Object.keys(expected).length < members.length) {
          expect(() => parseJsonObject(text)).toThrow(new JsonError('duplicate member name'));
        } else {
          expect(written(parseJsonObject(text))).toBe(written(nested ? { outer: [expected] } : expected));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('refuses all that JSON.parse refuses, and throws nothing but a JsonError', () => {
    const soup = fc.string({ unit: fc.constantFrom(...'{}[]":,\\u0d8 1-e.tfn\n') });
    fc.assert(
      fc.property(soup, (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        try {
          const value = parseJsonObject(text);
          expect(valid).toBe(true);
          expect(written(parseJsonObject(written(value)))).toBe(written(value));
        } catch (error) {
          if (!(error instanceof JsonError)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('nothing but a JsonError is thrown for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (source) => {
        try {
          parseJsonObject(source);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonError);
        }
      }),
    );
  });

  it('agrees with JSON.parse and the rules, one by one, about any text that looks like JSON', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"a":',
        '"b":',
        `"${ESCAPE}0061":`,
        ' ',
        '1',
        '-0.5e3',
        'null',
      ),
      fc.constantFrom(
        `"${ESCAPE}d800"`,
        `"${ESCAPE}d83d${ESCAPE}de00"`,
        '\ufeff',
        '"\\\\"',
        '01',
        '"__proto__":',
        'true',
      ),
    );
    const object = fc.letrec<{ value: string; object: string }>((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, fc.constantFrom('1', '"x"', 'null', `"${ESCAPE}d800"`), tie('object')),
      object: fc
        .array(fc.tuple(fc.constantFrom('"a":', '"b":', `"${ESCAPE}0062":`, '"":'), tie('value')), { maxLength: 3 })
        .map((members) => `{${members.map((member) => member.join('')).join(',')}}`),
    })).object;
    const nested = fc
      .integer({ min: MAX_JSON_DEPTH - 3, max: MAX_JSON_DEPTH + 3 })
      .map((depth) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`);
    const text = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      object,
      nested,
    );
    const tally = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(text, (given) => {
        let accepted = true;
        try {
          parseJsonObject(encode(given));
        } catch {
          accepted = false;
        }
        tally[accepted ? 'accepted' : 'refused']++;
        expect([given, accepted]).toEqual([given, isStrictObject(given)]);
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(tally.accepted, tally.refused)).toBeGreaterThan(100);
  });
});

/** The rules, written down once more without the reader: valid, an object, no name twice, well-formed texts, not too deep. */
function isStrictObject(text: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const open: (Set<string> | undefined)[] = [];
  let deepest = 0;
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g) ?? [];
  for (const [index, token] of tokens.entries()) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, open.push(token === '{' ? new Set() : undefined));
    else if (token === '}' || token === ']') open.pop();
    else if (token.startsWith('"')) {
      const decoded: string = JSON.parse(token);
      if (!decoded.isWellFormed()) return false;
      const names = open.at(-1);
      if (tokens[index + 1] !== ':' || names === undefined) continue;
      if (names.has(decoded)) return false;
      names.add(decoded);
    }
  }
  return deepest <= MAX_JSON_DEPTH;
}
