import { type AuthError, type Claims, ownClaim } from '@auth/core';
import { isSymmetric } from './algorithm-option.js';
import { isAlgorithm } from './algorithms.js';
import { KeyEndpointError } from './key-endpoint.js';
import { known, type Verification } from './verification.js';

/** What a hint may look at, beside the state. */
export interface HintContext {
  readonly issuers: readonly string[] | null;
  readonly audiences: readonly string[] | null;
}

type Hint = (state: Verification, context: HintContext) => string | undefined;

/** For each check, the mistakes that are behind most of its failures. Asked only when it failed; texts, never a decision. */
const HINTS: Readonly<Record<string, Hint>> = {
  form: ({ token }) => formHint(token),
  algorithm: (state) => algorithmHint(ownClaim(known(state.header), 'alg')),
  type: (state) => typeHint(ownClaim(known(state.header), 'typ')),
  key: (state) => keyHint(ownClaim(known(state.header), 'kid')),
  signature: () =>
    'the key is known, the signature is not its: another environment of the same issuer, or a changed token',
  expiration: (state) => clockHint(state, 'exp'),
  'not before': (state) => clockHint(state, 'nbf'),
  issuer: (state, { issuers }) => issuerHint(ownClaim(known(state.claims), 'iss'), issuers ?? []),
  audience: (state) => audienceHint(known(state.claims)),
  'required claims': (state) => (isIdToken(known(state.claims)) ? ID_TOKEN : undefined),
};

/** What an operator should look at after a failed check. */
export function hintFor(check: string, state: Verification, context: HintContext): string | undefined {
  const hint = Object.hasOwn(HINTS, check) ? HINTS[check] : undefined;
  return hint?.(state, context);
}

/** What stood in the way of a check that could not be made: an outage says nothing about the token. */
export function outageHint({ cause }: AuthError): string {
  if (!(cause instanceof KeyEndpointError)) return 'this could not be checked; the token may be fine';
  const what = cause.status === undefined || cause.status === 200 ? '' : ` (HTTP ${cause.status})`;
  return `keys could not be fetched from ${cause.url}: ${cause.code ?? cause.failure}${what}; the token may be fine`;
}

const ID_TOKEN = 'this looks like an ID token, which is for the client alone: send the access token';

function formHint(token: string): string | undefined {
  const parts = token.split('.', 6).length;
  if (/^bearer\s/i.test(token)) return 'the text still has the scheme "Bearer" in front';
  if (parts === 1) return 'an opaque token: ask the issuer for JWT access tokens, or use token introspection';
  if (parts === 5) return 'an encrypted token (JWE): ask the issuer for signed ones';
  if (token.includes('=')) return 'base64 padding (=) has no place in a JWT';
  return token.trim() === token ? undefined : 'blanks around the token';
}

function algorithmHint(alg: unknown): string | undefined {
  if (alg === 'none') return 'an unsigned token';
  if (!isAlgorithm(alg)) return undefined;
  return isSymmetric(alg)
    ? 'signed with a shared secret: have the issuer sign with its private key, or configure the option secret'
    : 'signed with a private key: configure its public key, or name the algorithm in the option algorithms';
}

function typeHint(typ: unknown): string | undefined {
  if (typeof typ !== 'string') return undefined;
  const known: Readonly<Record<string, string>> = {
    'dpop+jwt': 'a DPoP proof: the access token is in the Authorization header',
    'logout+jwt': 'a logout token',
    'secevent+jwt': 'a security event',
    'oauth-id-jag+jwt': 'an identity assertion: exchange it for an access token first',
    jwt: 'the profile rfc9068 wants typ at+jwt: ask the issuer for RFC 9068 tokens, or use the profile jwt',
  };
  const name = typ.toLowerCase().replace(/^application\//, '');
  return Object.hasOwn(known, name) ? known[name] : undefined;
}

function keyHint(kid: unknown): string {
  return kid === undefined
    ? 'the token names no key and none of those at hand fits its algorithm'
    : 'the key that the token names is not in the set; expected lists the names that are: another issuer or environment?';
}

function clockHint(state: Verification, claim: 'exp' | 'nbf'): string | undefined {
  const time = ownClaim(known(state.claims), claim);
  if (typeof time !== 'number') return undefined;
  const offset = Math.round(Math.abs(state.now - time));
  if (claim === 'nbf') {
    return state.now < time ? `becomes valid in ${offset} s by this machine's clock: compare the clocks` : undefined;
  }
  return state.now >= time
    ? `expired ${offset} s ago by this machine's clock: renew the token, or compare the clocks`
    : undefined;
}

const ENTRA_V1 = 'https://sts.windows.net/';
const ENTRA_V2 = 'https://login.microsoftonline.com/';

function issuerHint(iss: unknown, expected: readonly string[]): string | undefined {
  if (typeof iss !== 'string') return undefined;
  const expects = (prefix: string): boolean => expected.some((issuer) => issuer.startsWith(prefix));
  if (iss.startsWith(ENTRA_V1) && expects(ENTRA_V2)) {
    return 'an Entra ID v1 token: set requestedAccessTokenVersion to 2 in the app manifest, or use presets.entraV1';
  }
  if (iss.startsWith(ENTRA_V2) && expects(ENTRA_V1)) return 'an Entra ID v2 token: use presets.entraV2';
  return undefined;
}

const MICROSOFT_GRAPH = ['00000003-0000-0000-c000-000000000000', 'https://graph.microsoft.com'];

function audienceHint(claims: Claims): string | undefined {
  if (isIdToken(claims)) return ID_TOKEN;
  const aud = ownClaim(claims, 'aud');
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (list.some((item) => MICROSOFT_GRAPH.includes(item as string))) {
    return 'a token for Microsoft Graph: have the client ask for a scope of this API';
  }
  // Keycloak's access tokens have only "account" in aud, or none, until a mapper adds the API.
  const keycloak = ownClaim(claims, 'realm_access') !== undefined || ownClaim(claims, 'resource_access') !== undefined;
  if (list.includes('account') || (keycloak && aud === undefined)) {
    return 'Keycloak without an audience mapper: add one for this API to a client scope of the client';
  }
  if (ownClaim(claims, 'token_use') === 'access') {
    return 'Amazon Cognito access tokens have no aud: use presets.cognito, which checks client_id';
  }
  return aud === undefined
    ? 'the client did not say for whom it wants the token (resource, RFC 8707, or audience)'
    : undefined;
}

/** OpenID Connect Core §2 and §3.1.3.6; `typ: ID` is Keycloak's, `token_use: id` Cognito's. */
function isIdToken(claims: Claims): boolean {
  const marked = ['nonce', 'at_hash', 'c_hash'].some((name) => Object.hasOwn(claims, name));
  return marked || ownClaim(claims, 'typ') === 'ID' || ownClaim(claims, 'token_use') === 'id';
}
