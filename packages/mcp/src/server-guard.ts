import { type AccessToken, type AuthError, isAuthError } from '@auth/core';
import { type AuthOption, type ComponentKind, componentAuth } from './component.js';
import { ComponentRegistry, type Registries } from './component-registry.js';
import type { Verdict } from './decision.js';
import type { DecisionEngine } from './decision-engine.js';
import { currentExchange, withoutComponents } from './exchange.js';
import type { JsonRpcRequest } from './operation.js';

/** A request handler as the SDK keeps it. */
export type RequestHandler = (request: JsonRpcRequest, context: unknown) => unknown;

/** What differs from one version of the SDK to the next. */
export interface SdkFace {
  /** Who sent a request; `fallback` is who the server was protected for, for transports that know no callers. */
  principalOf(context: unknown, fallback: AccessToken | undefined): AccessToken | undefined;
  /** A refusal inside of the protocol, for transports on which HTTP has no say any more. */
  refusal(error: AuthError): Error;
  /** The answer for a resource that does not exist. */
  notFound(uri: string): Error;
  /** A result that only this caller may keep. */
  asPrivate(result: unknown): unknown;
}

type Callback = (...parameters: readonly unknown[]) => unknown;

const LISTS: ReadonlySet<string> = new Set([
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'prompts/list',
]);

const guards = new WeakMap<object, ServerGuard>();

/** The guard of a protected server, if it is one. */
export function guardOf(server: object): ServerGuard | undefined {
  return guards.get(server);
}

/** Stands between one SDK server and its callers. */
export class ServerGuard {
  readonly registry: ComponentRegistry;
  readonly #server: object;
  readonly #engine: DecisionEngine;
  readonly #sdk: SdkFace;
  readonly #fallback: AccessToken | undefined;

  /** Throws a `TypeError` when the server has a guard already: two sets of rules would each think they are the only one. */
  constructor(
    servers: readonly [object, ...object[]],
    registries: Registries,
    engine: DecisionEngine,
    sdk: SdkFace,
    fallback: AccessToken | undefined,
  ) {
    if (servers.some((server) => guards.has(server))) throw new TypeError('protect: this server is protected already');
    this.registry = new ComponentRegistry(registries);
    this.#server = servers[0];
    this.#engine = engine;
    this.#sdk = sdk;
    this.#fallback = fallback;
    for (const server of servers) guards.set(server, this);
  }

  /** Registers a component: with the SDK without its rule, and here with it. */
  register<Result extends object>(
    kind: ComponentKind,
    name: string,
    auth: AuthOption | undefined,
    callback: Callback,
    register: (guarded: Callback) => Result,
  ): Result {
    const rule = componentAuth(`${kind} '${name}'`, auth);
    const component = { kind, name, auth: rule, tags: rule.tags ?? [] };
    // The last look, at the very arguments that the callback gets: what was read from the request before is not what it sees.
    const guarded: Callback = async (...parameters) => {
      const takesArguments = kind === 'resource_template' || (kind !== 'resource' && parameters.length > 1);
      if (rule.check !== undefined && takesArguments) {
        const args = kind === 'resource_template' ? parameters[1] : parameters[0];
        const principal = this.#sdk.principalOf(parameters.at(-1), this.#fallback);
        const decision = await this.#engine.judgeCall(principal, component, args);
        if ('error' in decision) throw this.#sdk.refusal(decision.error);
        if (decision.outcome === 'not_found') throw this.#sdk.notFound(name);
      }
      return callback(...parameters);
    };
    const registered = register(guarded);
    this.registry.protect(registered, rule);
    return registered;
  }

  /** What the SDK dispatches goes through here, whichever transport it came from. */
  async handle(request: JsonRpcRequest, context: unknown, handler: RequestHandler): Promise<unknown> {
    const principal = this.#sdk.principalOf(context, this.#fallback);
    if (LISTS.has(request.method)) {
      const absent = await this.registry.hiddenFrom(this.#engine, principal);
      const result = await withoutComponents(absent, () => handler(request, context));
      return this.registry.hasHidden() ? this.#sdk.asPrivate(result) : result;
    }
    const { decision, components, absent } = await this.#verdict(principal, request);
    if ('error' in decision) throw this.#sdk.refusal(decision.error);
    if (decision.outcome === 'not_found' && isSubscription(request.method)) {
      // Handlers of the user's own: they do not look the resource up where it is hidden.
      throw this.#sdk.notFound(uriOf(request));
    }
    const result = await withoutComponents(this.registry.registeredOf(absent), () => handler(request, context));
    const restricted = components.some(({ auth }) => auth.check !== undefined || auth.hidden === true);
    return restricted && request.method === 'resources/read' ? this.#sdk.asPrivate(result) : result;
  }

  /**
   * The scopes to ask for, where the SDK can challenge by itself: on a transport of its own, without a handler of ours.
   * Anything else that stands in the way is found in `handle`.
   */
  async challengeScopes(principal: AccessToken | undefined, request: JsonRpcRequest): Promise<readonly string[]> {
    if (currentExchange()?.server === this.#server) return [];
    const verdict = await this.#engine.judge(principal, request, this.registry.find, { silent: true });
    if (verdict.decision.outcome !== 'challenge') return [];
    this.#engine.report(principal, request, verdict);
    return verdict.decision.scopes;
  }

  async #verdict(principal: AccessToken | undefined, request: JsonRpcRequest): Promise<Verdict> {
    const exchange = currentExchange();
    // A handler may call another protected server within its exchange: the verdict is about this one only.
    const decided = exchange?.server === this.#server;
    if (decided && exchange.verdict !== undefined) return exchange.verdict;
    return this.#engine.judge(principal, request, this.registry.find, { silent: decided });
  }

  /** Identifies the server in an exchange. */
  get server(): object {
    return this.#server;
  }
}

function isSubscription(method: string): boolean {
  return method === 'resources/subscribe' || method === 'resources/unsubscribe';
}

function uriOf(request: JsonRpcRequest): string {
  const { params } = request;
  const uri = typeof params === 'object' && params !== null && 'uri' in params ? params.uri : '';
  return String(uri);
}

/** The data of a refusal inside of the protocol: the code, and the scopes to ask for. */
export function refusalData(error: AuthError): Readonly<Record<string, string>> {
  const scopes = isAuthError(error) ? (error.requiredScopes ?? []) : [];
  return { error: error.code, ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }) };
}
