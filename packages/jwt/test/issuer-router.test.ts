import { AuthError, createAccessToken, safeVerify, type Verifier } from '@auth/core';
import { encodeSegment, forgeToken, type TokenPart } from '@auth/testing';
import { describe, expect, test } from 'vitest';
import { issuerRouter } from '../src/issuer-router.js';

const tokenOf = (payload: TokenPart): string => forgeToken({ header: { alg: 'ES256' }, payload, signature: 'AAAA' });

/** A verifier that accepts everything in its own name and remembers what it was asked. */
function named(clientId: string): Verifier & { calls: unknown[][] } {
  const calls: unknown[][] = [];
  return {
    calls,
    verifyToken: async (...args) => {
      calls.push(args);
      return createAccessToken(args[0], { clientId });
    },
  };
}

const A = 'https://a.example';
const B = 'https://b.example';

test('each token goes to the verifier of its issuer and to no other, with the options of the call', async () => {
  const [a, b] = [named('a'), named('b')];
  const router = issuerRouter({ [A]: a, [B]: b });
  const { signal } = new AbortController();
  const token = tokenOf({ iss: B });
  expect((await router.verifyToken(token, { signal })).clientId).toBe('b');
  expect(b.calls).toEqual([[token, { signal }]]);
  expect(a.calls).toEqual([]);
});

describe('nobody is asked about', () => {
  const MISMATCH: readonly (readonly [name: string, payload: TokenPart])[] = [
    ['an issuer that is not listed', { iss: 'https://c.example' }],
    ['no issuer', {}],
    ['an empty issuer', { iss: '' }],
    ['an issuer with a trailing slash', { iss: `${A}/` }],
    ['an issuer in another case', { iss: 'https://A.example' }],
    ['an issuer with the default port', { iss: `${A}:443` }],
    ['a longer issuer', { iss: `${A}.evil.example` }],
    ['a prefix of an issuer', { iss: 'https://a' }],
    ['an issuer with a blank', { iss: ` ${A}` }],
    ['CVE-2025-30144: a list of issuers', { iss: [A] }],
    ['a number', { iss: 7 }],
    ['null', { iss: null }],
    ['an object', { iss: { toString: A } }],
    ['__proto__', { iss: '__proto__' }],
    ['constructor', { iss: 'constructor' }],
    ['hasOwnProperty', { iss: 'hasOwnProperty' }],
  ];
  const MALFORMED: readonly (readonly [name: string, token: string])[] = [
    ['an empty text', ''],
    ['something opaque', 'opaque-token'],
    ['two parts', `${encodeSegment({})}.${encodeSegment({ iss: A })}`],
    ['five parts (JWE)', `${tokenOf({ iss: A })}.AAAA.AAAA`],
    ['padding', `${encodeSegment({ alg: 'ES256' })}=.${encodeSegment({ iss: A })}.AAAA`],
    ['a payload that is no JSON', tokenOf('{')],
    ['a payload that is a list', tokenOf([{ iss: A }])],
    ['a payload with two issuers', tokenOf(`{"iss":"${B}","iss":"${A}"}`)],
    ['a payload nested 5,000 deep', tokenOf(`{"iss":"${A}","x":${'['.repeat(5000)}${']'.repeat(5000)}}`)],
    ['a header that is no JSON', `${encodeSegment('x')}.${encodeSegment({ iss: A })}.AAAA`],
  ];

  const ask = async (token: string): Promise<{ code: string; reason: unknown; asked: number }> => {
    const verifier = named('a');
    const result = await safeVerify(issuerRouter({ [A]: verifier, [B]: verifier }), token);
    if (result.ok) throw new Error('expected a refusal');
    return { code: result.error.code, reason: result.error.reason, asked: verifier.calls.length };
  };

  test.each(MISMATCH)('%s: issuer_mismatch', async (_name, payload) => {
    expect(await ask(tokenOf(payload))).toEqual({ code: 'invalid_token', reason: 'issuer_mismatch', asked: 0 });
  });

  test('CVE-2024-34273: an issuer that the payload inherits by __proto__', async () => {
    const token = tokenOf(`{"__proto__":{"iss":"${A}"}}`);
    expect(await ask(token)).toEqual({ code: 'invalid_token', reason: 'issuer_mismatch', asked: 0 });
  });

  test.each(MALFORMED)('%s: malformed', async (_name, token) => {
    expect(await ask(token)).toEqual({ code: 'invalid_token', reason: 'malformed', asked: 0 });
  });

  test('a token beyond the size: too_large, before anything is read', async () => {
    const token = tokenOf({ iss: A, pad: 'x'.repeat(20_000) });
    expect(await ask(token)).toEqual({ code: 'invalid_token', reason: 'too_large', asked: 0 });
    const wide = issuerRouter({ [A]: named('a') }, { maxTokenBytes: 100_000 });
    expect((await wide.verifyToken(token)).clientId).toBe('a');
  });

  test.each([undefined, null, 7, {}, ['x']])('%j in place of a token: malformed', async (token) => {
    expect(await ask(token as unknown as string)).toMatchObject({ reason: 'malformed', asked: 0 });
  });
});

