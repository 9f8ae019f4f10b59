/**
 * Settles like `work`, or rejects with `onTimeout()` once the time is over; the work itself goes on, and its late rejection is
 * nobody's. Real time, since it guards against what hangs, not against what is old.
 */
export async function withDeadline<Value>(
  work: Promise<Value>,
  deadlineMs: number,
  onTimeout: () => Error,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(onTimeout()), Math.max(0, deadlineMs));
    // A pending question keeps no process alive.
    (timer as { unref?: () => void }).unref?.();
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
