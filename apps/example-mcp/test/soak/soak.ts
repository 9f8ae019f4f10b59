import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Answer, attempt, callTool } from '../../src/demo-client.js';
import { Caller, type Reply } from './caller.js';
import { Dice, nextShot, type Shot } from './shots.js';
import { CYCLE_SECONDS } from './timeline.js';
import { SoakWorld, SPEED } from './world.js';

/** What came of a run. */
export interface SoakReport {
  readonly seconds: number;
  readonly requests: number;
  readonly cycles: number;
  /** The longest request, in real milliseconds. */
  readonly longestMs: number;
  /** By kind of request, then by outcome. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly events: ReadonlyMap<string, number>;
  /** Outcomes that the oracle does not allow, and notes of somebody else. */
  readonly wrong: readonly string[];
  readonly unhandled: readonly string[];
  /** Bytes in use after a full collection, spread over the run once it is warm. */
  readonly heap: readonly number[];
  /** Kinds of sockets and timers of which there are more than before the run. */
  readonly leaked: readonly string[];
}

export interface SoakOptions {
  readonly seconds: number;
  readonly callers: number;
  readonly seed: number;
}

const HEAP_SAMPLES = 12;
/** The official client opens connections of its own for each session, so it calls now and then. */
const OFFICIAL_EVERY = 40;

/** Runs mixed load against the example servers for some real seconds, and closes everything. */
export async function soak({ seconds, callers, seed }: SoakOptions): Promise<SoakReport> {
  const before = activeResources();
  const unhandled: string[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(String(reason));
  process.on('unhandledRejection', onUnhandled);
  const world = await SoakWorld.start();
  const caller = new Caller(callers);
  const dice = new Dice(seed);
  const counts = new Map<string, Map<string, number>>();
  const wrong: string[] = [];
  const heap: number[] = [];
  let requests = 0;
  const end = seconds * SPEED;

  const shoot = async (): Promise<void> => {
    const shot = await nextShot(world, dice);
    const from = world.now();
    const reply = ++requests % OFFICIAL_EVERY === 0 ? await official(shot) : await caller.call(shot);
    const span = { from, to: world.now() };
    world.longestSeconds = Math.max(world.longestSeconds, span.to - span.from);
    const ofKind = counts.get(shot.kind) ?? new Map<string, number>();
    counts.set(shot.kind, ofKind);
    ofKind.set(reply.outcome, (ofKind.get(reply.outcome) ?? 0) + 1);
    const allowed = shot.allowed(span);
    if (!allowed.includes(reply.outcome)) {
      const at = `${span.from.toFixed(1)}–${span.to.toFixed(1)} (${(span.to % CYCLE_SECONDS).toFixed(1)} of its cycle)`;
      wrong.push(`${shot.kind}: ${reply.outcome} instead of ${allowed.join(' or ')} at ${at}`);
    }
    const foreign = [...reply.body.matchAll(/note-of-(\w+)/g)].find(([, owner]) => owner !== shot.subject);
    if (foreign !== undefined) wrong.push(`${shot.kind}: ${shot.subject} was shown the ${foreign[0]}`);
  };
  const work = async (): Promise<void> => {
    while (world.now() < end) await shoot();
  };
  const direct = async (): Promise<void> => {
    let nextSample = end / 4;
    while (world.now() < end) {
      await world.advance();
      if (world.now() >= nextSample) {
        heap.push(heapInUse());
        nextSample += (end * 0.75) / HEAP_SAMPLES;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  try {
    await Promise.all([direct(), ...Array.from({ length: callers }, work)]);
  } finally {
    caller.close();
    await world.close();
  }
  const leaked = await resourcesBeyond(before);
  process.off('unhandledRejection', onUnhandled);
  const cycles = Math.floor(end / CYCLE_SECONDS);
  const longestMs = (world.longestSeconds / SPEED) * 1000;
  return { seconds, requests, cycles, longestMs, counts, events: world.events, wrong, unhandled, heap, leaked };
}

/** The same call by the official client, whose handshake goes the same way. */
async function official({ url, authorization, tool, subject }: Shot): Promise<Reply> {
  const args = tool === 'write_note' ? { title: `note-of-${subject}`, text: 'written by the soak test' } : {};
  const token = authorization?.startsWith('Bearer ') ? authorization.slice(7) : undefined;
  const call = (): Promise<Answer> => attempt(url, token, callTool(tool, args));
  const {
    status,
    error,
    text = '',
  } = await call().catch((failure: unknown) => {
    // As in Caller: the server closed an idle connection in the very moment in which it was used again.
    if (isConnectionLost(failure)) return call();
    throw failure;
  });
  return { outcome: error === undefined ? String(status) : `${status} ${error}`, body: text };
}

function isConnectionLost(failure: unknown): boolean {
  const cause = failure instanceof Error ? failure.cause : undefined;
  return cause instanceof Error && 'code' in cause && ['ECONNRESET', 'UND_ERR_SOCKET'].includes(String(cause.code));
}

function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

function activeResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Connections take a moment to close, the official client's a few seconds; what is still there after a while is leaked. */
async function resourcesBeyond(before: ReadonlyMap<string, number>): Promise<readonly string[]> {
  const beyond = (): readonly string[] =>
    [...activeResources()].flatMap(([name, count]) => {
      const more = count - (before.get(name) ?? 0);
      return more > 0 ? [`${more} × ${name}`] : [];
    });
  const deadline = performance.now() + 15_000;
  while (beyond().length > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
  return beyond();
}
