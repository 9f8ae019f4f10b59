export { LOOPBACK_HOSTS, type NotAllowed } from './allow-lists.js';
export { type AuthInfo, type AuthInfoSource, accessTokenOf, toAuthInfo } from './auth-info.js';
export { createGate, type Gate, type GateResult } from './gate.js';
export type { GateDecision } from './gate-decision.js';
export type { GateOptions } from './gate-options.js';
export type { GateRequest, HeaderFields } from './gate-request.js';
export type { GateResponse } from './gate-response.js';
