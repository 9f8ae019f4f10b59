import { type Claims, ownClaim } from './claim-values.js';
import { parseScopes } from './scopes.js';

/** What the claims say about the caller. */
export interface Principal {
  readonly clientId: string | undefined;
  readonly subject: string | undefined;
  readonly scopes: readonly string[];
}

// RFC 8693 §4.3 and RFC 9068; `azp` is OpenID Connect's, `cid` Okta's, `appid` Entra ID's (v1 tokens).
const CLIENT_ID_CLAIMS = ['client_id', 'azp', 'cid', 'appid', 'sub'] as const;
const SCOPE_CLAIMS = ['scope', 'scp'] as const;

/**
 * Client id: the first non-empty text of `client_id`, `azp`, `cid`, `appid`, `sub`. Subject: `sub`. Scopes: `scope`, or `scp`
 * when that holds none. Numbers become text; what is not there stays `undefined`, and no shared principal is ever made up.
 */
export function mapPrincipal(claims: Claims): Principal {
  let clientId: string | undefined;
  for (const name of CLIENT_ID_CLAIMS) {
    clientId = identifier(claims, name);
    if (clientId !== undefined) break;
  }
  let scopes: readonly string[] = [];
  for (const name of SCOPE_CLAIMS) {
    scopes = parseScopes(ownClaim(claims, name));
    if (scopes.length > 0) break;
  }
  return { clientId, subject: identifier(claims, 'sub'), scopes };
}

function identifier(claims: Claims, name: string): string | undefined {
  const value = ownClaim(claims, name);
  if (typeof value === 'string') return value === '' ? undefined : value;
  // Beyond 2^53 different numbers read as one: two callers must not become the same principal.
  return Number.isSafeInteger(value) ? String(value) : undefined;
}
