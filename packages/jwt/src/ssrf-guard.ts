import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { assertKnownOptions, assertOptionalFunction, type ClosableTransport, requestTransport } from '@auth/core';
import { isPublicAddress } from './public-address.js';

/** One address of a host name. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Options of {@link guardedTransport}. */
export interface GuardedTransportOptions {
  /** Finds all addresses of a host name. Default: the system's resolver. What it finds is checked like anything else. */
  readonly resolve?: ((hostname: string) => Promise<readonly ResolvedAddress[]>) | undefined;
  /** Certificates of the authorities to trust, PEM. Default: those of Node. */
  readonly ca?: string | undefined;
}

/** A request was not sent, because it would not have gone to a public server. */
export class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError';
  readonly code = 'EBLOCKED';
}

/**
 * A transport for URLs that come from untrusted input, for example an issuer that a tenant typed in: https only, to port 443 or
 * any other, and only to public addresses. Every address that the host name resolves to has to be public, and the connection
 * goes to exactly the addresses that were checked, so a name that resolves differently a moment later (DNS rebinding) gains
 * nothing. No redirects, no proxy, connections of its own. For Node.
 *
 * Throws a `TypeError` at construction for options that make no sense.
 */
export function guardedTransport(options: GuardedTransportOptions = {}): ClosableTransport {
  assertKnownOptions('guardedTransport', options, ['resolve', 'ca']);
  assertOptionalFunction('guardedTransport', 'resolve', options.resolve);
  const { resolve = resolveAll, ca } = options;
  const transport = requestTransport(async () => {
    const { Agent, request } = await import('undici');
    const lookup = publicLookup(resolve);
    const agent = new Agent({
      connections: 16,
      pipelining: 1,
      connect: { lookup, ...(ca === undefined ? {} : { ca }) },
    });
    return { request: (url, init) => request(url, { ...init, dispatcher: agent }), close: async () => agent.close() };
  });
  const guarded = async (...[request]: Parameters<ClosableTransport>): ReturnType<ClosableTransport> => {
    assertGuardedUrl(request.url);
    return transport(request);
  };
  return Object.assign(guarded, { close: () => transport.close() });
}

/** Throws a {@link BlockedAddressError} for a URL that is not https, or whose host is an address that is not public. */
export function assertGuardedUrl(text: string): void {
  const url = new URL(text);
  if (url.protocol !== 'https:') throw new BlockedAddressError('only https is allowed');
  // Sockets look up names alone; a host that is an address already has to be checked here.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new BlockedAddressError('the address is not public');
}

/** A `lookup` for sockets that answers with addresses only if all of them are public. */
export function publicLookup(resolve: (hostname: string) => Promise<readonly ResolvedAddress[]>): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (found) => {
        const [first] = found;
        if (first === undefined || !found.every(({ address }) => isPublicAddress(address))) {
          callback(new BlockedAddressError('the host name does not resolve to public addresses only'), '', 0);
        } else if (options.all) {
          callback(
            null,
            found.map(({ address, family }) => ({ address, family })),
          );
        } else {
          callback(null, first.address, first.family);
        }
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
}

function resolveAll(hostname: string): Promise<readonly ResolvedAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true, verbatim: true }, (error, addresses) => {
      if (error === null) resolve(addresses.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 })));
      else reject(error);
    });
  });
}
