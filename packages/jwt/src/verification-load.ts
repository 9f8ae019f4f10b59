/**
 * Decides where a signature is checked on Node. The calling thread is faster for one at a time (no hop of 50 µs); the thread
 * pool is faster for many, and leaves the event loop free. Nothing here affects a result.
 */

/** Separate pieces of work (requests, for example) that may be done on the calling thread in one turn of the event loop. */
const NOW_PER_TURN = 2;
/** Checks in one turn that follow each other directly, as in a loop, after which the event loop gets its turn. */
const CHAINED_PER_TURN = 256;

/**
 * Checks that are on the thread pool, and those done on the calling thread whose caller has not gone on yet: what starts
 * beside them was started in the same breath. Written by all functions of this file.
 */
let pending = 0;
/** Pieces of work and checks of this turn; written by mayVerifyNow, reset by an immediate. */
let pieces = 0;
let checks = 0;
/** Whether the last check belongs to the piece of work that still runs; reset by a tick. */
let chained = false;

/** Something to wait for until callers of what was done at once have their turn: cheaper than `queueMicrotask`. */
const settled: Promise<void> = Promise.resolve();

export function verificationStarted(): void {
  pending++;
}

export function verificationEnded(): void {
  pending--;
}

/** Whether the check that asks should be done on the calling thread. If so, it is counted as done one microtask later. */
export function mayVerifyNow(): boolean {
  if (pending > 0) return false;
  if (!chained) {
    chained = true;
    // Ticks run when the microtasks of the present callback are done: what comes later is another piece of work.
    process.nextTick(endPiece);
    if (pieces++ === 0) setImmediate(endTurn).unref();
  }
  if (pieces > NOW_PER_TURN || ++checks > CHAINED_PER_TURN) return false;
  verificationStarted();
  void settled.then(verificationEnded);
  return true;
}

function endPiece(): void {
  chained = false;
}

function endTurn(): void {
  pieces = 0;
  checks = 0;
}
