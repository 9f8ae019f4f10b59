import { AuthError } from './auth-error.js';

/** `temporarily_unavailable` for a caller that no longer waits. */
export function abortedError(signal: AbortSignal): AuthError {
  return new AuthError('temporarily_unavailable', { cause: signal.reason });
}

/** Settles like `work`, or rejects as {@link abortedError} once the signal fires; the work itself goes on for those who share it. */
export function withSignal<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  return signal === undefined ? work : raceSignal(work, signal);
}

async function raceSignal<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let onAbort: (() => void) | undefined;
  const abort = new Promise<never>((_resolve, reject) => {
    onAbort = (): void => reject(abortedError(signal));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, abort]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
