import { type AccessToken, type Challenge, toChallenge } from '@auth/core';
import { type Decision, mostRestrictive } from './decision.js';
import type { DecisionEngine } from './decision-engine.js';
import type { Exchange } from './exchange.js';
import type { JsonRpcRequest } from './operation.js';
import { type AuthInfoLike, metadataUrlOf } from './principal.js';
import { guardOf } from './server-guard.js';

/** More messages than this make no batch for the SDK either. */
export const MAX_BATCH_MESSAGES = 100;

/** The requests and notifications of a parsed body; whatever else is in it is left to the SDK to refuse. */
export function requestsOf(body: unknown): readonly JsonRpcRequest[] {
  const messages: readonly unknown[] = Array.isArray(body) ? body.slice(0, MAX_BATCH_MESSAGES) : [body];
  return messages.filter((message): message is JsonRpcRequest => {
    return typeof message === 'object' && message !== null && 'method' in message && typeof message.method === 'string';
  });
}

/** Decides everything in a body, and writes into the exchange what follows from it. */
export async function decideExchange(
  exchange: Exchange,
  engine: DecisionEngine,
  principal: AccessToken | undefined,
  server: object,
  requests: readonly JsonRpcRequest[],
): Promise<void> {
  const guard = guardOf(server);
  const find = guard?.registry.find ?? ((): undefined => undefined);
  const decisions: Decision[] = [];
  const absent: object[] = [];
  for (const request of requests) {
    const verdict = await engine.judge(principal, request, find);
    decisions.push(verdict.decision);
    absent.push(...(guard?.registry.registeredOf(verdict.absent) ?? []));
    if (requests.length === 1) exchange.verdict = verdict;
  }
  exchange.server = guard?.server ?? server;
  exchange.view.absent = new Set(absent);
  const decision = mostRestrictive(decisions);
  if ('error' in decision) exchange.refusal = decision.error;
}

/** The HTTP answer to a refused exchange; `undefined` when it was not refused. */
export function challengeOf(
  exchange: Exchange,
  authInfo: AuthInfoLike | undefined,
  requiredScopes: readonly string[],
): Challenge | undefined {
  if (exchange.refusal === undefined) return undefined;
  return toChallenge(exchange.refusal, { resourceMetadataUrl: metadataUrlOf(authInfo), requiredScopes });
}
