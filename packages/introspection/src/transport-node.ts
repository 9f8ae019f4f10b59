import type { HttpTransport } from '@auth/core';
import { undiciTransport } from './undici.js';

/** The default transport of this runtime; each verifier gets its own, with its own connections. */
export function defaultTransport(options: {
  readonly connections: number;
}): HttpTransport & { close?: () => Promise<void> } {
  return undiciTransport(options);
}
