import type { FaultInit } from '@auth/testing';

/** Something that goes wrong between us and an endpoint. */
export interface WireFault {
  readonly name: string;
  readonly fault: FaultInit;
  /** The answer never ends by itself: nothing but our deadline does. */
  readonly endless?: boolean;
  /** The right answer comes all the same. */
  readonly harmless?: boolean;
}

const body = (text: string): FaultInit => ({ kind: 'wrong-json', body: text });

/** Every kind of fault of the testing kit, and those of its variants that are a case of their own. */
export const WIRE_FAULTS: readonly WireFault[] = [
  { name: '500', fault: 500 },
  { name: '503', fault: 'status' },
  { name: '503, Retry-After: 7', fault: { kind: 'status', status: 503, headers: { 'retry-after': '7' } } },
  { name: '429, Retry-After: 7', fault: { kind: 'status', status: 429, headers: { 'retry-after': '7' } } },
  { name: '404', fault: 404 },
  { name: '401', fault: 401 },
  { name: '400', fault: 400 },
  { name: 'delay', fault: { kind: 'delay', delayMs: 5 }, harmless: true },
  { name: 'hang-before-headers', fault: 'hang-before-headers', endless: true },
  { name: 'hang-after-headers', fault: 'hang-after-headers', endless: true },
  { name: 'slow-body', fault: { kind: 'slow-body', intervalMs: 500 }, endless: true },
  { name: 'reset', fault: 'reset' },
  { name: 'truncated', fault: 'truncated' },
  { name: 'closed without an answer', fault: (request) => void request.socket.end() },
  { name: 'html', fault: 'html' },
  { name: 'oversized', fault: 'oversized' },
  { name: 'oversized, announced', fault: { kind: 'oversized', contentLength: true } },
  { name: 'gzip-bomb', fault: { kind: 'gzip-bomb', bytes: 4_194_304 } },
  { name: 'redirect', fault: 'redirect' },
  { name: 'wrong-json: []', fault: body('[]') },
  { name: 'wrong-json: not UTF-8', fault: { kind: 'wrong-json', body: Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d) } },
  { name: 'wrong-json: {}', fault: body('{}') },
  { name: 'wrong-json: another document', fault: body('{"keys":[],"issuer":"https://other.example","active":"true"}') },
  { name: 'flapping', fault: 'flapping' },
];
