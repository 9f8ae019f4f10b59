import { expect, test } from 'vitest';
import { RefreshSchedule } from '../src/refresh-schedule.js';

const limits = { cooldownSeconds: 30, maxStaleSeconds: 3600 };

function loaded(now: number, ttlSeconds: number): RefreshSchedule {
  const schedule = new RefreshSchedule(limits);
  schedule.succeeded(now, ttlSeconds);
  return schedule;
}

test.each([
  [0, 'fresh'],
  [539.9, 'fresh'],
  [540, 'due'],
  [599.9, 'due'],
  [600, 'expired'],
  [4199.9, 'expired'],
  [4200, 'lost'],
  [1e9, 'lost'],
])('a set of 600 s is, %s s after it was loaded, %s', (age, phase) => {
  expect(loaded(1000, 600).phase(1000 + age)).toBe(phase);
});

test('nothing was loaded at first, and there is no backoff', () => {
  const schedule = new RefreshSchedule(limits);
  expect(schedule.phase(5)).toBe('none');
  expect(schedule.backoffSeconds(5)).toBe(0);
});

test('failures back off 1, 2, 4 … 60 seconds, and a success ends it', () => {
  const schedule = new RefreshSchedule(limits);
  const steps = Array.from({ length: 9 }, () => schedule.failed(100));
  expect(steps).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  expect(schedule.backoffSeconds(100)).toBe(60);
  expect(schedule.backoffSeconds(159.5)).toBe(0.5);
  expect(schedule.backoffSeconds(160)).toBe(0);
  schedule.succeeded(160, 600);
  expect(schedule.failures).toBe(0);
  expect(schedule.failed(161)).toBe(1);
});

test('an endpoint that fails for years still has a backoff of 60 seconds', () => {
  const schedule = new RefreshSchedule(limits);
  for (let index = 0; index < 5000; index++) schedule.failed(100);
  expect(schedule.backoffSeconds(100)).toBe(60);
});

test('an unknown kid may cause one fetch per cooldown, from the first moment on', () => {
  const schedule = loaded(1000, 600);
  expect(schedule.takeRefetch(1000)).toBe(true);
  expect(schedule.takeRefetch(1000)).toBe(false);
  expect(schedule.takeRefetch(1029.9)).toBe(false);
  expect(schedule.takeRefetch(1030)).toBe(true);
});

test('during the backoff an unknown kid causes no fetch and does not use up the cooldown', () => {
  const schedule = loaded(1000, 600);
  schedule.failed(1001);
  expect(schedule.takeRefetch(1001.5)).toBe(false);
  expect(schedule.takeRefetch(1002)).toBe(true);
});

test('a clock that was set back prolongs nothing', () => {
  const schedule = loaded(1000, 600);
  expect(schedule.takeRefetch(1000)).toBe(true);
  schedule.failed(1000);
  expect(schedule.phase(500)).toBe('expired');
  expect(schedule.phase(500 + 3600)).toBe('lost');
  expect(schedule.backoffSeconds(500)).toBe(0);
  expect(schedule.takeRefetch(500)).toBe(true);
});
