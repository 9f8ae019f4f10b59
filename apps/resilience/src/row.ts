import { isAuthError, toChallenge, type Verifier, type VerifierEvent } from '@auth/core';

/** What happens to a caller with a good token while something is broken, and afterwards. */
export interface Row {
  readonly fault: string;
  readonly phase: string;
  /** `accepted`, or status, code and reason. */
  readonly outcome: string;
  /** Requests to the dependency, or calls of the store, that this caller caused. */
  readonly requests: number;
  /** What ends the wait. */
  readonly boundedBy: string;
  /** Seconds by the verifier's clock from the repair until the dependency is in use again; undefined: it never was not. */
  readonly recoverySeconds: number | undefined;
  /** While it is broken. */
  readonly events: readonly string[];
  /** From the repair until it is in use again. */
  readonly eventsAfterwards: readonly string[];
}

/** A verification's outcome, as the caller of an HTTP server sees it, and the reason for the log. */
export async function outcomeOf(verifier: Verifier, token: string): Promise<string> {
  try {
    await verifier.verifyToken(token);
    return 'accepted';
  } catch (error) {
    if (!isAuthError(error)) return `escaped: ${String(error)}`;
    const { status, headers } = toChallenge(error);
    const reason = error.reason === undefined ? '' : ` (${error.reason})`;
    const retryAfter = headers['retry-after'] ?? headers['Retry-After'];
    const wait = retryAfter === undefined ? '' : `, Retry-After: ${retryAfter}`;
    return `${status} ${error.code}${reason}${wait}`;
  }
}

/** Events in a few words, each once, sorted. Decisions about tokens are left out: the outcome says it already. */
export function eventTexts(events: readonly VerifierEvent[]): readonly string[] {
  return [...new Set(events.flatMap((event) => textOf(event) ?? []))].sort();
}

function textOf(event: VerifierEvent): string | undefined {
  switch (event.type) {
    case 'token.accepted':
    case 'token.rejected':
      return undefined;
    case 'keys.refresh_failed':
      return `${event.type}: ${event.failure}${event.servingStale ? ', keys at hand stay in use' : ''}`;
    case 'introspection.failed':
      return `${event.type}: ${event.failure}`;
    case 'introspection.protocol_violation':
      return `${event.type}: ${event.violation}`;
    case 'cache.degraded':
      return `${event.type}: ${event.operation} ${event.failure}`;
    case 'keys.refreshed':
    case 'keys.ignored':
    case 'breaker.opened':
    case 'breaker.closed':
      return event.type;
  }
}

/** Longest wait that is tried for a recovery. */
const MAX_RECOVERY_SECONDS = 120;

/** Moves the clock second by second until the dependency is in use again. Rejects when it never is. */
export async function secondsUntil(clock: { now: number }, recovered: () => Promise<boolean>): Promise<number> {
  for (let seconds = 0; seconds <= MAX_RECOVERY_SECONDS; seconds++) {
    if (await recovered()) return seconds;
    clock.now++;
  }
  throw new Error(`not in use again after ${MAX_RECOVERY_SECONDS} s`);
}

/** Does the work for each item, a few at a time: most of them only wait. Results come in the order of the items. */
export async function mapSome<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const left = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return results;
}
