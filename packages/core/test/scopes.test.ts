import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  expandScopes,
  isScopeToken,
  missingScopes,
  parseScopes,
  scopeHierarchyOption,
  scopeListOption,
} from '../src/scopes.js';

/** RFC 6749 §3.3 once more, a character at a time. */
const isToken = (text: string): boolean =>
  text !== '' && [...text].every((c) => c >= '!' && c <= '~' && c !== '"' && c !== '\\');

describe('parseScopes', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['a text split on spaces', 'read write', ['read', 'write']],
    ['several spaces, also around', '  read   write ', ['read', 'write']],
    ['repetitions once', 'read read', ['read']],
    ['a comma as a part of a scope', 'a,b', ['a,b']],
    ['a list of texts', ['read', 'write'], ['read', 'write']],
    ['no list inside of a list member', ['read write', 'admin'], ['admin']],
    ['a tab as a bad character, not as a separator', 'read\twrite ok', ['ok']],
    ['a no-break space as a bad character', 'read\u00a0write', []],
    ['quotes and backslashes as bad characters', 'a"b c\\d e', ['e']],
    ['letters beyond ASCII as bad characters', 'lesen schreibén', ['lesen']],
    ['members of other types as none', ['a', 1, null, {}, ['b'], true], ['a']],
    ['an empty text as none', '', []],
    ['blanks as none', '   ', []],
    ['an object as none', { read: true }, []],
    ['a number as none', 7, []],
    ['null as none', null, []],
    ['nothing as none', undefined, []],
  ])('reads %s', (_what, value, expected) => {
    expect(parseScopes(value)).toEqual(expected);
  });

  it('reads each text for itself, whatever was read before, and nobody can change what others get', () => {
    const texts = ['a b', 'a b c', 'a b', '', 'a b', 'b a'];
    expect(texts.map(parseScopes)).toEqual([['a', 'b'], ['a', 'b', 'c'], ['a', 'b'], [], ['a', 'b'], ['b', 'a']]);
    expect(() => (parseScopes('a b') as string[]).push('admin')).toThrow(TypeError);
    expect(parseScopes('a b')).toEqual(['a', 'b']);
  });

  it('finds exactly the scope-tokens of any text', () => {
    const word = fc.string({ unit: fc.oneof(fc.constantFrom(...'ab!~"\\ \t\u00a0é,:/'), fc.string({ maxLength: 1 })) });
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const text = words.join(' ');
        const expected = text.split(' ').filter(isToken);
        expect(parseScopes(text)).toEqual([...new Set(expected)]);
        expect(parseScopes(text).every(isScopeToken)).toBe(true);
      }),
    );
  });

  it('reads what it has written', () => {
    const scope = fc.string({ unit: fc.constantFrom(...'abc:/.!#~-_'), minLength: 1 });
    fc.assert(
      fc.property(fc.uniqueArray(scope), (scopes) => {
        expect(parseScopes(scopes.join(' '))).toEqual(scopes);
        expect(parseScopes(scopes)).toEqual(scopes);
      }),
    );
  });

  it('reads a megabyte of blanks or of one scope', () => {
    expect(parseScopes(' '.repeat(1_000_000))).toEqual([]);
    expect(parseScopes('a '.repeat(500_000))).toEqual(['a']);
    expect(parseScopes(`${'a'.repeat(1_000_000)}"`)).toEqual([]);
  });
});

describe('scopeListOption', () => {
  it('copies, freezes and drops repetitions', () => {
    const given = ['a', 'b', 'a'];
    const list = scopeListOption('X', 'requiredScopes', given);
    given.push('c');
    expect(list).toEqual(['a', 'b']);
    expect(Object.isFrozen(list)).toBe(true);
    expect(scopeListOption('X', 'requiredScopes', undefined)).toEqual([]);
    expect(scopeListOption('X', 'requiredScopes', [])).toEqual([]);
  });

  it.each([
    ['a text, which is probably a list', 'read write'],
    ['a text that is one scope', 'read'],
    ['null', null],
    ['a member with a blank', ['read write']],
    ['an empty member', ['']],
    ['a member that is no text', [1]],
    ['a quote, which would end a challenge', ['a"b']],
    ['a line break, which would split a header', ['a\r\nSet-Cookie:x']],
    // biome-ignore lint/suspicious/noSparseArray: a hole is one of the mistakes
    ['a hole', ['a', , 'b']],
  ])('refuses %s', (_what, value) => {
    expect(() => scopeListOption('X', 'requiredScopes', value)).toThrow(
      /^X: option 'requiredScopes' must be a list of scopes such as \['notes:read'\], without blanks/,
    );
  });
});

