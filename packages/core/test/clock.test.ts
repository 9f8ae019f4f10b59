import { afterEach, expect, it, vi } from 'vitest';
import { systemClock } from '../src/clock.js';

afterEach(() => vi.useRealTimers());

it('reads the wall clock in seconds, with fractions', () => {
  vi.useFakeTimers({ now: 1_700_000_000_250 });
  expect(systemClock()).toBe(1_700_000_000.25);
});
