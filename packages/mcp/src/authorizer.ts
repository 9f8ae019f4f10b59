import { type AccessToken, assertKnownOptions } from '@auth/core';
import type { ProtectedComponent } from './component.js';
import { type Decision, type FindComponent, mostRestrictive } from './decision.js';
import { type AuthorizerOptions, DecisionEngine } from './decision-engine.js';
import type { JsonRpcRequest } from './operation.js';

/** Decides who may use what. Pure: it sees a caller, requests and components, and no server. */
export interface Authorizer {
  /**
   * Decides a JSON-RPC request, or a batch: every request must be allowed, and where scopes are short, one challenge names all of
   * them. A request for a component that does not exist is allowed, so that the server answers "not found" itself; without a
   * caller nothing is allowed but the handshake, lists and public components.
   */
  (
    principal: AccessToken | undefined,
    request: JsonRpcRequest | readonly JsonRpcRequest[],
    component?: ProtectedComponent | FindComponent,
  ): Promise<Decision>;
  /** Whether a component is in this caller's lists: hidden ones are only where the caller may use them. */
  isListed(principal: AccessToken | undefined, component: ProtectedComponent): Promise<boolean>;
}

/** The public face of an engine. */
export function authorizerOver(engine: DecisionEngine): Authorizer {
  const decide = async (
    principal: AccessToken | undefined,
    request: JsonRpcRequest | readonly JsonRpcRequest[],
    component?: ProtectedComponent | FindComponent,
  ): Promise<Decision> => {
    const find: FindComponent = typeof component === 'function' ? component : () => component;
    const requests: readonly JsonRpcRequest[] = Array.isArray(request) ? request : [request as JsonRpcRequest];
    const decisions: Decision[] = [];
    for (const one of requests) decisions.push((await engine.judge(principal, one, find)).decision);
    return mostRestrictive(decisions);
  };
  const isListed: Authorizer['isListed'] = (principal, component) => engine.isListed(principal, component);
  return Object.assign(decide, { isListed });
}

/** Makes an {@link Authorizer}. Throws a `TypeError` for options that make no sense. */
export function createAuthorizer(options: AuthorizerOptions = {}): Authorizer {
  assertKnownOptions('createAuthorizer', options, ['hierarchy', 'onDecision']);
  return authorizerOver(new DecisionEngine(options));
}
