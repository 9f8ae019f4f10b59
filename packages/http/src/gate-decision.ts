import { type AccessToken, type AuthErrorCode, type InvalidTokenReason, notify, shown } from '@auth/core';
import type { NotAllowed } from './allow-lists.js';
import { type GateRequest, pathOf, targetOf } from './gate-request.js';

/** What the gate decided about one request, for an audit log. Holds no credential and no query. */
export interface GateDecision {
  /** `anonymous`: let in without a token by an optional gate. */
  readonly outcome: 'allowed' | 'anonymous' | 'refused';
  /** Why it was refused. */
  readonly code?: AuthErrorCode | NotAllowed;
  /** For `invalid_token`. */
  readonly reason?: InvalidTokenReason;
  /** Who called, as far as that was established; also of callers who may not do what they asked for. */
  readonly clientId?: string;
  readonly subject?: string;
  readonly issuer?: string;
  /** Scopes that the operation needs. */
  readonly requiredScopes: readonly string[];
  readonly durationMs: number;
  readonly method: string;
  /** Path without query, shortened to 200 characters and free of control characters. */
  readonly path: string;
}

/** The part of a decision that does not come from the request. */
export interface DecisionFacts extends Pick<GateDecision, 'outcome' | 'requiredScopes'> {
  readonly code?: AuthErrorCode | NotAllowed | undefined;
  readonly reason?: InvalidTokenReason | undefined;
  readonly accessToken?: AccessToken | undefined;
}

/** Tells `onDecision`; whatever goes wrong there, the decision stands. */
export function report(
  onDecision: (decision: GateDecision) => void,
  request: GateRequest,
  facts: DecisionFacts,
  durationMs: () => number,
): void {
  const { outcome, code, reason, accessToken, requiredScopes } = facts;
  const tell = (): void =>
    onDecision({
      outcome,
      ...(code === undefined ? {} : { code }),
      ...(reason === undefined ? {} : { reason }),
      ...(accessToken?.clientId === undefined ? {} : { clientId: accessToken.clientId }),
      ...(accessToken?.subject === undefined ? {} : { subject: accessToken.subject }),
      ...(accessToken?.issuer === undefined ? {} : { issuer: accessToken.issuer }),
      requiredScopes,
      durationMs: durationMs(),
      method: String(shown(request.method ?? 'GET')),
      path: String(shown(pathOf(targetOf(request)))),
    });
  notify(tell, undefined);
}
