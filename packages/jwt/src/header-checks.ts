import { type ClaimCheck, type Claims, ownClaim, shown } from '@auth/core';
import { type Algorithm, isAlgorithm, namesOf } from './algorithms.js';
import type { ClaimPolicy } from './options.js';
import { typeCheck } from './profiles.js';

/** The checks of a token's header, in order. All of them pass before any key is looked for. */
export function headerChecks(allowed: readonly Algorithm[], profile: ClaimPolicy['profile']): readonly ClaimCheck[] {
  return [algorithmCheck(allowed), typeCheck(profile), criticalHeaderCheck, keyIdCheck];
}

/** `alg` (RFC 8725 §3.1): one of the allowed names, exactly; `EdDSA` and `Ed25519` stand for each other. */
function algorithmCheck(allowed: readonly Algorithm[]): ClaimCheck {
  const names: ReadonlySet<unknown> = new Set(allowed.flatMap(namesOf));
  return {
    name: 'algorithm',
    expected: allowed,
    check: (header) => {
      const alg = ownClaim(header, 'alg');
      return names.has(alg) ? undefined : { reason: 'algorithm_not_allowed', expected: allowed, actual: shown(alg) };
    },
  };
}

/** `crit` (RFC 7515 §4.1.11): we support no extension. `b64` (RFC 7797) is refused also where it is not marked as critical. */
const criticalHeaderCheck: ClaimCheck = {
  name: 'critical header',
  expected: 'no crit, no b64',
  check: (header) =>
    Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')
      ? { reason: 'critical_header', expected: 'no crit, no b64' }
      : undefined,
};

/** `kid` (RFC 7515 §4.1.4): only ever compared with the names of known keys. */
const keyIdCheck: ClaimCheck = {
  name: 'key id',
  expected: 'a text, or none',
  check: (header) => {
    if (!Object.hasOwn(header, 'kid')) return undefined;
    const { kid } = header;
    if (typeof kid === 'string' && kid !== '') return undefined;
    return { reason: 'malformed', expected: 'kid: a text that is not empty', actual: shown(kid) };
  },
};

/** What a header whose checks have passed says about the key. */
export function keyHintOf(header: Claims): { readonly algorithm: Algorithm; readonly kid?: string } {
  const { alg, kid } = header;
  // Not reached: the checks have passed.
  if (!isAlgorithm(alg)) throw new TypeError('header was not checked');
  return typeof kid === 'string' ? { algorithm: alg, kid } : { algorithm: alg };
}
