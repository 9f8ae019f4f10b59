import type { McpServer } from '@modelcontextprotocol/server';
import type { Registered, RegisteredTemplate, Registries } from './component-registry.js';
import { viewOf } from './exchange.js';
import type { RequestHandler } from './server-guard.js';

/**
 * Everything of the SDK (v2) that is used here without being part of its public interface. Checked with the versions that
 * the test of this file names; `protect` throws when a version keeps its things elsewhere, and never protects by half.
 */
interface Internals {
  _registeredTools: Record<string, Registered>;
  _registeredResources: Record<string, Registered>;
  _registeredResourceTemplates: Record<string, RegisteredTemplate>;
  _registeredPrompts: Record<string, Registered>;
}

const REGISTRIES = [
  '_registeredTools',
  '_registeredResources',
  '_registeredResourceTemplates',
  '_registeredPrompts',
] as const;

/** The SDK's own registries, before anybody's view of them. Throws a `TypeError` when this is not the SDK that is known here. */
export function registriesOf(server: McpServer): Registries {
  const internals = server as unknown as Internals;
  for (const name of REGISTRIES) {
    if (typeof internals[name] !== 'object' || internals[name] === null) throw unknownSdk(name);
  }
  return {
    tools: internals._registeredTools,
    resources: internals._registeredResources,
    templates: internals._registeredResourceTemplates,
    prompts: internals._registeredPrompts,
  };
}

/** Makes the SDK look components up in what the current caller may see. */
export function installViews(server: McpServer): void {
  const internals = server as unknown as Internals;
  internals._registeredTools = viewOf(internals._registeredTools);
  internals._registeredResources = viewOf(internals._registeredResources);
  internals._registeredResourceTemplates = viewOf(internals._registeredResourceTemplates);
  internals._registeredPrompts = viewOf(internals._registeredPrompts);
}

/** Puts `around` in front of every request handler, those that are registered later included. */
export function interceptRequests(
  server: McpServer,
  around: (request: Parameters<RequestHandler>[0], context: unknown, handler: RequestHandler) => Promise<unknown>,
): void {
  const protocol = server.server as unknown as { _requestHandlers: Map<string, RequestHandler> };
  const handlers = protocol._requestHandlers;
  if (!(handlers instanceof Map)) throw unknownSdk('_requestHandlers');
  const get = handlers.get.bind(handlers);
  handlers.get = (method) => {
    const handler = get(method);
    return handler && ((request, context) => around(request, context, handler));
  };
}

/** Where the SDK keeps a configured cache hint on a result, which it takes for a shared cache's permission. */
export function withPrivateCacheHint(result: object): object {
  const hints = Object.getOwnPropertySymbols(result).filter((symbol) => {
    const hint: unknown = Reflect.get(result, symbol);
    return typeof hint === 'object' && hint !== null && 'cacheScope' in hint;
  });
  const copy: Record<PropertyKey, unknown> = { ...result };
  for (const symbol of hints) copy[symbol] = { ...(copy[symbol] as object), cacheScope: 'private' };
  // Without a hint the SDK's own default is private.
  if (copy.cacheScope !== undefined) copy.cacheScope = 'private';
  return copy;
}

function unknownSdk(missing: string): TypeError {
  return new TypeError(
    `protect: '${missing}' was not found; this version of @modelcontextprotocol/server is not supported, see its README`,
  );
}
