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

/** What our own checks can say beyond yes or no; to everyone else they are plain functions. */
interface OwnCheck {
  readonly decide: Decide;
  /** Every scope that the check may ask for. */
  readonly scopes: readonly string[];
}

const ALLOWED: Decision = { outcome: 'allowed', requiredScopes: [], missingScopes: [] };
const DENIED: Decision = { outcome: 'denied', requiredScopes: [], missingScopes: [] };

const ownChecks = new WeakMap<Check, OwnCheck>();

function defineCheck(own: OwnCheck): Check {
  const check: Check = async (context) => (await own.decide(context)).outcome === 'allowed';
  ownChecks.set(check, own);
  return check;
}

/** A check of ours that asks code of others: what that throws denies, whether `authorize` asks or somebody else. */
function guardedCheck(check: Check): Check {
  return defineCheck({ decide: (context) => decideCustom(check, context), scopes: [] });
}

function decide(check: Check, context: AuthorizationContext): Promise<Decision> {
  return ownChecks.get(check)?.decide(context) ?? decideCustom(check, context);
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
  const decideScopes: Decide = async ({ accessToken, scopeHierarchy }) => {
    const missing = missingScopes(accessToken?.scopes ?? [], required, scopeHierarchy);
    return { outcome: outcomeOf(missing.length === 0), requiredScopes: required, missingScopes: missing };
  };
  return defineCheck({ decide: decideScopes, scopes: required });
}

/** At least one of these scopes. The challenge names all of them. Throws a `TypeError` for an empty list. */
export function requireAnyScope(...scopes: readonly string[]): Check {
  const required = scopeListOption('requireAnyScope', 'scopes', scopes);
  assertNotEmpty('requireAnyScope', 'scope', required);
  return anyOf(...required.map((scope) => requireScopes(scope)));
}

/**
 * Scopes that depend on the operation, for example on its validated arguments: `({ args }) => [`repo:${args.name}`]`. All of them
 * are needed; an empty list needs no scope beyond being called by somebody. A throw denies, and so does a member that is no
 * scope-token: such a text comes from an argument, and no token could hold it.
 */
export function requireScopesFrom(
  derive: (context: AuthorizationContext) => readonly string[] | Promise<readonly string[]>,
): Check {
  if (typeof derive !== 'function') throw new TypeError('requireScopesFrom: a function that gives scopes is needed');
  const decideDerived: Decide = async (context) => {
    if (context.accessToken === undefined) return DENIED;
    try {
      const derived: unknown = await derive(context);
      // Only an empty list says that no scope is needed; what is left out by mistake does not.
      if (derived === undefined) return DENIED;
      const required = scopeListOption('requireScopesFrom', 'scopes', derived);
      const missing = missingScopes(context.accessToken.scopes, required, context.scopeHierarchy);
      return { outcome: outcomeOf(missing.length === 0), requiredScopes: required, missingScopes: missing };
    } catch (error) {
      if (isAuthError(error)) throw error;
      return DENIED;
    }
  };
  return defineCheck({ decide: decideDerived, scopes: [] });
}

/**
 * All of these roles, where `extract` finds the caller's: a text is one role, a list of texts several, anything else none; it
 * may be async, and one that throws (a path that is not there) finds none.
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
  return guardedCheck(async ({ accessToken }) => {
    if (accessToken === undefined) return false;
    const found = await extract(accessToken.claims, accessToken);
    const held: readonly unknown[] = Array.isArray(found) ? found : [found];
    return required.every((role) => held.includes(role));
  });
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
  return guardedCheck(async ({ accessToken }) => {
    if (accessToken === undefined || !Object.hasOwn(accessToken.claims, name)) return false;
    const value = ownClaim(accessToken.claims, name);
    return typeof expected === 'function' ? (await expected(value)) === true : value === expected;
  });
}

/** Every one of these checks, in order. Short of scopes only, the challenge names every scope of all of them. */
export function allOf(...checks: readonly Check[]): Check {
  assertChecks('allOf', checks);
  const decideAll: Decide = async (context) => {
    const decisions: Decision[] = [];
    for (const check of checks) decisions.push(await decide(check, context));
    return merged(decisions, decisions.some(isDenied) ? 'denied' : outcomeOf(decisions.every(isAllowed)));
  };
  return defineCheck({ decide: decideAll, scopes: unionOfScopes(checks) });
}

/**
 * At least one of these checks, asked in order. Where none allows, the scopes of those that scopes would mend are named; else
 * the first {@link AuthError} that one of them threw stands.
 */
export function anyOf(...checks: readonly Check[]): Check {
  assertChecks('anyOf', checks);
  const decideAny: Decide = async (context) => {
    const mendable: Decision[] = [];
    let refusal: AuthError | undefined;
    for (const check of checks) {
      try {
        const decision = await decide(check, context);
        if (isAllowed(decision)) return decision;
        if (!isDenied(decision)) mendable.push(decision);
      } catch (error) {
        // What one alternative refuses, another one may still allow.
        refusal ??= error as AuthError;
      }
    }
    if (mendable.length > 0) return merged(mendable, 'short_of_scopes');
    if (refusal !== undefined) throw refusal;
    return DENIED;
  };
  return defineCheck({ decide: decideAny, scopes: unionOfScopes(checks) });
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
  // Frozen, so that no check changes what the next one decides from.
  const caller = accessToken ?? undefined;
  const decision = await decide(check, Object.freeze({ ...context, accessToken: caller }));
  if (isAllowed(decision)) return;
  if (caller === undefined) throw new AuthError('missing_token');
  if (isDenied(decision)) throw new AuthError('access_denied');
  const { requiredScopes, missingScopes: missing } = decision;
  throw new AuthError('insufficient_scope', { requiredScopes, missingScopes: missing });
}

/**
 * The scopes that a check asks for, where it is made of scope checks; empty for a custom one. Runs no check. For documents and
 * challenges, not for decisions.
 */
export async function scopesOf(check: Check): Promise<readonly string[]> {
  return ownChecks.get(check)?.scopes ?? [];
}

function unionOfScopes(checks: readonly Check[]): readonly string[] {
  return [...new Set(checks.flatMap((check) => ownChecks.get(check)?.scopes ?? []))];
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
