import { type AuthError, type InvalidTokenReason, isAuthError } from '@auth/core';
import { forgedTokens } from '@auth/testing';
import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import {
  ALGORITHMS,
  AUDIENCE,
  encoded,
  goodClaims,
  ISSUER,
  keyFor,
  keyOption,
  NOW,
  signed,
  TRUST,
} from './signing-keys.js';

const key = await keyFor('ES256');
const verifier = new JWTVerifier({ ...TRUST, publicKey: key.publicKey });
const rejection = async (token: unknown, subject = verifier): Promise<AuthError | undefined> => {
  const outcome: unknown = await subject.verifyToken(token as string).catch((error: unknown) => error);
  if (outcome instanceof Error && !isAuthError(outcome)) throw outcome;
  return isAuthError(outcome) ? outcome : undefined;
};

const HEADER = { alg: 'ES256', typ: 'JWT' };
const claims = goodClaims();
const good = signed(key, HEADER, claims);
const [h = '', p = '', s = ''] = good.split('.');
const json = (header: string, payload: string): string => signed(key, header, payload);
const header = (extra: Record<string, unknown>): string => signed(key, { ...HEADER, ...extra }, claims);
const payload = (extra: Record<string, unknown>): string => signed(key, HEADER, goodClaims(extra));
const nested = (depth: number): string => `{"alg":"ES256","x":${'['.repeat(depth)}${']'.repeat(depth)}}`;
const jwk = key.jwk;

