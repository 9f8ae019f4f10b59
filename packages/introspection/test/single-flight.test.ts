import { describe, expect, it } from 'vitest';
import { SingleFlight } from '../src/single-flight.js';

describe('SingleFlight', () => {
  it('shares one piece of work among concurrent callers with the same key', async () => {
    const flights = new SingleFlight<number>();
    let runs = 0;
    const work = async (): Promise<number> => {
      runs++;
      await Promise.resolve();
      return runs;
    };
    const results = await Promise.all(Array.from({ length: 100 }, () => flights.run('key', work)));
    expect(runs).toBe(1);
    expect(new Set(results)).toEqual(new Set([1]));
    expect(flights.size).toBe(0);
    expect(await flights.run('key', work)).toBe(2);
  });

  it('keeps different keys apart', async () => {
    const flights = new SingleFlight<string>();
    const run = (key: string): Promise<string> => flights.run(key, async () => key);
    expect(await Promise.all([run('a'), run('b'), run('a')])).toEqual(['a', 'b', 'a']);
  });

  it('forgets work that failed', async () => {
    const flights = new SingleFlight<string>();
    const fail = async (): Promise<string> => Promise.reject(new Error('no'));
    await expect(Promise.all([flights.run('key', fail), flights.run('key', fail)])).rejects.toThrow('no');
    expect(await flights.run('key', async () => 'yes')).toBe('yes');
  });
});