test('what the chosen verifier refuses stays refused as it was, by the next verifier too', async () => {
  const refusal = new AuthError('insufficient_scope', { requiredScopes: ['read'], missingScopes: ['read'] });
  const b = named('b');
  const router = issuerRouter({ [A]: { verifyToken: () => Promise.reject(refusal) }, [B]: b });
  await expect(router.verifyToken(tokenOf({ iss: A }))).rejects.toBe(refusal);
  expect(b.calls).toEqual([]);
});

test('a verifier that throws something foreign, at once or later, counts as unavailable; the token is in no text of it', async () => {
  const token = tokenOf({ iss: A });
  const foreign: Verifier[] = [
    { verifyToken: () => Promise.reject(new Error(`no ${token}`)) },
    {
      verifyToken: () => {
        throw new TypeError('at once');
      },
    },
  ];
  for (const verifier of foreign) {
    const result = await safeVerify(issuerRouter({ [A]: verifier }), token);
    if (result.ok) throw new Error('expected a refusal');
    expect(result.error.code).toBe('temporarily_unavailable');
    expect(String(result.error.cause)).not.toContain(token);
  }
});

test('the table is copied: changing it later changes nothing', async () => {
  const table: Record<string, Verifier> = { [A]: named('a') };
  const router = issuerRouter(table);
  table[B] = named('b');
  delete table[A];
  expect((await router.verifyToken(tokenOf({ iss: A }))).clientId).toBe('a');
  await expect(router.verifyToken(tokenOf({ iss: B }))).rejects.toMatchObject({ reason: 'issuer_mismatch' });
});

test('1,000 issuers are looked up like 10: the table is asked, not walked through', async () => {
  let reads = 0;
  const table: Record<string, Verifier> = {};
  for (let index = 0; index < 1000; index++) {
    const verifier = named(`c${index}`);
    table[`https://as-${index}.example`] = {
      get verifyToken() {
        reads++;
        return verifier.verifyToken;
      },
    };
  }
  const router = issuerRouter(table);
  reads = 0;
  expect((await router.verifyToken(tokenOf({ iss: 'https://as-999.example' }))).clientId).toBe('c999');
  expect(reads).toBe(1);
});

test.each([
  ['an empty table', {}],
  ['a list', [named('a')]],
  ['nothing', undefined],
  ['a blank issuer', { ' ': named('a') }],
  ['a member that is no verifier', { [A]: {} }],
  ['a member that is null', { [A]: null }],
])('%s is refused at construction', (_name, table) => {
  expect(() => issuerRouter(table as unknown as Record<string, Verifier>)).toThrow(TypeError);
});

test('unknown and senseless options are refused', () => {
  expect(() => issuerRouter({ [A]: named('a') }, { maxBytes: 1 } as object)).toThrow(/maxBytes/);
  expect(() => issuerRouter({ [A]: named('a') }, { maxTokenBytes: 0 })).toThrow(RangeError);
});
