import { type AccessToken, notify, type ScopeHierarchy, scopeHierarchyOption } from '@auth/core';
import type { ProtectedComponent } from './component.js';
import { type Decision, type FindComponent, judgeComponent, judgeRequest, type Verdict } from './decision.js';
import type { JsonRpcRequest } from './operation.js';

/** What an observer of decisions gets. Holds no credential and no arguments. */
export interface DecisionEvent {
  readonly method: string;
  readonly outcome: Decision['outcome'];
  readonly code?: string | undefined;
  readonly components: readonly { readonly kind: string; readonly name: string }[];
  readonly scopes?: readonly string[] | undefined;
  readonly clientId?: string | undefined;
  readonly subject?: string | undefined;
  readonly issuer?: string | undefined;
}

/** Options of `createAuthorizer`. */
export interface AuthorizerOptions {
  /** Scopes that include others. Default: none. */
  readonly hierarchy?: ScopeHierarchy | undefined;
  /** Receives every decision, for audit. A throw changes nothing. Default: none. */
  readonly onDecision?: ((event: DecisionEvent) => void) | undefined;
}

/** Scope hierarchy and audit around the decisions themselves. Throws a `TypeError` for options that make no sense. */
export class DecisionEngine {
  readonly #hierarchy: ScopeHierarchy;
  readonly #onDecision: ((event: DecisionEvent) => void) | undefined;

  constructor(options: AuthorizerOptions) {
    const { onDecision } = options;
    if (onDecision !== undefined && typeof onDecision !== 'function') {
      throw new TypeError("createAuthorizer: option 'onDecision' must be a function");
    }
    this.#onDecision = onDecision;
    this.#hierarchy = scopeHierarchyOption('createAuthorizer', 'hierarchy', options.hierarchy);
  }

  /** Decides and reports. */
  async judge(
    principal: AccessToken | undefined,
    request: JsonRpcRequest,
    find: FindComponent,
    options: { readonly silent?: boolean } = {},
  ): Promise<Verdict> {
    const verdict = await judgeRequest(principal, request, find, this.#hierarchy);
    if (options.silent !== true) this.report(principal, request, verdict);
    return verdict;
  }

  /** Tells the observer about a verdict. */
  report(principal: AccessToken | undefined, request: JsonRpcRequest, verdict: Verdict): void {
    if (this.#onDecision !== undefined) notify(this.#onDecision, eventOf(principal, request, verdict));
  }

  /** Decides about one call with the arguments that its handler is about to get. Not reported: the request was, before. */
  judgeCall(principal: AccessToken | undefined, component: ProtectedComponent, args: unknown): Promise<Decision> {
    const asRead = { ...component, readArguments: async () => ({ valid: true as const, args }) };
    return judgeComponent(principal, asRead, { args, isCall: true }, this.#hierarchy);
  }

  /** Whether a component is in this caller's lists. */
  async isListed(principal: AccessToken | undefined, component: ProtectedComponent): Promise<boolean> {
    if (component.auth.hidden !== true) return true;
    // There are no arguments yet: a rule that needs them denies, and what is hidden by it is never listed.
    return (await judgeComponent(principal, component, undefined, this.#hierarchy)).outcome === 'allow';
  }
}

function eventOf(
  principal: AccessToken | undefined,
  request: JsonRpcRequest,
  { decision, components }: Verdict,
): DecisionEvent {
  return {
    method: String(request.method),
    outcome: decision.outcome,
    code: 'error' in decision ? decision.error.code : undefined,
    components: components.map(({ kind, name }) => ({ kind, name })),
    scopes: decision.outcome === 'challenge' ? decision.scopes : undefined,
    clientId: principal?.clientId,
    subject: principal?.subject,
    issuer: principal?.issuer,
  };
}
