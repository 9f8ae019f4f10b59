import type { ComponentKind } from './component.js';

/** A JSON-RPC request as it came, parsed and otherwise unchecked. */
export interface JsonRpcRequest {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method: string;
  readonly params?: unknown;
}

/** A component that a request names. */
export interface ComponentReference {
  /** The kinds that the name may stand for, the first match counts. */
  readonly kinds: readonly ComponentKind[];
  readonly name: string;
  /** The arguments of the call, unchecked. */
  readonly args?: unknown;
  /** The component is about to be used with arguments; else it is only asked about (completion, for example). */
  readonly isCall?: boolean;
}

/**
 * What a request asks for: named components, something that any caller may ask (the handshake, lists, which are filtered instead), or
 * something else, for which a caller has to be known.
 */
export type Operation =
  | { readonly kind: 'components'; readonly references: readonly ComponentReference[] }
  | { readonly kind: 'open' }
  | { readonly kind: 'other' }
  | { readonly kind: 'malformed' };

/** Lists show what a caller may see; the rest says nothing about components. */
const OPEN_METHODS: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'prompts/list',
]);

/**
 * Reads the operation from the parsed body, never from a header: `Mcp-Name` is what a client says about a body that the server
 * executes. Only own members of plain objects count.
 */
export function operationOf(request: JsonRpcRequest): Operation {
  const { method } = request;
  if (typeof method !== 'string') return { kind: 'malformed' };
  const params = plainObject(request.params);
  switch (method) {
    case 'tools/call':
      return named(['tool'], params.name, params.arguments, true);
    case 'prompts/get':
      return named(['prompt'], params.name, params.arguments, true);
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return named(['resource', 'resource_template'], params.uri, undefined, true);
    case 'completion/complete':
      return completion(plainObject(params.ref));
    case 'subscriptions/listen':
      return listened(plainObject(params.notifications));
    default:
      return { kind: OPEN_METHODS.has(method) || method.startsWith('notifications/') ? 'open' : 'other' };
  }
}

function named(kinds: readonly ComponentKind[], name: unknown, args?: unknown, isCall = false): Operation {
  if (typeof name !== 'string') return { kind: 'malformed' };
  return { kind: 'components', references: [{ kinds, name, isCall, ...(args === undefined ? {} : { args }) }] };
}

function completion(ref: Readonly<Record<string, unknown>>): Operation {
  if (ref.type === 'ref/prompt') return named(['prompt'], ref.name);
  if (ref.type === 'ref/resource') return named(['resource_template', 'resource'], ref.uri);
  return { kind: 'malformed' };
}

/** `subscriptions/listen` (2026-07-28): each resource that is listened to is a resource that is read. */
function listened(notifications: Readonly<Record<string, unknown>>): Operation {
  const uris = notifications.resourceSubscriptions ?? [];
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string')) return { kind: 'malformed' };
  if (uris.length === 0) return { kind: 'other' };
  return {
    kind: 'components',
    references: uris.map((name: string) => ({ kinds: ['resource', 'resource_template'] as const, name, isCall: true })),
  };
}

function plainObject(value: unknown): Readonly<Record<string, unknown>> {
  const empty: Readonly<Record<string, unknown>> = Object.create(null);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return empty;
  return Object.assign(Object.create(null), value);
}
