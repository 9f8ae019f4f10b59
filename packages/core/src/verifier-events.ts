import type { AuthErrorDetails, InvalidTokenReason } from './auth-error.js';

/** What verifiers tell an observer, for logs and metrics. No event ever holds a token, a secret, a key or an upstream body. */
export type VerifierEvent =
  | {
      readonly type: 'token.accepted';
      readonly clientId?: string | undefined;
      readonly subject?: string | undefined;
      readonly issuer?: string | undefined;
    }
  | {
      readonly type: 'token.rejected';
      readonly code: string;
      readonly reason?: InvalidTokenReason | undefined;
      readonly details?: AuthErrorDetails | undefined;
    }
  | {
      readonly type: 'keys.refreshed';
      readonly url: string;
      readonly keyCount: number;
      /** Seconds until the set is refreshed again. */
      readonly ttlSeconds: number;
      /** The server confirmed the set that we had (HTTP 304). */
      readonly notModified?: boolean;
    }
  | {
      readonly type: 'keys.refresh_failed';
      readonly url: string;
      /** Kind of failure, for example `timeout`. */
      readonly failure: string;
      readonly status?: number | undefined;
      /** Failures in a row, this one included. */
      readonly failures: number;
      /** Seconds until the next attempt. */
      readonly retryInSeconds: number;
      /** Whether an older set is still in use. */
      readonly servingStale: boolean;
    }
  | {
      readonly type: 'keys.ignored';
      readonly url: string;
      readonly ignored: readonly { readonly kid?: string | undefined; readonly why: string }[];
    }
  | {
      readonly type: 'introspection.failed';
      readonly url: string;
      readonly failure: string;
      readonly status?: number | undefined;
    }
  | { readonly type: 'introspection.protocol_violation'; readonly url: string; readonly violation: string }
  | { readonly type: 'breaker.opened'; readonly url: string; readonly openMs: number; readonly failures: number }
  | { readonly type: 'breaker.closed'; readonly url: string }
  | { readonly type: 'cache.degraded'; readonly operation: 'get' | 'set'; readonly failure: string };

/** Receives events. A throw or a rejected promise never changes a decision. */
export type VerifierObserver = (event: VerifierEvent) => void;

/** Hands a value to an observer-like callback; whatever the callback does, the caller goes on. */
export function notify<Event>(observer: ((event: Event) => unknown) | undefined, event: Event): void {
  if (observer === undefined) return;
  try {
    const result = observer(event) as { then?: unknown } | null | undefined;
    // An async observer's rejection would otherwise end the process as unhandled.
    if (typeof result?.then === 'function') Promise.resolve(result).catch(() => undefined);
  } catch {
    // An observer is a bystander: its faults are its own.
  }
}
