import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapPrincipal } from '../src/claim-mapping.js';
import type { Claims } from '../src/claim-values.js';

const clientId = (claims: Claims): string | undefined => mapPrincipal(claims).clientId;

describe('mapPrincipal finds the client id', () => {
  it.each<[string, Claims, string | undefined]>([
    ['client_id before all', { client_id: 'a', azp: 'b', cid: 'c', appid: 'd', sub: 'e' }, 'a'],
    ['azp next', { azp: 'b', cid: 'c', appid: 'd', sub: 'e' }, 'b'],
    ['cid next', { cid: 'c', appid: 'd', sub: 'e' }, 'c'],
    ['appid next', { appid: 'd', sub: 'e' }, 'd'],
    ['sub last', { sub: 'e' }, 'e'],
    ['past an empty text', { client_id: '', azp: 'b' }, 'b'],
    ['past what is no text', { client_id: ['a'], azp: { b: 1 }, cid: null, appid: true, sub: 'e' }, 'e'],
    ['a number as text', { client_id: 42 }, '42'],
    ['zero as text', { client_id: 0 }, '0'],
    ['no number that may stand for several', { client_id: 2 ** 53 }, undefined],
    ['no fraction', { client_id: 1.5 }, undefined],
    ['nobody in an empty token', {}, undefined],
    ['nobody in what objects inherit', Object.create({ client_id: 'admin', sub: 'admin' }), undefined],
    ['nobody called unknown', { client_id: '', sub: '' }, undefined],
  ])('%s', (_what, claims, expected) => {
    expect(clientId(claims)).toBe(expected);
  });
});

describe('mapPrincipal finds the subject', () => {
  it.each<[unknown, string | undefined]>([
    ['alice', 'alice'],
    [7, '7'],
    ['', undefined],
    [null, undefined],
    [['alice'], undefined],
  ])('in sub %o', (sub, expected) => {
    expect(mapPrincipal({ sub, client_id: 'app' }).subject).toBe(expected);
  });

  it('never in the client id: the two are not confused [checklist 12]', () => {
    expect(mapPrincipal({ client_id: 'app' }).subject).toBeUndefined();
  });
});

describe('mapPrincipal finds the scopes', () => {
  it.each<[string, Claims, readonly string[]]>([
    ['in scope', { scope: 'a b', scp: 'c' }, ['a', 'b']],
    ['in a list under scope', { scope: ['a', 'b'] }, ['a', 'b']],
    ['in scp, as text', { scp: 'a b' }, ['a', 'b']],
    ['in scp, as a list', { scp: ['a', 'b'] }, ['a', 'b']],
    ['in scp behind an empty scope', { scope: '', scp: 'x' }, ['x']],
    ['in scp behind a scope of another type', { scope: {}, scp: ['x'] }, ['x']],
    ['in scp behind a scope without one scope-token', { scope: '"', scp: 'x' }, ['x']],
    ['not in permissions and roles', { permissions: ['a'], roles: ['b'] }, []],
    ['nowhere else', {}, []],
  ])('%s', (_what, claims, expected) => {
    expect(mapPrincipal(claims).scopes).toEqual(expected);
  });
});

it('mapPrincipal never throws and never makes up a text, whatever the claims are', () => {
  const name = fc.constantFrom('client_id', 'azp', 'cid', 'appid', 'sub', 'scope', 'scp', '__proto__');
  fc.assert(
    fc.property(fc.dictionary(name, fc.jsonValue(), { noNullPrototype: true }), (claims) => {
      const principal = mapPrincipal(claims);
      // Only texts and numbers can be what a principal is named after; String() of the rest may throw.
      const values = Object.values(claims).flatMap((value) =>
        typeof value === 'string' || typeof value === 'number' ? [String(value)] : [],
      );
      for (const text of [principal.clientId, principal.subject]) {
        if (text !== undefined) expect(values).toContain(text);
        expect(text).not.toBe('');
      }
    }),
  );
});
