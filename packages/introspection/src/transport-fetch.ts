import { fetchTransport, type HttpTransport } from '@auth/core';

/** The default transport of runtimes without undici: the platform's `fetch`, which manages its connections itself. */
export function defaultTransport(_options: {
  readonly connections: number;
}): HttpTransport & { close?: () => Promise<void> } {
  return fetchTransport;
}