const ATTACKS: readonly (readonly [string, unknown, InvalidTokenReason])[] = [
  // Form
  ['an empty token', '', 'malformed'],
  ['a token that is a number', 7, 'malformed'],
  ['a token that is undefined', undefined, 'malformed'],
  ['a token that is an object with a text inside', { toString: () => good }, 'malformed'],
  ['CVE-2025-30204, CVE-2025-27144: thousands of dots', '.'.repeat(16_000), 'malformed'],
  ['CVE-2025-61920: a token over the limit', `${good}${'A'.repeat(17_000)}`, 'too_large'],
  ['two parts', `${h}.${p}`, 'malformed'],
  ['four parts', `${good}.`, 'malformed'],
  [
    'CVE-2026-29000, CVE-2024-28176, checklist 7 and 19: five parts (JWE) undecrypted',
    `${h}.${p}.${s}.${p}.${s}`,
    'malformed',
  ],
  ['CVE-2026-28802: JSON serialization', JSON.stringify({ protected: h, payload: p, signature: s }), 'malformed'],
  ['a blank in front', ` ${good}`, 'malformed'],
  ['a line break at the end', `${good}\n`, 'malformed'],
  ['OBS-second-spelling: padding', `${good}=`, 'malformed'],
  ['base64 instead of base64url (+)', `${h}.${p}.+${s.slice(1)}`, 'malformed'],
  ['base64 instead of base64url (/)', `${h}.${p}./${s.slice(1)}`, 'malformed'],
  ['checklist 18: a character beyond ASCII that folds onto a letter', `${h}.${p}.\u0141${s.slice(1)}`, 'malformed'],
  ['an empty header', `.${p}.${s}`, 'malformed'],
  // JSON
  ['checklist 20: a duplicate alg', json('{"alg":"none","alg":"ES256"}', JSON.stringify(claims)), 'malformed'],
  ['a duplicate name hidden by an escape', json('{"alg":"ES256","\\u0061lg":"none"}', '{}'), 'malformed'],
  ['a duplicate claim', json('{"alg":"ES256"}', '{"exp":1,"exp":9999999999}'), 'malformed'],
  ['checklist 10: a header in UTF-16', signed(key, Buffer.from('{"alg":"ES256"}', 'utf16le'), '{}'), 'malformed'],
  [
    'checklist 10: a payload that is not UTF-8',
    signed(key, '{"alg":"ES256"}', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
    'malformed',
  ],
  ['a byte-order mark', signed(key, '\ufeff{"alg":"ES256"}', '{}'), 'malformed'],
  ['a lone surrogate', json('{"alg":"ES256"}', '{"sub":"\\ud800"}'), 'malformed'],
  ['CVE-2026-107723: an array as payload', json('{"alg":"ES256"}', '[{"exp":9999999999}]'), 'malformed'],
  ['a text as payload', json('{"alg":"ES256"}', '"x"'), 'malformed'],
  ['null as payload', json('{"alg":"ES256"}', 'null'), 'malformed'],
  ['an empty payload', signed(key, HEADER, ''), 'malformed'],
  ['an array as header', json('["ES256"]', '{}'), 'malformed'],
  ['broken JSON', json('{"alg":"ES256"', '{}'), 'malformed'],
  ['JSON with something after it', json('{"alg":"ES256"}x', '{}'), 'malformed'],
  ['OBS-nested-header: 1,000 nested brackets in an unsigned header', `${encoded(nested(1000))}.${p}.`, 'malformed'],
  ['nesting beyond the bound in a signed payload', json('{"alg":"ES256"}', nested(40)), 'malformed'],
  // Header
  ['checklist 6: alg none with an empty signature', `${encoded({ alg: 'none' })}.${p}.`, 'algorithm_not_allowed'],
  ['alg none with a real signature', header({ alg: 'none' }), 'algorithm_not_allowed'],
  ['checklist 5: alg in other case', header({ alg: 'es256' }), 'algorithm_not_allowed'],
  ['no alg', signed(key, { typ: 'JWT' }, claims), 'algorithm_not_allowed'],
  ['alg that is a list', header({ alg: ['ES256'] }), 'algorithm_not_allowed'],
  ['alg with a blank', header({ alg: 'ES256 ' }), 'algorithm_not_allowed'],
  ['checklist 1: an algorithm that is not in the list', header({ alg: 'ES384' }), 'algorithm_not_allowed'],
  ['CVE-2026-22817: HS256 where only ES256 is allowed', header({ alg: 'HS256' }), 'algorithm_not_allowed'],
  ['an inherited name as alg', header({ alg: 'constructor' }), 'algorithm_not_allowed'],
  ['checklist 17, OBS-other-token-kinds: a DPoP proof', header({ typ: 'dpop+jwt', jwk }), 'unsupported_type'],
  ['OBS-other-token-kinds: a logout token', header({ typ: 'logout+jwt' }), 'unsupported_type'],
  ['a security event', header({ typ: 'application/secevent+jwt' }), 'unsupported_type'],
  ['OBS-other-token-kinds: an identity assertion (ID-JAG)', header({ typ: 'oauth-id-jag+jwt' }), 'unsupported_type'],
  ['typ null', header({ typ: null }), 'unsupported_type'],
  ['an empty typ', header({ typ: '' }), 'unsupported_type'],
  ['typ that only ends like one', header({ typ: 'xapplication/jwt' }), 'unsupported_type'],
  ['CVE-2025-59420, CVE-2026-32597, checklist 21: an unknown crit', header({ crit: ['x'], x: 1 }), 'critical_header'],
  ['an empty crit', header({ crit: [] }), 'critical_header'],
  ['crit null', header({ crit: null }), 'critical_header'],
  ['crit that names alg', header({ crit: ['alg'] }), 'critical_header'],
  ['checklist 22: b64 false with crit', header({ crit: ['b64'], b64: false }), 'critical_header'],
  ['checklist 22: b64 false without crit', header({ b64: false }), 'critical_header'],
  ['b64 true', header({ b64: true }), 'critical_header'],
  ['checklist 14: kid that is a number', header({ kid: 7 }), 'malformed'],
  ['an empty kid', header({ kid: '' }), 'malformed'],
  ['kid null', header({ kid: null }), 'malformed'],
  ['kid that is a list', header({ kid: ['a'] }), 'malformed'],
  // Signature
  ['CVE-2026-27962: an empty signature', `${h}.${p}.`, 'signature_invalid'],
  ['the signature of another token', `${h}.${encoded(goodClaims({ sub: 'mallory' }))}.${s}`, 'signature_invalid'],
  [
    'checklist 15, CVE-2026-96760: a key that the token brings along',
    header({ jwk: (await keyFor('ES256', 'other')).jwk, sub: 1 }).replace(/[^.]+$/, s),
    'signature_invalid',
  ],
  ['a signature by another key', signed(await keyFor('ES256', 'other'), HEADER, claims), 'signature_invalid'],
  // Claims
  ['no exp', payload({ exp: undefined }), 'missing_claim'],
  ['exp null', payload({ exp: null }), 'malformed'],
  ['exp 0', payload({ exp: 0 }), 'expired'],
  ['exp true', payload({ exp: true }), 'malformed'],
  ['exp as text', payload({ exp: String(NOW + 60) }), 'malformed'],
  ['exp as a list', payload({ exp: [NOW + 60] }), 'malformed'],
  ['exp negative', payload({ exp: -1 }), 'malformed'],
  ['OBS-infinite-exp: exp 1e400', json('{"alg":"ES256"}', '{"exp":1e400}'), 'malformed'],
  ['exp in milliseconds', payload({ exp: (NOW + 60) * 1000 }), 'malformed'],
  ['exp int64 max', json('{"alg":"ES256"}', '{"exp":9223372036854775807}'), 'malformed'],
  ['checklist 28: exp exactly at the end of the tolerance', payload({ exp: NOW - 5 }), 'expired'],
  ['nbf beyond the tolerance', payload({ nbf: NOW + 6 }), 'not_yet_valid'],
  ['nbf null', payload({ nbf: null }), 'malformed'],
  ['nbf as text', payload({ nbf: '1' }), 'malformed'],
  ['iat beyond the tolerance', payload({ iat: NOW + 6 }), 'issued_in_future'],
  ['iat negative', payload({ iat: -5 }), 'malformed'],
  ['checklist 25, CVE-2025-30144, CVE-2024-53861: iss as a list', payload({ iss: [ISSUER] }), 'issuer_mismatch'],
  ['CVE-2024-53861: iss that is a part of ours', payload({ iss: ISSUER.slice(0, -1) }), 'issuer_mismatch'],
  ['iss that contains ours', payload({ iss: `${ISSUER}.evil.example` }), 'issuer_mismatch'],
  ['iss with a trailing slash', payload({ iss: `${ISSUER}/` }), 'issuer_mismatch'],
  ['no iss', payload({ iss: undefined }), 'issuer_mismatch'],
  ['checklist 13 and 26: no aud', payload({ aud: undefined }), 'audience_mismatch'],
  ['CVE-2026-116684: the audience of a sibling', payload({ aud: `${AUDIENCE}/other` }), 'audience_mismatch'],
  ['CVE-2025-69196: aud with a trailing slash', payload({ aud: `${AUDIENCE}/` }), 'audience_mismatch'],
  ['aud in other case', payload({ aud: AUDIENCE.toUpperCase() }), 'audience_mismatch'],
  ['aud with a member that is no text', payload({ aud: [1, AUDIENCE] }), 'audience_mismatch'],
  ['aud that is an object', payload({ aud: { [AUDIENCE]: true } }), 'audience_mismatch'],
  ['aud as a text list with blanks', payload({ aud: `x ${AUDIENCE}` }), 'audience_mismatch'],
  ['a DPoP-bound token as a bearer token (checklist 49)', payload({ cnf: { jkt: 'x' } }), 'sender_constrained'],
  ['cnf null', payload({ cnf: null }), 'sender_constrained'],
];

describe('attacks on a verifier with one ES256 key', () => {
  it.each(ATTACKS)('refuses %s', async (_name, token, reason) => {
    const error = await rejection(token);
    expect([error?.code, error?.reason]).toEqual(['invalid_token', reason]);
  });

  it('accepts the good token that the attacks are made of', async () => {
    expect(await rejection(good)).toBeUndefined();
  });

  it.each(['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'application/jwt', undefined])(
    'checklist 16: accepts typ %s',
    async (typ) => {
      expect(await rejection(header({ typ }))).toBeUndefined();
    },
  );

  it('accepts header members that it does not know, and never looks at jku, x5u, x5c and jwk (FastMCP #4290)', async () => {
    const other = (await keyFor('ES256', 'other')).jwk;
    const members = {
      cat: 'cl_x',
      jku: 'http://127.0.0.1:9/',
      x5u: 'http://127.0.0.1:9/',
      x5c: ['x'],
      jwk: other,
      x5t: 'y',
    };
    expect(await rejection(header(members))).toBeUndefined();
  });

  it('CVE-2024-34273: __proto__, constructor and prototype are inert claims', async () => {
    const text = JSON.stringify(claims).replace(
      '{',
      '{"__proto__":{"scope":"admin"},"constructor":{"prototype":{"x":1}},',
    );
    const accessToken = await verifier.verifyToken(json(JSON.stringify(HEADER), text));
    expect(Object.hasOwn(accessToken.claims, '__proto__')).toBe(true);
    expect(accessToken.scopes).toEqual(['notes:read', 'notes:write']);
    expect(({} as Record<string, unknown>).scope).toBeUndefined();
    const onlyProto = json('{"alg":"ES256","__proto__":{"crit":["x"]}}', JSON.stringify({ ...claims, exp: NOW + 9 }));
    expect(await rejection(onlyProto)).toBeUndefined();
    const inherited = json('{"alg":"ES256"}', `{"__proto__":${JSON.stringify(claims)}}`);
    expect((await rejection(inherited))?.reason).toBe('missing_claim');
  });

  it.each(ALGORITHMS)(
    'checklist 29: %s: refuses the whole catalogue of forged tokens as invalid_token',
    async (algorithm) => {
      const signer = await keyFor(algorithm);
      const trust = { issuer: ISSUER, audience: AUDIENCE };
      const subject = new JWTVerifier({ ...trust, ...keyOption(signer), algorithms: algorithm });
      expect(await rejection(await signer.createToken(trust), subject)).toBeUndefined();
      for (const forged of await forgedTokens(signer, trust)) {
        const error = await rejection(forged.token, subject);
        expect([forged.name, error?.code]).toEqual([forged.name, 'invalid_token']);
      }
    },
  );
});

describe('the algorithm of a token and of its key', () => {
  it('CVE-2026-48523: a key set is asked for the algorithm of the header, and a key of another algorithm is not used', async () => {
    const rsa = await keyFor('RS256');
    const subject = new JWTVerifier({ ...TRUST, jwks: rsa.jwks, algorithms: ['RS256', 'PS256'] });
    const pss = await keyFor('PS256');
    const { alg: _alg, ...bare } = pss.jwk;
    const forged = signed(rsa, { alg: 'PS256', kid: rsa.kid }, claims);
    expect((await rejection(forged, subject))?.reason).toBe('unknown_key');
    const untyped = new JWTVerifier({ ...TRUST, jwks: { keys: [bare] }, algorithms: ['RS256', 'PS256'] });
    // Without alg it serves RS256, the first of the list, alone (checklist 3).
    expect((await rejection(signed(pss, { alg: 'PS256', kid: pss.kid }, claims), untyped))?.reason).toBe('unknown_key');
  });

  it('an unknown kid is unknown_key and a token without kid is tried against every compatible key, at most 8', async () => {
    const keys = await Promise.all(Array.from({ length: 9 }, (_item, index) => keyFor('ES256', `key ${index}`)));
    const set = (count: number): JWTVerifier =>
      new JWTVerifier({ ...TRUST, jwks: { keys: keys.slice(0, count).map(({ jwk: one }) => one) } });
    const [first, eighth, ninth] = [keys[0] ?? key, keys[7] ?? key, keys[8] ?? key];
    expect((await rejection(signed(first, { ...HEADER, kid: 'nobody' }, claims), set(9)))?.reason).toBe('unknown_key');
    expect(await rejection(signed(eighth, HEADER, claims), set(9))).toBeUndefined();
    expect((await rejection(signed(ninth, HEADER, claims), set(9)))?.reason).toBe('signature_invalid');
    expect(await rejection(signed(ninth, { ...HEADER, kid: ninth.kid }, claims), set(9))).toBeUndefined();
  });

  it('keys of the same kid are all tried, and a key without a kid is never meant by a token with one', async () => {
    const other = await keyFor('ES256', 'other');
    const { kid: _kid, ...anonymous } = key.jwk;
    const twins = new JWTVerifier({
      ...TRUST,
      jwks: {
        keys: [
          { ...other.jwk, kid: 'a' },
          { ...key.jwk, kid: 'a' },
        ],
      },
    });
    expect(await rejection(signed(key, { ...HEADER, kid: 'a' }, claims), twins)).toBeUndefined();
    const nameless = new JWTVerifier({ ...TRUST, jwks: { keys: [anonymous] } });
    expect((await rejection(signed(key, { ...HEADER, kid: 'a' }, claims), nameless))?.reason).toBe('unknown_key');
    expect(await rejection(signed(key, HEADER, claims), nameless)).toBeUndefined();
  });
});
