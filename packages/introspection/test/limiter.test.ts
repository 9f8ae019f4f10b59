import { describe, expect, it } from 'vitest';
import { IntrospectionFailure } from '../src/failure.js';
import { Limiter } from '../src/limiter.js';

const overloaded = expect.objectContaining({ failure: 'overloaded' });

describe('Limiter', () => {
  it('gives places at once while there are some', () => {
    const limiter = new Limiter({ maxRunning: 2, maxWaiting: 0 });
    expect(limiter.enter(1_000)).toBeUndefined();
    expect(limiter.enter(1_000)).toBeUndefined();
    expect(limiter.running).toBe(2);
  });

  it('refuses at once when the line is full', () => {
    const limiter = new Limiter({ maxRunning: 1, maxWaiting: 0 });
    limiter.enter(1_000);
    expect(() => limiter.enter(1_000)).toThrow(IntrospectionFailure);
    expect(() => limiter.enter(1_000)).toThrow(overloaded);
  });

  it('serves those in line in order', async () => {
    const limiter = new Limiter({ maxRunning: 1, maxWaiting: 10 });
    limiter.enter(1_000);
    const order: number[] = [];
    const waits = [1, 2, 3].map(async (each) => {
      await limiter.enter(60_000);
      order.push(each);
      limiter.leave();
    });
    expect(limiter.waiting).toBe(3);
    limiter.leave();
    await Promise.all(waits);
    expect(order).toEqual([1, 2, 3]);
    expect([limiter.running, limiter.waiting]).toEqual([0, 0]);
  });

  it('lets go of one who waited too long, without losing a place', async () => {
    const limiter = new Limiter({ maxRunning: 1, maxWaiting: 10 });
    limiter.enter(1_000);
    await expect(limiter.enter(1)).rejects.toEqual(overloaded);
    expect(limiter.waiting).toBe(0);
    limiter.leave();
    expect(limiter.running).toBe(0);
    expect(limiter.enter(1)).toBeUndefined();
  });
});
