import type { AccessToken } from './access-token.js';
import { AuthError, isAuthError } from './auth-error.js';
import { type Claims, ownClaim } from './claim-values.js';
import { missingScopes, type ScopeHierarchy, scopeListOption } from './scopes.js';

/** What a check decides from. */
export interface AuthorizationContext {
  /** The caller; `undefined` for a caller without a token. */
  readonly accessToken?: AccessToken | undefined;
  /** What is asked for: a tool, a resource, a prompt, or anything else that the caller of `authorize` names. */
  readonly component?: unknown;
  /** The validated arguments of the operation. */
  readonly args?: unknown;
  /** Scopes that include others; scope checks honour it. */
  readonly scopeHierarchy?: ScopeHierarchy | undefined;
}

/** A rule. Only exactly `true` allows; everything else, a throw included, denies. An {@link AuthError} that it throws is kept. */
export type Check = (context: AuthorizationContext) => boolean | Promise<boolean>;

/** How a check came out: allowed, short of scopes that the caller could ask for, or denied for a reason scopes cannot mend. */
interface Decision {
  readonly outcome: 'allowed' | 'short_of_scopes' | 'denied';
  /** Every scope that the check looks at. */
  readonly requiredScopes: readonly string[];
  readonly missingScopes: readonly string[];
}

type Decide = (context: AuthorizationContext) => Promise<Decision>;

const ALLOWED: Decision = { outcome: 'allowed', requiredScopes: [], missingScopes: [] };
const DENIED: Decision = { outcome: 'denied', requiredScopes: [], missingScopes: [] };

// Our own checks can say more than yes or no; to everyone else they are plain functions.
const deciders = new WeakMap<Check, Decide>();

function defineCheck(decide: Decide): Check {
  const check: Check = async (context) => (await decide(context)).outcome === 'allowed';
  deciders.set(check, decide);
  return check;
}

function decide(check: Check, context: AuthorizationContext): Promise<Decision> {
  const own = deciders.get(check);
  return own === undefined ? decideCustom(check, context) : own(context);
}

async function decideCustom(check: Check, context: AuthorizationContext): Promise<Decision> {
  try {
    return (await check(context)) === true ? ALLOWED : DENIED;
  } catch (error) {
    if (isAuthError(error)) throw error;
    return DENIED;
  }
}

/** All of these scopes, granted or included by the hierarchy. Throws a `TypeError` for an empty list. */
export function requireScopes(...scopes: readonly string[]): Check {
  const required = scopeListOption('requireScopes', 'scopes', scopes);
  assertNotEmpty('requireScopes', 'scope', required);
  return defineCheck(async ({ accessToken, scopeHierarchy }) => {
    const missing = missingScopes(accessToken?.scopes ?? [], required, scopeHierarchy);
    return {
      outcome: accessToken !== undefined && missing.length === 0 ? 'allowed' : 'short_of_scopes',
      requiredScopes: required,
      missingScopes: missing,
    };
  });
}

/** At least one of these scopes. The challenge names all of them. Throws a `TypeError` for an empty list. */
export function requireAnyScope(...scopes: readonly string[]): Check {
  const required = scopeListOption('requireAnyScope', 'scopes', scopes);
  assertNotEmpty('requireAnyScope', 'scope', required);
  return anyOf(...required.map((scope) => requireScopes(scope)));
}

/**
 * All of these roles, where `extract` finds the caller's: a text is one role, a list of texts several, anything else none.
 * Refusals name no scope, since no scope would help. Throws a `TypeError` for an empty list and without an extractor.
 */
export function requireRoles(
  roles: string | readonly string[],
  extract: (claims: Claims, accessToken: AccessToken) => unknown,
): Check {
  const required = typeof roles === 'string' ? [roles] : Array.isArray(roles) ? Array.from<unknown>(roles) : [];
  assertNotEmpty('requireRoles', 'role', required);
  if (!required.every((role) => typeof role === 'string' && role !== '')) {
    throw new TypeError('requireRoles: every role must be a text that is not empty');
  }
  if (typeof extract !== 'function') throw new TypeError('requireRoles: a function that finds the roles is needed');
  return ({ accessToken }) => {
    if (accessToken === undefined) return false;
    const found = extract(accessToken.claims, accessToken);
    const held: readonly unknown[] = Array.isArray(found) ? found : [found];
    return required.every((role) => held.includes(role));
  };
}

