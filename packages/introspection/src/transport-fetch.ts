import { fetchTransport, type HttpTransport } from '@auth/core';

/** The default transport of runtimes without undici: the platform's `fetch`. */
export function defaultTransport(): HttpTransport & { close?: () => Promise<void> } {
  return fetchTransport;
}
