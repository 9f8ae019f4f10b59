import { type AccessToken, AuthError, authorize, isAuthError, type ScopeHierarchy } from '@auth/core';
import type { ArgumentsReading, ProtectedComponent } from './component.js';
import { type ComponentReference, type JsonRpcRequest, operationOf } from './operation.js';

/** How a request was decided. */
export type Decision =
  | { readonly outcome: 'allow' }
  /** The caller may ask for more: every scope that the operation needs, in one challenge. */
  | { readonly outcome: 'challenge'; readonly scopes: readonly string[]; readonly error: AuthError }
  /** No scope would help: nobody is calling, a role or a policy says no, or a check could not be made. */
  | { readonly outcome: 'deny'; readonly error: AuthError }
  /** The component is hidden from this caller: answered exactly like one that does not exist. */
  | { readonly outcome: 'not_found' };

/**
 * Finds what a reference names: one component, or several in the order in which the server would serve them (a URI may be a
 * resource of its own and match templates too). A component that is hidden from the caller is passed over, as if it were not there.
 */
export type FindComponent = (
  reference: ComponentReference,
) => ProtectedComponent | readonly ProtectedComponent[] | undefined;

/** A decision, and what it was made of. */
export interface Verdict {
  readonly decision: Decision;
  readonly components: readonly ProtectedComponent[];
  /** Those of the components that do not exist for this caller. */
  readonly absent: readonly ProtectedComponent[];
}

export const ALLOW: Decision = Object.freeze({ outcome: 'allow' });
const NOT_FOUND: Decision = Object.freeze({ outcome: 'not_found' });

/** Decides one request. */
export async function judgeRequest(
  principal: AccessToken | undefined,
  request: JsonRpcRequest,
  find: FindComponent,
  hierarchy: ScopeHierarchy,
): Promise<Verdict> {
  const operation = operationOf(request);
  if (operation.kind === 'open') return { decision: ALLOW, components: [], absent: [] };
  if (operation.kind !== 'components') return { decision: callerOnly(principal), components: [], absent: [] };
  const decisions: Decision[] = [];
  const components: ProtectedComponent[] = [];
  const absent: ProtectedComponent[] = [];
  for (const reference of operation.references) {
    const found = find(reference);
    const candidates: readonly ProtectedComponent[] = found === undefined ? [] : [found].flat();
    let decision: Decision | undefined;
    for (const component of candidates) {
      components.push(component);
      decision = await judgeComponent(principal, component, reference, hierarchy);
      if (decision.outcome !== 'not_found') break;
      absent.push(component);
    }
    // What does not exist and what does not exist for this caller must look the same to somebody without a token, too.
    if (decision === undefined || principal === undefined) {
      decisions.push(decision?.outcome === 'allow' ? decision : callerOnly(principal));
    } else {
      decisions.push(decision);
    }
  }
  return { decision: mostRestrictive(decisions), components, absent };
}

/** Decides about one component; `reference` holds the arguments of a call, if there are any. */
export async function judgeComponent(
  principal: AccessToken | undefined,
  component: ProtectedComponent,
  reference: Pick<ComponentReference, 'args' | 'isCall'> | undefined,
  scopeHierarchy: ScopeHierarchy,
): Promise<Decision> {
  const { check, hidden = false, public: isPublic = false } = component.auth;
  if (isPublic) return ALLOW;
  if (principal === undefined) return hidden ? NOT_FOUND : callerOnly(principal);
  if (check === undefined) return ALLOW;
  const reading = reference?.isCall === true ? await readArguments(component, reference.args) : undefined;
  const unread = reading?.valid === false ? unreadableArguments() : undefined;
  const args = reading?.valid === true ? reading.args : unread?.args;
  try {
    await authorize(principal, check, { component, args, scopeHierarchy });
    return ALLOW;
  } catch (error) {
    // `authorize` rejects with nothing else; if it did, nobody would know whether the caller may.
    const refusal = isAuthError(error) ? error : new AuthError('temporarily_unavailable', { cause: error });
    if (refusal.code === 'temporarily_unavailable') return { outcome: 'deny', error: refusal };
    if (hidden) return NOT_FOUND;
    // A rule about arguments that are not valid has nothing to go by. The server refuses them itself, and says what is wrong.
    if (unread?.wanted() === true) return ALLOW;
    const scopes = refusal.requiredScopes ?? [];
    return refusal.code === 'insufficient_scope' && scopes.length > 0
      ? { outcome: 'challenge', scopes, error: refusal }
      : { outcome: 'deny', error: refusal };
  }
}

async function readArguments(component: ProtectedComponent, args: unknown): Promise<ArgumentsReading | undefined> {
  try {
    return await component.readArguments?.(args);
  } catch {
    return { valid: false };
  }
}

/** Stands for arguments that did not pass the schema: whatever a rule does with them throws, and is remembered. */
function unreadableArguments(): { readonly args: object; wanted(): boolean } {
  let touched = false;
  const refuse = (): never => {
    touched = true;
    throw new TypeError('The arguments are not valid');
  };
  const handler: ProxyHandler<object> = {
    get: refuse,
    has: refuse,
    ownKeys: refuse,
    getOwnPropertyDescriptor: refuse,
    getPrototypeOf: refuse,
  };
  return { args: new Proxy(Object.create(null), handler), wanted: () => touched };
}

/** Anything beyond the handshake and public components needs somebody to call it. */
function callerOnly(principal: AccessToken | undefined): Decision {
  return principal === undefined ? { outcome: 'deny', error: new AuthError('missing_token') } : ALLOW;
}

/** One decision for many: a denial ends it, then challenges become one with the scopes of all, then "not found". */
export function mostRestrictive(decisions: readonly Decision[]): Decision {
  const deny = decisions.find((decision) => decision.outcome === 'deny');
  if (deny !== undefined) return deny;
  const challenges = decisions.filter((decision) => decision.outcome === 'challenge');
  if (challenges.length > 0) {
    const scopes = [...new Set(challenges.flatMap((challenge) => challenge.scopes))];
    const missing = [...new Set(challenges.flatMap((challenge) => challenge.error.missingScopes ?? []))];
    const error = new AuthError('insufficient_scope', { requiredScopes: scopes, missingScopes: missing });
    return { outcome: 'challenge', scopes, error };
  }
  return decisions.find((decision) => decision.outcome === 'not_found') ?? ALLOW;
}
