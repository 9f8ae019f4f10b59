import type { InvalidTokenReason } from '@auth/core';
import type { TokenPart } from './forge-token.js';

/** Claims that must not pass, however well they are signed. */
export interface ForgedClaims {
  readonly name: string;
  readonly payload: TokenPart;
  readonly reason?: InvalidTokenReason | undefined;
}

/** Variations of good claims that a verifier which checks times, issuer and audience has to refuse. */
export function forgedClaims(claims: Readonly<Record<string, unknown>>): readonly ForgedClaims[] {
  const issuedAt = Number(claims.iat);
  const issuer = String(claims.iss);
  const audience = String(claims.aud);
  const table: readonly (readonly [name: string, changes: object, reason?: InvalidTokenReason])[] = [
    ['a token that has expired', { iat: issuedAt - 7200, exp: issuedAt - 3600 }, 'expired'],
    ['exp 0', { exp: 0 }, 'expired'],
    ['no exp', { exp: undefined }, 'missing_claim'],
    ['exp as text', { exp: String(issuedAt + 3600) }, 'malformed'],
    ['exp null', { exp: null }],
    ['exp as a list', { exp: [issuedAt + 3600] }, 'malformed'],
    ['exp true', { exp: true }, 'malformed'],
    ['a negative exp', { exp: -1 }],
    ['exp in milliseconds', { exp: (issuedAt + 3600) * 1000 }, 'malformed'],
    ['exp at the end of 64 bits', { exp: 2 ** 63 }, 'malformed'],
    ['nbf in the future', { nbf: issuedAt + 1800 }, 'not_yet_valid'],
    ['nbf as text', { nbf: String(issuedAt) }, 'malformed'],
    ['nbf null', { nbf: null }, 'malformed'],
    ['iat in the future', { iat: issuedAt + 1800 }, 'issued_in_future'],
    ['iat as text', { iat: String(issuedAt) }, 'malformed'],
    ['another issuer', { iss: 'https://elsewhere.example' }, 'issuer_mismatch'],
    ['an issuer that only starts right', { iss: `${issuer}.elsewhere.example` }, 'issuer_mismatch'],
    ['an issuer with one more slash', { iss: `${issuer}/` }, 'issuer_mismatch'],
    ['a list of issuers (CVE-2025-30144)', { iss: [issuer, 'https://elsewhere.example'] }],
    ['part of the issuer (CVE-2024-53861)', { iss: issuer.slice(0, -1) }, 'issuer_mismatch'],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'https://elsewhere.example' }, 'audience_mismatch'],
    ['an audience that only starts right', { aud: `${audience}/admin` }, 'audience_mismatch'],
    ['an audience with one more slash', { aud: `${audience}/` }, 'audience_mismatch'],
    ['an empty list of audiences', { aud: [] }, 'audience_mismatch'],
    ['no audience', { aud: undefined }, 'audience_mismatch'],
    ['an audience that is an object', { aud: { [audience]: true } }],
    [
      'a token bound to a DPoP key',
      { cnf: { jkt: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' } },
      'sender_constrained',
    ],
    [
      'a token bound to a certificate',
      { cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } },
      'sender_constrained',
    ],
  ];
  const endless = JSON.stringify({ ...claims, exp: 'EXP' }).replace('"EXP"', '1e400');
  return [
    ...table.map(([name, changes, reason]): ForgedClaims => ({ name, reason, payload: { ...claims, ...changes } })),
    { name: 'exp beyond every number', reason: 'malformed', payload: endless },
  ];
}
