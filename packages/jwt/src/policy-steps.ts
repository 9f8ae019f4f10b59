import {
  type AccessToken,
  type AccessTokenInit,
  AuthError,
  adoptAccessToken,
  assertClaims,
  assertScopes,
  audienceList,
  type ClaimCheck,
  type Claims,
  invalidToken,
  mapPrincipal,
  ownClaim,
  parseScopes,
  type ScopeHierarchy,
  unavailable,
} from '@auth/core';
import type { ClaimMapping, ClaimPolicy } from './options.js';
import { checkStep, known, type Step, type StepLists, type Verification } from './verification.js';

/** Scopes that every token must hold. */
export interface ScopePolicy {
  readonly requiredScopes: readonly string[];
  readonly scopeHierarchy: ScopeHierarchy;
}

/**
 * The steps that decide whether a token with these claims is good here and now. They run on every use, a remembered token
 * included, but for one whose access token may be handed out again ({@link isPure}): it is asked for its times only.
 */
export function policySteps(checks: readonly ClaimCheck[], policy: ClaimPolicy, scopes: ScopePolicy): StepLists {
  const rest = stepsAfterChecks(policy, scopes);
  return {
    // One step for all checks: it ends at the first failure anyway, and each step costs as much as a check.
    brief: [{ name: 'claims', run: (state) => assertClaims(checks, known(state.claims), state) }, ...rest],
    explained: [...checks.map((check) => checkStep('claims', check)), ...rest],
  };
}

function stepsAfterChecks({ validate, mapClaims, isRevoked }: ClaimPolicy, scopes: ScopePolicy): readonly Step[] {
  const steps: Step[] = [];
  if (validate !== undefined) {
    const run: Step['run'] = (state) => runValidate(validate, state);
    steps.push({ name: 'validate', expected: true, needs: 'claims', trusted: true, run });
  }
  const map: Step['run'] = mapClaims === undefined ? mapUsual : (state) => mapByUser(mapClaims, state);
  steps.push({ name: 'claim mapping', needs: 'claims', trusted: mapClaims !== undefined, run: map });
  steps.push({
    name: 'scopes',
    expected: scopes.requiredScopes,
    needs: 'init',
    run: ({ init }) => assertScopes(init?.scopes ?? [], scopes.requiredScopes, scopes.scopeHierarchy),
  });
  if (isRevoked !== undefined) {
    const run: Step['run'] = (state) => askRevocation(isRevoked, state);
    steps.push({ name: 'revocation', expected: 'not revoked', needs: 'init', trusted: true, run });
  }
  return steps;
}

/** Whether the outcome for given claims depends on nothing but time: then an access token that was made can be handed out again. */
export function isPure({ validate, mapClaims, isRevoked }: ClaimPolicy): boolean {
  return validate === undefined && mapClaims === undefined && isRevoked === undefined;
}

async function runValidate(validate: NonNullable<ClaimPolicy['validate']>, state: Verification): Promise<void> {
  let answer: unknown;
  let cause: unknown;
  try {
    answer = await validate(known(state.claims), known(state.header));
  } catch (error) {
    cause = error;
  }
  if (answer === true) return;
  throw invalidToken('claim_rejected', { check: 'validate', expected: true, actual: outcome(answer, cause) }, cause);
}

function outcome(answer: unknown, cause: unknown): string {
  if (cause !== undefined) return 'it threw';
  return answer === false ? 'false' : `neither true nor false but ${typeof answer}`;
}

function mapUsual(state: Verification): void {
  const claims = known(state.claims);
  const { clientId, subject, scopes } = mapPrincipal(claims);
  state.init = initOf(claims, clientId, subject, scopes);
}

async function mapByUser(mapClaims: NonNullable<ClaimPolicy['mapClaims']>, state: Verification): Promise<void> {
  const claims = known(state.claims);
  const usual = mapPrincipal(claims);
  let mapped: ClaimMapping;
  try {
    mapped = checkedMapping(await mapClaims(claims));
  } catch (error) {
    // The claims made it fail, or it is wrong for all tokens: neither is an outage.
    throw invalidToken('claim_rejected', { check: 'claim mapping', actual: 'it threw' }, error);
  }
  const scopes = mapped.scopes === undefined ? usual.scopes : parseScopes(mapped.scopes);
  state.init = initOf(claims, mapped.clientId ?? usual.clientId, mapped.subject ?? usual.subject, scopes);
}

const MAPPED = ['clientId', 'subject', 'scopes'];

function checkedMapping(mapped: unknown): ClaimMapping {
  if (typeof mapped !== 'object' || mapped === null) throw new TypeError('mapClaims must return an object');
  const { clientId, subject, scopes } = mapped as ClaimMapping;
  if (Object.keys(mapped).some((name) => !MAPPED.includes(name))) {
    throw new TypeError(`mapClaims may return ${MAPPED.join(', ')} and nothing else`);
  }
  for (const text of [clientId, subject]) {
    // An empty text would be one principal for everybody.
    if (text !== undefined && (typeof text !== 'string' || text === '')) {
      throw new TypeError('mapClaims: clientId and subject must be texts that are not empty');
    }
  }
  if (scopes !== undefined && !Array.isArray(scopes)) throw new TypeError('mapClaims: scopes must be a list');
  return mapped as ClaimMapping;
}

/** Written out: spreading two objects into a third costs more than everything that is in them. */
function initOf(
  claims: Claims,
  clientId: string | undefined,
  subject: string | undefined,
  scopes: readonly string[],
): AccessTokenInit {
  const iss = ownClaim(claims, 'iss');
  const exp = ownClaim(claims, 'exp');
  return {
    claims,
    clientId,
    subject,
    scopes,
    audience: audienceList(ownClaim(claims, 'aud')) ?? [],
    issuer: typeof iss === 'string' ? iss : undefined,
    expiresAt: typeof exp === 'number' ? Math.floor(exp) : undefined,
  };
}

/** The access token of a verification whose claims were mapped. */
export function accessTokenOf({ token, init }: Verification): AccessToken {
  return adoptAccessToken(token, known(init));
}

async function askRevocation(isRevoked: NonNullable<ClaimPolicy['isRevoked']>, state: Verification): Promise<void> {
  const accessToken = accessTokenOf(state);
  let revoked: unknown;
  try {
    revoked = await isRevoked(accessToken);
  } catch (error) {
    throw unavailable(error, state.token);
  }
  if (revoked === false) return;
  if (revoked === true) throw invalidToken('revoked', { check: 'revocation' });
  throw new AuthError('temporarily_unavailable', { cause: new TypeError('isRevoked must return true or false') });
}