describe('scopeHierarchyOption', () => {
  it('copies and freezes', () => {
    const given = { admin: ['write'] };
    const hierarchy = scopeHierarchyOption('X', 'scopeHierarchy', given);
    given.admin.push('root');
    expect(hierarchy).toEqual({ admin: ['write'] });
    expect(Object.isFrozen(hierarchy)).toBe(true);
    expect(Object.isFrozen(hierarchy.admin)).toBe(true);
    expect(scopeHierarchyOption('X', 'scopeHierarchy', undefined)).toEqual({});
  });

  it.each([
    ['admin'],
    [null],
    [['admin']],
    [{ admin: 'write' }],
    [{ 'a b': ['c'] }],
    [{ admin: ['a b'] }],
    [{ '': [] }],
  ])('refuses %o', (value) => {
    expect(() => scopeHierarchyOption('X', 'scopeHierarchy', value)).toThrow(TypeError);
  });
});

describe('missingScopes', () => {
  const hierarchy = { root: ['admin'], admin: ['write', 'read'], write: ['read'], loop: ['pool'], pool: ['loop'] };

  it.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ['nothing when nothing is required', [], [], []],
    ['nothing when all are held', ['a', 'b'], ['b', 'a'], []],
    ['those that are not held, in the order of the requirement', ['b'], ['c', 'b', 'a'], ['c', 'a']],
    ['a scope that differs by case', ['READ'], ['read'], ['read']],
    ['a scope of which only a prefix is held', ['rea'], ['read'], ['read']],
    ['nothing that the hierarchy includes [checklist 60]', ['admin'], ['read', 'write'], []],
    ['nothing that it includes over two steps [checklist 60]', ['root'], ['read', 'root'], []],
    ['what lies above the scope that is held', ['write'], ['admin'], ['admin']],
    ['nothing new in a circle', ['loop'], ['pool', 'read'], ['read']],
    ['a name that objects inherit', ['constructor', '__proto__'], ['read'], ['read']],
  ])('finds %s', (_what, granted, required, expected) => {
    expect(missingScopes(granted, required, hierarchy)).toEqual(expected);
  });

  it('needs no hierarchy', () => {
    expect(missingScopes(['admin'], ['read'])).toEqual(['read']);
    expect([...expandScopes(['admin'])]).toEqual(['admin']);
  });

  const scope = fc.constantFrom<string[]>('a', 'b', 'c', 'd', 'e', '__proto__');
  const someHierarchy = fc.dictionary(scope, fc.array(scope, { maxLength: 3 }), { noNullPrototype: true });

  it('never grows with what is granted, and what is granted is never missing', () => {
    fc.assert(
      fc.property(fc.array(scope), fc.array(scope), fc.array(scope), someHierarchy, (granted, more, required, tree) => {
        const before = missingScopes(granted, required, tree);
        const after = missingScopes([...granted, ...more], required, tree);
        expect(before).toEqual(expect.arrayContaining([...after]));
        expect(after.some((missing) => granted.includes(missing))).toBe(false);
      }),
    );
  });

  it('agrees with a search from each granted scope', () => {
    fc.assert(
      fc.property(fc.array(scope), fc.array(scope), someHierarchy, (granted, required, tree) => {
        const reached = (from: string, to: string, visited: readonly string[] = []): boolean =>
          from === to ||
          (!visited.includes(from) &&
            Object.hasOwn(tree, from) &&
            (tree[from] ?? []).some((next) => reached(next, to, [...visited, from])));
        const expected = required.filter((wanted) => !granted.some((held) => reached(held, wanted)));
        expect(missingScopes(granted, required, tree)).toEqual(expected);
      }),
    );
  });
});

it.each([
  ['read write', "; it is a text: write a list, or text.split(' ')"],
  [['read write'], '; a member has a blank in it: write each scope as a member of its own'],
  [[undefined], '; a member is undefined: is an environment variable missing?'],
  [null, '; it is null'],
])('says what to write instead of %j', (value, cause) => {
  expect(() => scopeListOption('X', 'requiredScopes', value)).toThrow(
    new TypeError(`X: option 'requiredScopes' must be a list of scopes such as ['notes:read'], without blanks${cause}`),
  );
});
