import { describe, expect, it } from 'vitest';
import {
  type AccessTokenInit,
  adoptAccessToken,
  createAccessToken,
  isAccessToken,
  principalKey,
} from '../src/access-token.js';

const TOKEN = 'eyJhbGciOiJub25lIn0.e30.c2lnbmF0dXJl';

describe('createAccessToken', () => {
  it('carries the token and what the verifier said', () => {
    const init = {
      clientId: 'app',
      subject: 'alice',
      issuer: 'https://issuer.example',
      audience: ['https://api.example'],
      scopes: ['read', 'write'],
      expiresAt: 2_000_000_000,
      claims: { sub: 'alice', nested: { list: [1, { deep: true }], nothing: null } },
    };
    expect({ ...createAccessToken(TOKEN, init) }).toEqual(init);
    expect(createAccessToken(TOKEN, init).token).toBe(TOKEN);
  });

  it('has no member for what the verifier did not say', () => {
    const accessToken = createAccessToken(TOKEN, { clientId: undefined });
    expect(Object.keys(accessToken).sort()).toEqual(['audience', 'claims', 'scopes']);
    expect(accessToken).toMatchObject({ audience: [], scopes: [], claims: {} });
    expect('clientId' in accessToken).toBe(false);
  });

  it('is frozen all the way down (OBS-shared-claims)', () => {
    const init = { clientId: 'c', audience: ['a'], scopes: ['s'], claims: { o: { l: [{ x: 1 }] } } };
    const accessToken = createAccessToken(TOKEN, init);
    const seen: unknown[] = [];
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      seen.push(value);
      expect(Object.isFrozen(value)).toBe(true);
      Object.values(value).forEach(visit);
    };
    visit(accessToken);
    expect(seen.length).toBe(7);
    expect(() => Object.assign(accessToken, { subject: 'root' })).toThrow(TypeError);
    expect(() => (accessToken.scopes as string[]).push('admin')).toThrow(TypeError);
    expect(() => Object.assign(accessToken.claims.o as object, { l: [] })).toThrow(TypeError);
    expect(() => Object.assign(accessToken, { token: 'other' })).toThrow(TypeError);
    expect(Object.isFrozen(Object.getPrototypeOf(accessToken))).toBe(true);
  });

  it('copies: what the verifier goes on to do with its own objects does not show, and those stay usable', () => {
    const claims = { roles: ['user'] };
    const scopes = ['read'];
    const accessToken = createAccessToken(TOKEN, { clientId: 'c', scopes, claims });
    claims.roles.push('admin');
    scopes.push('admin');
    expect(accessToken.claims).toEqual({ roles: ['user'] });
    expect(accessToken.scopes).toEqual(['read']);
  });

  it('keeps __proto__, constructor and prototype claims as inert data (CVE-2024-34273)', () => {
    const claims = JSON.parse('{"__proto__":{"admin":true},"constructor":{"a":1},"prototype":2,"o":{"__proto__":[]}}');
    const copy = createAccessToken(TOKEN, { clientId: 'c', claims }).claims;
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect((copy as { admin?: unknown }).admin).toBeUndefined();
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
    expect(JSON.stringify(copy)).toBe(JSON.stringify(claims));
    expect(Object.isFrozen(Object.getOwnPropertyDescriptor(copy, '__proto__')?.value)).toBe(true);
  });

  it('takes the token out of the claims, as text, as a part of a text and as a name', () => {
    const claims = { raw: TOKEN, list: [{ header: `Bearer ${TOKEN}` }], [TOKEN]: 1, sub: 'alice' };
    const copy = createAccessToken(TOKEN, { clientId: 'c', claims }).claims;
    expect(copy).toEqual({ raw: '[redacted]', list: [{ header: '[redacted]' }], '[redacted]': 1, sub: 'alice' });
  });

  it('takes a short token out of the claims only where it is the whole text', () => {
    const claims = { raw: 'tok', text: 'a token' };
    expect(createAccessToken('tok', { clientId: 'c', claims }).claims).toEqual({ raw: '[redacted]', text: 'a token' });
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null, as a verifier that says "no" in another language returns', null],
    ['a text', 'alice'],
    ['scopes that are a text', { clientId: 'c', scopes: 'read' }],
    ['an audience that is a text', { clientId: 'c', audience: 'https://api.example' }],
    ['scopes that are null', { clientId: 'c', scopes: null }],
  ])('refuses %s', (_what, init) => {
    expect(() => createAccessToken(TOKEN, init as AccessTokenInit)).toThrow(TypeError);
  });
});

