import {
  type AccessToken,
  AuthError,
  allOf,
  assertScopes,
  authorize,
  type Check,
  type Clock,
  createAccessToken,
  invalidToken,
  isAuthError,
  type ProtectedResourceMetadata,
  parseBearerToken,
  recallToken,
  requireScopes,
  safeVerify,
  scopeListOption,
} from '@auth/core';
import { notAllowed } from './allow-lists.js';
import { Challenger } from './challenger.js';
import { type DecisionFacts, report } from './gate-decision.js';
import { type GateOptions, type GatePolicy, gatePolicy } from './gate-options.js';
import { fieldValues, type GateRequest, hasQueryToken, targetOf } from './gate-request.js';
import { type GateResponse, notAllowedResponse, withoutBody } from './gate-response.js';
import { openAnswers } from './open-answers.js';

/** The gate's word on a request. `accessToken` is `undefined` only for a caller without a token at an optional gate. */
export type GateResult<Caller extends AccessToken | undefined = AccessToken> =
  | { readonly ok: true; readonly accessToken: Caller }
  | { readonly ok: false; readonly response: GateResponse };

/** One authentication policy, free of any framework. */
export interface Gate<Caller extends AccessToken | undefined = AccessToken> {
  /** As configured. */
  readonly resource: string | undefined;
  /** The document that the gate serves (RFC 9728), if it serves one. */
  readonly metadata: ProtectedResourceMetadata | undefined;
  /** Where challenges say it is. */
  readonly resourceMetadataUrl: string | undefined;
  /** Decides about one request. Never throws and never rejects: a fault inside answers 503. */
  check(request: GateRequest): Promise<GateResult<Caller>>;
  /**
   * A gate for one route that also demands these scopes and checks, all of them (`requireAnyScope` and `anyOf` of `@auth/core`
   * say "one of"). Throws a `TypeError` for an empty list and for anything that is neither a scope nor a function.
   */
  require(...requirements: readonly (string | Check)[]): Gate<Caller>;
  /** A gate for a public route: lets callers without a token in, and refuses a bad token like any other gate. */
  optional(): Gate<AccessToken | undefined>;
}

type FieldValues = ReturnType<typeof fieldValues>;

/** How nearly all clients begin the field. */
const USUAL_SCHEME = 'Bearer ';

/** What a derived gate demands. */
interface Route {
  readonly scopes: readonly string[];
  readonly checks: readonly Check[];
  readonly optional: boolean;
}

class PolicyGate<Caller extends AccessToken | undefined> implements Gate<Caller> {
  readonly resource: string | undefined;
  readonly metadata: ProtectedResourceMetadata | undefined;
  readonly resourceMetadataUrl: string | undefined;
  readonly #policy: GatePolicy;
  readonly #route: Route;
  /** Scopes and checks as one, so that one challenge names the scopes of all; `undefined` where comparing scopes is enough. */
  readonly #check: Check | undefined;
  readonly #openAnswer: (request: GateRequest) => GateResponse | undefined;
  readonly #challenger: Challenger;

  constructor(policy: GatePolicy, route: Route) {
    const { scopes, checks } = route;
    this.resource = policy.resource;
    this.metadata = policy.metadata;
    this.resourceMetadataUrl = policy.metadataUrl;
    this.#policy = policy;
    this.#route = route;
    const all = scopes.length === 0 ? checks : [requireScopes(...scopes), ...checks];
    this.#check = checks.length === 0 ? undefined : allOf(...all);
    this.#openAnswer = openAnswers(policy);
    this.#challenger = new Challenger(policy, scopes, checks);
    Object.freeze(this);
  }

