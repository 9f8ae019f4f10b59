import { AsyncLocalStorage } from 'node:async_hooks';
import type { AuthError } from '@auth/core';
import type { Verdict } from './decision.js';

/** Registered components that do not exist for whoever is being served. */
export interface ComponentView {
  absent: ReadonlySet<object>;
}

/** One HTTP exchange of a handler of ours. Lives as long as the exchange; no other exchange ever sees it. */
export interface Exchange {
  /** What the SDK sees of the registered components. Filled once the requests are decided. */
  readonly view: ComponentView;
  /** The server that answers. Written once it is known. */
  server: object | undefined;
  /** The verdict on the only request of the body; `undefined` for batches, which are decided again one by one. */
  verdict: Verdict | undefined;
  /** Why nothing is served. */
  refusal: AuthError | undefined;
  /** URIs that were asked for and do not exist for this caller: no event ever comes from them. */
  silenced: ReadonlySet<string>;
}

const exchanges = new AsyncLocalStorage<Exchange>();
const views = new AsyncLocalStorage<ComponentView>();

const EVERYTHING: ReadonlySet<object> = new Set();

/** An exchange about which nothing is known yet. */
export function newExchange(): Exchange {
  return {
    view: { absent: EVERYTHING },
    server: undefined,
    verdict: undefined,
    refusal: undefined,
    silenced: new Set(),
  };
}

/** Runs what serves an exchange; everything that it starts belongs to it as well. */
export function inExchange<Result>(exchange: Exchange, run: () => Result): Result {
  return exchanges.run(exchange, () => views.run(exchange.view, run));
}

/** The exchange being served; `undefined` on a transport that no handler of ours feeds. */
export function currentExchange(): Exchange | undefined {
  return exchanges.getStore();
}

/** Runs a request handler of the SDK that finds none of these components. */
export function withoutComponents<Result>(absent: ReadonlySet<object>, run: () => Result): Result {
  return views.run({ absent }, run);
}

/**
 * A registry of the SDK as the current request may see it. Lists, look-ups and completions then leave a hidden component out by
 * themselves, and answer exactly as if it had never been registered. Only own members count: a tool is never called `constructor`.
 */
export function viewOf<Registry extends object>(registry: Registry): Registry {
  const visible = (target: object, key: PropertyKey): boolean => {
    if (!Object.hasOwn(target, key)) return false;
    const value: unknown = Reflect.get(target, key);
    return typeof value !== 'object' || value === null || views.getStore()?.absent.has(value) !== true;
  };
  return new Proxy(registry, {
    get: (target, key) => (visible(target, key) ? Reflect.get(target, key) : undefined),
    has: (target, key) => visible(target, key),
    ownKeys: (target) => Reflect.ownKeys(target).filter((key) => visible(target, key)),
    getOwnPropertyDescriptor: (target, key) =>
      visible(target, key) ? Reflect.getOwnPropertyDescriptor(target, key) : undefined,
  });
}