type ClaimValue = string | number | boolean | null;

/**
 * A claim that is exactly this value, or for which the predicate returns (or resolves to) exactly `true`. A missing claim
 * denies. Throws a `TypeError` for other values; patterns belong into a predicate, where their cost is in plain sight.
 */
export function requireClaim(
  name: string,
  expected: ClaimValue | ((value: unknown) => boolean | Promise<boolean>),
): Check {
  if (typeof name !== 'string' || name === '') throw new TypeError('requireClaim: a claim name is needed');
  if (expected !== null && !['string', 'number', 'boolean', 'function'].includes(typeof expected)) {
    throw new TypeError('requireClaim: expected must be a text, a number, a boolean, null or a function');
  }
  return async ({ accessToken }) => {
    if (accessToken === undefined || !Object.hasOwn(accessToken.claims, name)) return false;
    const value = ownClaim(accessToken.claims, name);
    return typeof expected === 'function' ? (await expected(value)) === true : value === expected;
  };
}

/** Every one of these checks, in order. Short of scopes only, the challenge names every scope of all of them. */
export function allOf(...checks: readonly Check[]): Check {
  assertChecks('allOf', checks);
  return defineCheck(async (context) => {
    const decisions: Decision[] = [];
    for (const check of checks) decisions.push(await decide(check, context));
    return merged(decisions, decisions.some(isDenied) ? 'denied' : outcomeOf(decisions.every(isAllowed)));
  });
}

/** At least one of these checks, asked in order. Where none allows, the scopes of those that scopes would mend are named. */
export function anyOf(...checks: readonly Check[]): Check {
  assertChecks('anyOf', checks);
  return defineCheck(async (context) => {
    const decisions: Decision[] = [];
    for (const check of checks) {
      const decision = await decide(check, context);
      if (isAllowed(decision)) return decision;
      decisions.push(decision);
    }
    const mendable = decisions.filter((decision) => !isDenied(decision));
    return merged(mendable, mendable.length === 0 ? 'denied' : 'short_of_scopes');
  });
}

/**
 * Resolves when the check allows. Rejects with an {@link AuthError}: `missing_token` without a caller, `insufficient_scope` with
 * every scope that the operation needs, `access_denied` where scopes would not help.
 */
export async function authorize(
  accessToken: AccessToken | undefined,
  check: Check,
  context: Omit<AuthorizationContext, 'accessToken'> = {},
): Promise<void> {
  const decision = await decide(check, { ...context, accessToken });
  if (isAllowed(decision)) return;
  if (accessToken === undefined) throw new AuthError('missing_token');
  if (isDenied(decision)) throw new AuthError('access_denied');
  const { requiredScopes, missingScopes: missing } = decision;
  throw new AuthError('insufficient_scope', { requiredScopes, missingScopes: missing });
}

/**
 * The scopes that a check asks for, where it is made of scope checks; empty for a custom one. For documents and challenges, not
 * for decisions.
 */
export async function scopesOf(check: Check): Promise<readonly string[]> {
  const own = deciders.get(check);
  return own === undefined ? [] : (await own({})).requiredScopes;
}

const isAllowed = (decision: Decision): boolean => decision.outcome === 'allowed';
const isDenied = (decision: Decision): boolean => decision.outcome === 'denied';
const outcomeOf = (allowed: boolean): Decision['outcome'] => (allowed ? 'allowed' : 'short_of_scopes');

function merged(decisions: readonly Decision[], outcome: Decision['outcome']): Decision {
  return {
    outcome,
    requiredScopes: [...new Set(decisions.flatMap((decision) => decision.requiredScopes))],
    missingScopes: [...new Set(decisions.flatMap((decision) => decision.missingScopes))],
  };
}

function assertNotEmpty(owner: string, noun: string, list: readonly unknown[]): void {
  if (list.length === 0) throw new TypeError(`${owner}: at least one ${noun} is needed`);
}

function assertChecks(owner: string, checks: readonly Check[]): void {
  assertNotEmpty(owner, 'check', checks);
  if (!checks.every((check) => typeof check === 'function'))
    throw new TypeError(`${owner}: every check must be a function`);
}
