import type { Clock } from '@auth/core';

/** Timers are looked at this often at least: a machine that slept, or whose clock was set, must not outlive a token. */
const LONGEST_WAIT_MS = 1000;

/** What a verifier's clock tolerance let in after the token's end is still answered, within this time. */
const GRACE_SECONDS = 5;

/**
 * When the answer to a request that arrived at `arrivedAt` has to end, in seconds since the epoch: when the token does. A token
 * that had ended before was let in by the verifier's tolerance; such an answer gets the time that it takes to send one.
 */
export function streamDeadline(expiresAt: number | undefined, arrivedAt: number): number | undefined {
  if (expiresAt === undefined) return undefined;
  return arrivedAt < expiresAt ? expiresAt : arrivedAt + GRACE_SECONDS;
}

/** Calls `end` once the clock has reached the deadline; returns what calls it off. Keeps no process alive. */
export function atDeadline(clock: Clock, deadline: number, end: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    const remainingMs = (deadline - clock()) * 1000;
    if (!(remainingMs > 0)) {
      end();
      return;
    }
    timer = setTimeout(look, Math.min(Math.ceil(remainingMs), LONGEST_WAIT_MS));
    timer.unref();
  };
  look();
  return () => clearTimeout(timer);
}

/** Whether a `Content-Type` is that of a stream of events. */
function isEventStream(contentType: unknown): boolean {
  return typeof contentType === 'string' && /^text\/event-stream\s*(;|$)/i.test(contentType);
}

/** A response whose stream of events ends, cleanly, at the deadline; nothing is sent after it. Other responses stay as they are. */
export function endingAt(response: Response, deadline: number | undefined, clock: Clock): Response {
  if (deadline === undefined || response.body === null || !isEventStream(response.headers.get('content-type'))) {
    return response;
  }
  const reader = response.body.getReader();
  let ended = false;
  let callOff: () => void = () => undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const end = (): void => {
          ended = true;
          controller.close();
          reader.cancel().catch(() => undefined);
        };
        callOff = atDeadline(clock, deadline, end);
      },
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (ended) return;
          if (done) {
            ended = true;
            callOff();
            controller.close();
          } else if (clock() >= deadline) {
            ended = true;
            callOff();
            controller.close();
            await reader.cancel();
          } else {
            controller.enqueue(value);
          }
        } catch (error) {
          callOff();
          if (!ended) controller.error(error);
        }
      },
      cancel(reason) {
        ended = true;
        callOff();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
}
