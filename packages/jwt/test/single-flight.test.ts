import { afterEach, expect, test, vi } from 'vitest';
import { SingleFlight } from '../src/single-flight.js';

afterEach(() => vi.unstubAllGlobals());

/** Flights that land when told to. */
function controlled(): { flights: SingleFlight<string>; land: ((outcome: string) => void)[]; sequences: number[] } {
  const land: ((outcome: string) => void)[] = [];
  const sequences: number[] = [];
  const flights = new SingleFlight<string>((sequence) => {
    sequences.push(sequence);
    return new Promise((resolve) => land.push(resolve));
  });
  return { flights, land, sequences };
}

test('all who start while a flight is in the air share it', async () => {
  const { flights, land } = controlled();
  const waiting = Array.from({ length: 100 }, () => flights.start());
  await Promise.resolve();
  expect(land).toHaveLength(1);
  land[0]?.('good');
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['good']));
});

test('who waits never finds a flight that is over', async () => {
  const { flights, land } = controlled();
  const first = flights.start();
  await Promise.resolve();
  land[0]?.('good');
  await first;
  expect(flights.current).toBeUndefined();
});

test('work that throws at once leaves no flight behind', async () => {
  const flights = new SingleFlight<string>(() => {
    throw new Error('at once');
  });
  await expect(flights.start()).rejects.toThrow('at once');
  expect(flights.current).toBeUndefined();
});

test('where a request must not wait for the I/O of another one, everyone flies alone', async () => {
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
  const { flights, land, sequences } = controlled();
  const both = [flights.start(), flights.start()];
  await Promise.resolve();
  land[0]?.('one');
  land[1]?.('two');
  expect(await Promise.all(both)).toEqual(['one', 'two']);
  expect(sequences).toEqual([1, 2]);
  expect(flights.current).toBeUndefined();
});

test('the late success of an older flight does not count', () => {
  const { flights } = controlled();
  expect(flights.succeed(2)).toBe(true);
  expect(flights.succeed(1)).toBe(false);
  expect(flights.succeed(3)).toBe(true);
});

test('flights that fail together count as one failure, overtaken ones as none', async () => {
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
  const { flights } = controlled();
  for (let index = 0; index < 3; index++) void flights.start();
  expect([flights.fail(1), flights.fail(2), flights.fail(3)]).toEqual([true, false, false]);
  void flights.start();
  expect(flights.fail(4)).toBe(true);
  void flights.start();
  void flights.start();
  flights.succeed(6);
  expect(flights.fail(5)).toBe(false);
});