  async check(request: GateRequest): Promise<GateResult<Caller>> {
    const { onDecision, clock, lists } = this.#policy;
    const requiredScopes = this.#challenger.knownScopes;
    const startedAt = onDecision === undefined ? 0 : secondsNow(clock);
    let isHead = false;
    let accessToken: AccessToken | undefined;
    try {
      isHead = request.method === 'HEAD';
      const why = notAllowed(lists, request);
      if (why !== undefined) {
        this.#report(request, { outcome: 'refused', code: why, requiredScopes }, startedAt);
        return answered(notAllowedResponse(why), isHead);
      }
      const answer = this.#openAnswer(request);
      if (answer !== undefined) return answered(answer, isHead);
      const authorization = fieldValues(request, 'authorization');
      const twice = hasQueryToken(targetOf(request));
      accessToken = (twice ? undefined : this.#recall(authorization)) ?? (await this.#verify(authorization, twice));
      if (accessToken !== undefined) {
        this.#assertAudience(accessToken);
        if (this.#check === undefined) this.#assertScopes(accessToken);
        else await authorize(accessToken, this.#check, { scopeHierarchy: this.#policy.scopeHierarchy });
      }
    } catch (thrown) {
      const refused = await this.#challenger.refuse(thrown);
      const { code, reason } = refused.error;
      this.#report(
        request,
        { outcome: 'refused', code, reason, accessToken, requiredScopes: refused.requiredScopes },
        startedAt,
      );
      return answered(refused.response, isHead);
    }
    if (onDecision !== undefined) {
      this.#report(
        request,
        { outcome: accessToken === undefined ? 'anonymous' : 'allowed', accessToken, requiredScopes },
        startedAt,
      );
    }
    // `undefined` comes from an optional gate only, and there Caller includes it.
    return { ok: true, accessToken: accessToken as Caller };
  }

  require(...requirements: readonly (string | Check)[]): Gate<Caller> {
    if (requirements.length === 0) throw new TypeError('gate.require: at least one scope or check is needed');
    const checks = requirements.filter((requirement) => typeof requirement === 'function');
    const scopes = requirements.filter((requirement) => typeof requirement !== 'function');
    return new PolicyGate(this.#policy, {
      scopes: [...new Set([...this.#route.scopes, ...scopeListOption('gate.require', 'scopes', scopes)])],
      checks: [...this.#route.checks, ...checks],
      optional: this.#route.optional,
    });
  }

  optional(): Gate<AccessToken | undefined> {
    return new PolicyGate(this.#policy, { ...this.#route, optional: true });
  }

  /**
   * The caller, where the verifier remembers this very text: it was verified before, so it is not looked at character by
   * character, which costs more than all else here. Any other form of the field goes the long way.
   */
  #recall(authorization: FieldValues): AccessToken | undefined {
    if (typeof authorization !== 'string' || !authorization.startsWith(USUAL_SCHEME)) return undefined;
    const token = authorization.slice(USUAL_SCHEME.length);
    const recalled = recallToken(this.#policy.verifier, token);
    return recalled === undefined ? undefined : trusted(recalled, token);
  }

  /** The caller by the road of core's `authenticate`; `undefined` lets the caller in without a token. */
  async #verify(authorization: FieldValues, twice: boolean): Promise<AccessToken | undefined> {
    if (this.#route.optional && !hasCredentials(authorization)) return undefined;
    // Without a bearer header this throws, whatever the query says.
    const token = parseBearerToken(authorization);
    // Two ways to send a token (RFC 6750 §3.1).
    if (twice) throw new AuthError('invalid_request');
    const verified = await safeVerify(this.#policy.verifier, token);
    if (!verified.ok) throw verified.error;
    return trusted(verified.accessToken, token);
  }

  #assertAudience(accessToken: AccessToken): void {
    const { requireResourceAudience, resource } = this.#policy;
    if (!requireResourceAudience || resource === undefined || accessToken.audience.includes(resource)) return;
    throw invalidToken('audience_mismatch', { check: 'resource', expected: resource, actual: accessToken.audience });
  }

  #assertScopes(accessToken: AccessToken): void {
    const { scopes } = this.#route;
    if (scopes.length > 0) assertScopes(accessToken.scopes, scopes, this.#policy.scopeHierarchy);
  }

  #report(request: GateRequest, facts: Omit<DecisionFacts, 'durationMs'>, startedAt: number): void {
    const { onDecision, clock } = this.#policy;
    if (onDecision !== undefined) report(onDecision, request, facts, () => (secondsNow(clock) - startedAt) * 1000);
  }
}

function answered(response: GateResponse, isHead: boolean): { readonly ok: false; readonly response: GateResponse } {
  return { ok: false, response: isHead ? withoutBody(response) : response };
}

/** A clock that fails spoils a number in a log, not a decision. */
function secondsNow(clock: Clock): number {
  try {
    return clock();
  } catch {
    return Number.NaN;
  }
}

/** Whether there are bearer credentials, good or bad. */
function hasCredentials(authorization: FieldValues): boolean {
  if (authorization === undefined) return false;
  try {
    parseBearerToken(authorization);
    return true;
  } catch (error) {
    return !isAuthError(error) || error.code !== 'missing_token';
  }
}

/** What a verifier of somebody else's making returns becomes a frozen AccessToken that shows no credential. */
function trusted(accessToken: AccessToken, token: string): AccessToken {
  return isSafe(accessToken) ? accessToken : createAccessToken(token, accessToken);
}

/** An AccessToken of core's, also of another copy of it, is. */
function isSafe(accessToken: AccessToken): boolean {
  const { scopes, audience, claims } = accessToken;
  return (
    Object.isFrozen(accessToken) &&
    Object.isFrozen(scopes) &&
    Object.isFrozen(audience) &&
    Object.isFrozen(claims) &&
    Array.isArray(audience) &&
    !Object.prototype.propertyIsEnumerable.call(accessToken, 'token')
  );
}

/**
 * Makes a gate: one policy for all routes of a server, under any framework (`@auth/http/fetch`, `/node`, `/hono`, `/fastify`).
 * Throws a `TypeError` that names the option for options that make no sense, unknown ones included.
 */
export function createGate(options: GateOptions): Gate {
  const policy = gatePolicy(options);
  return new PolicyGate(policy, { scopes: policy.requiredScopes, checks: [], optional: false });
}
