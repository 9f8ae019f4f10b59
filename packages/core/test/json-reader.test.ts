import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readValidJson } from '../src/json-reader.js';

describe('readValidJson', () => {
  it.each([
    ['the empty object', '{}'],
    ['the empty array', '[]'],
    ['literals', '[true,false,null,0,-0,-1.5e-7,1E+2,"",1e400]'],
    ['white space everywhere', ' \t\r\n{ "a" : [ 1 , { } , [ ] ] , "b" : "c" } \n'],
    ['texts that end in backslashes', '{"\\\\":"\\"","a\\\\\\"":["\\\\","\\\\\\\\"]}'],
    ['escapes in names and texts', '{"\\u0061\\/\\"\\\\":"\\n\\u00e9","}":"]","[\\"{":[",",":"]}'],
    ['number names, which objects put first', '{"b":1,"2":2,"1":3}'],
    ['a text', '"a"'],
    ['a number', '1.5'],
  ])('reads %s as JSON.parse does', (_what, text) => {
    expect(readValidJson(text)).toEqual(JSON.parse(text));
    expect(JSON.stringify(readValidJson(text))).toBe(JSON.stringify(JSON.parse(text)));
  });

  it('keeps the last one of duplicate members, and __proto__ as data (CVE-2024-34273)', () => {
    expect(readValidJson('{"a":1,"\\u0061":2}')).toEqual({ a: 2 });
    const value = readValidJson('{"__proto__":{"admin":true}}') as { admin?: unknown };
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(value.admin).toBeUndefined();
  });

  it('gives back whatever JSON.stringify has written', () => {
    // No backslash at the beginning of a name: JSON.parse reads these wrongly (nodejs/node#63785), which is why this exists.
    const value = fc.jsonValue({
      maxDepth: 5,
      stringUnit: 'binary',
      noUnicodeString: false,
    } as fc.JsonSharedConstraints);
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (original, space) => {
        const text = JSON.stringify(original, null, space);
        expect(JSON.stringify(readValidJson(text), null, space)).toBe(text);
      }),
    );
  });
});