describe('isAccessToken', () => {
  it.each<[unknown, boolean]>([
    [createAccessToken(TOKEN, { clientId: 'c' }), true],
    [{ scopes: [], audience: [], claims: {} }, true],
    [undefined, false],
    [null, false],
    [true, false],
    [{}, false],
    [{ scopes: 'admin' }, false],
  ])('says of %o: %o', (value, expected) => {
    expect(isAccessToken(value)).toBe(expected);
  });
});

describe('principalKey (CVE-2026-52869)', () => {
  const key = (init: AccessTokenInit): string => principalKey(createAccessToken(TOKEN, init));

  it('is the same for the same issuer, subject and client, whatever the token, the scopes and the time', () => {
    const who = { issuer: 'https://i', subject: 'alice', clientId: 'app' };
    const other = createAccessToken('another-token', { ...who, scopes: ['admin'], expiresAt: 7, claims: { a: 1 } });
    expect(principalKey(other)).toBe(key(who));
  });

  it('is different for everybody else', () => {
    const keys = [
      key({ issuer: 'https://i', subject: 'alice', clientId: 'app' }),
      key({ issuer: 'https://j', subject: 'alice', clientId: 'app' }),
      key({ issuer: 'https://i', subject: 'bob', clientId: 'app' }),
      key({ issuer: 'https://i', subject: 'alice', clientId: 'other' }),
      key({ subject: 'alice', clientId: 'app' }),
      key({ issuer: 'https://i', subject: 'alice' }),
      key({ issuer: 'https://i', clientId: 'alice' }),
      key({ subject: 'alice' }),
      key({ clientId: 'alice' }),
      key({ subject: 'null' }),
      key({ subject: 'a","b', clientId: 'c' }),
      key({ subject: 'a', clientId: 'b","c' }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each<[string, AccessTokenInit]>([
    ['nothing', { clientId: undefined }],
    ['an issuer only', { clientId: undefined, issuer: 'https://i' }],
    ['empty texts', { clientId: '', subject: '' }],
  ])('never makes two callers of whom the token says %s one principal', (_what, init) => {
    const [one, two] = [createAccessToken(TOKEN, init), createAccessToken(TOKEN, init)];
    expect(principalKey(one)).not.toBe(principalKey(two));
    expect(principalKey(one)).toBe(principalKey(one));
    expect(principalKey(one)).toMatch(/^anonymous:/);
  });
});

describe('adoptAccessToken', () => {
  it('freezes the claims where they stand, deeply, and copies nothing', () => {
    const claims = { sub: 'alice', nested: { list: [{ a: 1 }] } };
    const accessToken = adoptAccessToken('token', { subject: 'alice', claims });
    expect(accessToken.claims).toBe(claims);
    expect(Object.isFrozen(claims) && Object.isFrozen(claims.nested.list[0])).toBe(true);
    expect(Object.isFrozen(accessToken)).toBe(true);
  });

  it('is returned as it is when an access token is made of it for the same token, and copied for another', () => {
    const accessToken = adoptAccessToken('token', { subject: 'alice' });
    expect(createAccessToken('token', accessToken)).toBe(accessToken);
    expect(createAccessToken('another', accessToken)).not.toBe(accessToken);
    expect(createAccessToken('another', accessToken)).toMatchObject({ token: 'another', subject: 'alice' });
  });
});
