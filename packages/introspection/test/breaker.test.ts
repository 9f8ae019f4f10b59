import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Breaker, MAX_PAUSE_SECONDS, type Permit } from '../src/breaker.js';

/** A breaker with a clock to turn and without jitter. */
function rig(options: { failures?: number; openMs?: number; maxOpenMs?: number; random?: () => number } = {}) {
  const time = { now: 1_000 };
  const events: string[] = [];
  const breaker = new Breaker({
    failures: 5,
    openMs: 1_000,
    maxOpenMs: 30_000,
    random: () => 0,
    ...options,
    clock: () => time.now,
    onOpened: (openMs, failures) => events.push(`opened ${openMs} ${failures}`),
    onClosed: () => events.push('closed'),
  });
  return { time, events, breaker };
}

function take(breaker: Breaker): Permit {
  const permit = breaker.enter();
  if (permit === undefined) throw new Error('no permit');
  return permit;
}

describe('Breaker', () => {
  it('opens with the fifth failure in a row and lets calls fail at once for a second', () => {
    const { breaker, events, time } = rig();
    for (let failure = 0; failure < 5; failure++) take(breaker).fail();
    expect(breaker.enter()).toBeUndefined();
    expect(breaker.retryAfterSeconds()).toBe(1);
    time.now += 0.999;
    expect(breaker.enter()).toBeUndefined();
    expect(events).toEqual(['opened 1000 5']);
  });

  it('does not open while successes come in between', () => {
    const { breaker } = rig();
    for (let round = 0; round < 10; round++) {
      for (let failure = 0; failure < 4; failure++) take(breaker).fail();
      take(breaker).succeed();
    }
    expect(breaker.isOpen).toBe(false);
  });

  it('does not count what says nothing about the server, in either direction', () => {
    const { breaker } = rig();
    for (let failure = 0; failure < 4; failure++) take(breaker).fail();
    for (let call = 0; call < 100; call++) take(breaker).release();
    expect(breaker.isOpen).toBe(false);
    take(breaker).fail();
    expect(breaker.isOpen).toBe(true);
  });

  it('lets one probe at a time pass once the time is over', () => {
    const { breaker, time } = rig();
    for (let failure = 0; failure < 5; failure++) take(breaker).fail();
    time.now += 1;
    const probe = take(breaker);
    expect(breaker.enter()).toBeUndefined();
    expect(breaker.retryAfterSeconds()).toBe(1);
    probe.release();
    const second = take(breaker);
    expect(breaker.enter()).toBeUndefined();
    second.succeed();
    expect(breaker.isOpen).toBe(false);
    take(breaker).release();
    take(breaker).release();
  });

  it('doubles with each failed probe up to the longest time, and starts over after it closed', () => {
    const { breaker, time, events } = rig();
    for (let failure = 0; failure < 5; failure++) take(breaker).fail();
    for (let probe = 0; probe < 7; probe++) {
      time.now += 1_000;
      take(breaker).fail();
    }
    expect(events.map((event) => Number(event.split(' ')[1]))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
    time.now += 30;
    take(breaker).succeed();
    expect(events.at(-1)).toBe('closed');
    for (let failure = 0; failure < 5; failure++) take(breaker).fail();
    expect(events.at(-1)).toBe('opened 1000 5');
  });

  it('takes up to a fifth off by chance, so that processes do not probe in step', () => {
    const { breaker, events } = rig({ failures: 1, random: () => 1 });
    take(breaker).fail();
    expect(events).toEqual(['opened 800 1']);
  });

  it('is not opened further, nor closed, by what was sent before it opened', () => {
    const { breaker, time, events } = rig({ failures: 1 });
    const late = [take(breaker), take(breaker), take(breaker), take(breaker)];
    take(breaker).fail();
    late[0]?.fail();
    late[1]?.succeed();
    late[2]?.release();
    expect(events).toEqual(['opened 1000 1']);
    time.now += 1;
    take(breaker).succeed();
    late[3]?.fail();
    expect(breaker.isOpen).toBe(false);
  });

  it('stays away for as long as the server asked, though not for ever', () => {
    const { breaker, time } = rig();
    take(breaker).fail(7);
    expect(breaker.retryAfterSeconds()).toBe(7);
    time.now += 6.9;
    expect(breaker.enter()).toBeUndefined();
    time.now += 0.2;
    take(breaker).fail(1e9);
    expect(breaker.retryAfterSeconds()).toBe(MAX_PAUSE_SECONDS);
  });

  it('never shortens a pause by a later, shorter one', () => {
    const { breaker } = rig();
    const [first, second] = [take(breaker), take(breaker)];
    first.fail(60);
    second.fail(1);
    expect(breaker.retryAfterSeconds()).toBe(60);
  });

  it('does not stay open when the clock is set back', () => {
    const { breaker, time } = rig({ failures: 1 });
    take(breaker).fail(100);
    time.now -= 10_000;
    expect(breaker.enter()).toBeDefined();
  });

  it('behaves like its model for any history', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('enter' as const) }),
      fc.record({ do: fc.constantFrom('succeed' as const, 'fail' as const, 'release' as const), which: fc.nat(5) }),
      fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 0, max: 40 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 4 }), (steps, failures) => {
        const { breaker, time } = rig({ failures });
        const model = { state: 'closed' as 'closed' | 'open', row: 0, until: 0, next: 1, probing: false, era: 0 };
        const held: { permit: Permit; era: number; probe: boolean }[] = [];
        for (const action of steps) {
          if (action.do === 'wait') time.now += action.seconds;
          else if (action.do === 'enter') {
            const permit = breaker.enter();
            const allowed = model.state === 'closed' || (!model.probing && time.now >= model.until);
            expect(permit !== undefined).toBe(allowed);
            if (permit === undefined) continue;
            const probe = model.state === 'open';
            if (probe) model.probing = true;
            held.push({ permit, era: model.era, probe });
          } else {
            const [chosen] = held.splice(action.which % Math.max(1, held.length), 1);
            if (chosen === undefined) continue;
            chosen.permit[action.do]();
            if (chosen.era !== model.era) continue;
            if (action.do === 'release') {
              if (chosen.probe) model.probing = false;
            } else if (action.do === 'succeed') {
              model.row = 0;
              if (chosen.probe) Object.assign(model, { state: 'closed', probing: false, next: 1, era: model.era + 1 });
            } else {
              model.row++;
              if (!chosen.probe && model.row < failures) continue;
              const until = time.now + model.next;
              const next = Math.min(30, model.next * 2);
              Object.assign(model, { state: 'open', probing: false, until, next, era: model.era + 1 });
            }
          }
          expect(breaker.isOpen).toBe(model.state === 'open');
        }
      }),
      { numRuns: 500 },
    );
  });
});
