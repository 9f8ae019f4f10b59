import { describe, expect, it } from 'vitest';
import { headerValue, retryAfterSeconds } from '../src/http-transport.js';
import { NOW } from './fakes.js';

it.each<[string | readonly string[] | undefined, string | undefined]>([
  ['a', 'a'],
  [['a', 'b'], 'a'],
  [[], undefined],
  [undefined, undefined],
])('headerValue reads %o as %o', (value, expected) => {
  expect(headerValue({ x: value }, 'x')).toBe(expected);
});

describe('retryAfterSeconds', () => {
  const inAMinute = new Date((NOW + 60) * 1000);
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (.+) GMT$/.exec(inAMinute.toUTCString()) ?? [];

  it.each<[string, string | undefined, number | undefined]>([
    ['seconds', '120', 120],
    ['zero', '0', 0],
    ['blanks around', ' 7 ', 7],
    ['an HTTP-date', inAMinute.toUTCString(), 60],
    ['an HTTP-date of RFC 850', `Sunday, ${day}-${month}-${year?.slice(2)} ${time} GMT`, 60],
    ['an HTTP-date of asctime', `Sun ${month} ${day?.replace(/^0/, ' ')} ${time} ${year}`, 60],
    ['a date in the past', 'Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['nothing', undefined, undefined],
    ['an empty field', '', undefined],
    ['a negative number', '-1', undefined],
    ['a fraction', '1.5', undefined],
    ['an exponent', '1e3', undefined],
    ['a number without bounds, as a year', '9'.repeat(40), 31_536_000],
    ['a word', 'soon', undefined],
    ['a word and a number, which Date.parse would read', 'foo 5', undefined],
    ['a date that is none', 'Sun, 99 Foo 1994 08:49:37 GMT', undefined],
    ['an ISO date', '2030-01-01T00:00:00Z', undefined],
  ])('reads %s', (_what, value, expected) => {
    expect(retryAfterSeconds({ 'retry-after': value }, NOW)).toBe(expected);
  });
});
