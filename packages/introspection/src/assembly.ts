import { type Clock, type HttpTransport, notify, type VerifierObserver } from '@auth/core';
import { defaultTransport } from '#transport';
import { AnswerCache } from './answer-cache.js';
import { Breaker } from './breaker.js';
import { type ClientAuthenticators, clientAuthenticators } from './client-authentication.js';
import { Discovery } from './discovery.js';
import { configuredEndpoint, discoveredEndpoint, type EndpointSource } from './endpoint.js';
import { Limiter } from './limiter.js';
import type { IntrospectionTokenVerifierOptions } from './options.js';
import { onlyIssuer } from './response.js';
import type { Settings } from './settings.js';
import { signedResponseOpener } from './signed-response-option.js';
import { Upstream } from './upstream.js';

/** The working parts of one verifier. */
export interface Assembly {
  readonly upstream: Upstream;
  readonly cache: AnswerCache | undefined;
  /** Closes the connections, unless the transport is the caller's. */
  readonly close: () => Promise<void>;
}

/** What the parts share. */
export interface AssemblyContext {
  readonly clock: Clock;
  readonly observer: VerifierObserver | undefined;
  readonly toleranceSeconds: number;
  /** What else decisions depend on; goes into the cache's keys. */
  readonly policy: Readonly<Record<string, unknown>>;
}

/** An answer in a cache entry has a few members around it. */
const ENTRY_OVERHEAD = 4_096;

/** Puts the parts together. Throws a `TypeError` that names the option when credentials or keys make no sense. */
export function assemble(
  owner: string,
  options: IntrospectionTokenVerifierOptions,
  settings: Settings,
  context: AssemblyContext,
): Assembly {
  const { clock, observer, toleranceSeconds } = context;
  const { clientId, clientAuthMethod, timeoutMs, maxBytes, issuers } = settings;
  const issuer = onlyIssuer(issuers);
  const authenticators = clientAuthenticators(owner, clientId, clientAuthMethod, options, clock);
  const signed = signedResponseOpener(owner, options.signedResponses, settings, { toleranceSeconds, clock });
  const own =
    options.transport === undefined ? defaultTransport({ connections: settings.maxConcurrentRequests }) : undefined;
  const transport: HttpTransport = options.transport ?? own ?? unreachable();
  const shownUrl = withoutQuery(settings.introspectionUrl ?? issuer ?? unreachable());
  const upstream = new Upstream({
    endpoint: endpointSource(settings, authenticators, transport, clock),
    issuer,
    transport: signed === undefined ? transport : signed.transport(transport),
    open: signed?.open(transport),
    breaker: new Breaker({
      ...settings.breaker,
      clock,
      onOpened: (openMs, failures) => notify(observer, { type: 'breaker.opened', url: shownUrl, openMs, failures }),
      onClosed: () => notify(observer, { type: 'breaker.closed', url: shownUrl }),
    }),
    limiter: new Limiter({ maxRunning: settings.maxConcurrentRequests, maxWaiting: settings.maxQueuedRequests }),
    timeoutMs,
    maxBytes,
    clock,
    observer,
    shownUrl,
  });
  const cache =
    settings.cache === undefined
      ? undefined
      : new AnswerCache({
          options: settings.cache,
          configuration: configurationText(settings, signed !== undefined, context),
          maxTextLength: maxBytes + ENTRY_OVERHEAD,
          toleranceSeconds,
          clock,
          observer,
        });
  return { upstream, cache, close: async () => own?.close?.() };
}

function endpointSource(
  settings: Settings,
  authenticators: ClientAuthenticators,
  transport: HttpTransport,
  clock: Clock,
): EndpointSource {
  const { introspectionUrl, clientAuthMethod, issuers } = settings;
  if (introspectionUrl !== undefined) {
    const [authenticate = unreachable()] = authenticators.values();
    return configuredEndpoint(introspectionUrl, authenticate);
  }
  const discovery = new Discovery({ issuer: onlyIssuer(issuers) ?? unreachable(), transport, clock });
  return discoveredEndpoint(discovery, authenticators, clientAuthMethod);
}

/** All on which a decision depends beside the token; no secret. One line. */
function configurationText(settings: Settings, signed: boolean, { policy }: AssemblyContext): string {
  const { introspectionUrl, discover, clientId, clientAuthMethod, issuers, audiences } = settings;
  return JSON.stringify([
    'introspection',
    { introspectionUrl, discover, clientId, clientAuthMethod, issuers, audiences, signed, ...policy },
  ]);
}

/** A query may hold a key; events and errors do not show it. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** The settings' checks have refused this already. */
function unreachable(): never {
  throw new TypeError('IntrospectionTokenVerifier: inconsistent options');
}
