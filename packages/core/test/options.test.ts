import { describe, expect, it } from 'vitest';
import {
  assertKnownOptions,
  assertOptionalBoolean,
  assertOptionalFunction,
  assertText,
  identifierListOption,
  likelyCause,
  numberOption,
} from '../src/options.js';

const SECRET = 'hunter2-hunter2-hunter2';

describe('assertKnownOptions', () => {
  it('accepts the known ones, and none at all', () => {
    expect(() => assertKnownOptions('X', { a: 1, b: undefined }, ['a', 'b', 'c'])).not.toThrow();
    expect(() => assertKnownOptions('X', {}, [])).not.toThrow();
  });

  it('names an option that nobody knows, and those there are: `aud` for `audience` must not switch a check off (OBS-silent-option)', () => {
    expect(() => assertKnownOptions('X', { aud: SECRET }, ['issuer', 'audience'])).toThrow(
      new TypeError("X: unknown option 'aud'; did you mean 'audience'? Known options: audience, issuer"),
    );
  });

  it('does not repeat a name that may be a credential', () => {
    expect(() => assertKnownOptions('X', { 'eyJ.eyJ.sig': {} }, ['tokens'])).toThrow(
      new TypeError('X: unknown option; known options: tokens'),
    );
  });

  it('does not take a name from the prototype of objects for a known one', () => {
    expect(() => assertKnownOptions('X', { constructor: 1 }, ['a'])).toThrow(TypeError);
    expect(() => assertKnownOptions('X', JSON.parse('{"__proto__":1}'), ['a'])).toThrow(TypeError);
  });

  it.each([undefined, null, 'text', 1, true, [], () => undefined].map((value) => [value]))('refuses %o', (value) => {
    expect(() => assertKnownOptions('X', value, [])).toThrow(new TypeError('X: options must be an object'));
  });
});

describe('the checks of single options', () => {
  it.each([
    [
      'a blank text',
      () => assertText('X', 'name', ' \t'),
      'a text that is not blank; it is blank: is an environment variable empty?',
    ],
    ['no text', () => assertText('X', 'name', 7), 'a text that is not blank'],
    [
      'a text for a boolean',
      () => assertOptionalBoolean('X', 'name', 'true'),
      "true or false; it is a text: compare it, as in value === 'true'",
    ],
    ['null for a boolean', () => assertOptionalBoolean('X', 'name', null), 'true or false'],
    ['an object for a function', () => assertOptionalFunction('X', 'name', {}), 'a function'],
  ])('refuse %s', (_what, check, expected) => {
    expect(check).toThrow(new TypeError(`X: option 'name' must be ${expected}`));
  });

  it('accept what they are for', () => {
    assertText('X', 'name', 'text');
    for (const value of [undefined, true, false]) assertOptionalBoolean('X', 'name', value);
    for (const value of [undefined, () => 1]) assertOptionalFunction('X', 'name', value);
  });
});

describe('numberOption', () => {
  it.each([
    [undefined, 7],
    [0, 0],
    [0.25, 0.25],
    [10, 10],
  ])('reads %o as %o', (value, expected) => {
    expect(numberOption('X', 'n', value, 7, { min: 0, max: 10 })).toBe(expected);
  });

  it.each([[null], [true], [5n], [{}]])('refuses %o, which is no number', (value) => {
    expect(() => numberOption('X', 'n', value, 7, { min: 0 })).toThrow(new TypeError("X: option 'n' must be a number"));
  });

  it.each([
    [Number.NaN, { min: 0 }, 'a number at least 0; it is NaN: is an environment variable missing, or no number?'],
    [Number.POSITIVE_INFINITY, { min: 0 }, 'a number at least 0'],
    [-1, { min: 0, max: 9 }, 'a number at least 0 and at most 9'],
    [9.5, { min: 0, max: 9 }, 'a number at least 0 and at most 9'],
    [0, { min: 0, exclusiveMin: true }, 'a number greater than 0'],
    [1.5, { min: 1, integer: true }, 'a whole number at least 1'],
    [2 ** 60, { min: 1, integer: true }, 'a whole number at least 1'],
  ])('refuses %o within %o', (value, bounds, expected) => {
    expect(() => numberOption('X', 'n', value, 7, bounds)).toThrow(new RangeError(`X: option 'n' must be ${expected}`));
  });
});

describe('identifierListOption', () => {
  it.each([
    ['https://a', ['https://a']],
    [
      ['https://a', 'https://b', 'https://a'],
      ['https://a', 'https://b'],
    ],
    [null, null],
  ])('reads %o', (value, expected) => {
    expect(identifierListOption('X', 'issuer', value)).toEqual(expected);
  });

  it('returns a frozen copy', () => {
    const given = ['https://a'];
    const list = identifierListOption('X', 'issuer', given);
    given.push('https://evil');
    expect(list).toEqual(['https://a']);
    expect(Object.isFrozen(list)).toBe(true);
  });

  it.each(
    // biome-ignore lint/suspicious/noSparseArray: a hole is one of the mistakes
    [undefined, '', '  ', [], [''], ['a', ' '], ['a', , 'b'], ['a', null], 7, {}, true, [['a']], /a/].map((v) => [v]),
  )('refuses %o, so that a missing variable opens no door [checklist 13]', (value) => {
    expect(() => identifierListOption('X', 'audience', value)).toThrow(
      /^X: option 'audience' must be a text, a list of texts, or null to leave it unchecked; none may be blank/,
    );
  });
});

describe('likelyCause', () => {
  it.each([
    [undefined, '; it is undefined: is an environment variable missing?'],
    [' ', '; it is blank: is an environment variable empty?'],
    [null, '; it is null'],
    [new URL('https://a.example'), '; it is a URL object: write url.href'],
    [[], '; the list is empty'],
    [['a', undefined], '; a member is undefined: is an environment variable missing?'],
    [['a', 7], ''],
    ['text', ''],
    [7, ''],
  ])('of %o is %j', (value, cause) => {
    expect(likelyCause(value)).toBe(cause);
  });
});

it.each([
  [
    "'5' for a number",
    () => numberOption('X', 'n', '5', 7, { min: 0 }),
    'must be a number; it is a text: write Number(text)',
  ],
  [
    'milliseconds for seconds',
    () => numberOption('X', 'toleranceSeconds', 5000, 7, { min: 0, max: 300 }),
    'must be a number at least 0 and at most 300; the unit is seconds, not milliseconds',
  ],
])('says what to write instead of %s', (_what, check, expected) => {
  expect(check).toThrow(expected);
});

it('no message repeats the value it refuses', () => {
  const checks: (() => void)[] = [
    () => assertText('X', 'secret', [SECRET]),
    () => assertOptionalBoolean('X', 'secret', SECRET),
    () => assertOptionalFunction('X', 'secret', SECRET),
    () => numberOption('X', 'secret', SECRET, 1, { min: 0 }),
    () => identifierListOption('X', 'secret', [SECRET, '']),
    () => assertKnownOptions('X', { other: SECRET }, []),
  ];
  for (const check of checks) {
    expect(check).toThrow(expect.not.objectContaining({ message: expect.stringContaining(SECRET) }));
  }
});
