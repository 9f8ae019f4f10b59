import { expect, test } from 'vitest';
import { ttlFromHeaders } from '../src/cache-control.js';

const TABLE: readonly (readonly [
  name: string,
  headers: Record<string, string | string[]>,
  expected: number | undefined,
])[] = [
  ['nothing said', {}, undefined],
  ['directives that say nothing about time', { 'cache-control': 'public, immutable' }, undefined],
  ['max-age', { 'cache-control': 'public, max-age=3600' }, 3600],
  ['less than a minute', { 'cache-control': 'max-age=5' }, 60],
  ['zero', { 'cache-control': 'max-age=0' }, 60],
  ['more than a day', { 'cache-control': 'max-age=31536000' }, 86_400],
  ['a number beyond all bounds', { 'cache-control': `max-age=${'9'.repeat(400)}` }, 86_400],
  ['a negative number', { 'cache-control': 'max-age=-1' }, 60],
  ['no number', { 'cache-control': 'max-age=soon' }, 60],
  ['no value', { 'cache-control': 'max-age' }, 60],
  ['an exponent', { 'cache-control': 'max-age=1e9' }, 60],
  ['in any case, with blanks', { 'cache-control': ' Public ,  MAX-AGE = 300 ' }, 300],
  ['a quoted number', { 'cache-control': 'max-age="300"' }, 300],
  ['no-store', { 'cache-control': 'max-age=3600, no-store' }, 60],
  ['no-cache', { 'cache-control': 'no-cache' }, 60],
  ['no-cache with fields', { 'cache-control': 'no-cache="set-cookie"' }, 60],
  ['two of them: the smaller counts', { 'cache-control': 'max-age=300, max-age=3000' }, 300],
  ['in two fields', { 'cache-control': ['max-age=3000', 'max-age=300'] }, 300],
  ['less Age', { 'cache-control': 'max-age=3600', age: '600' }, 3000],
  ['Age beyond max-age', { 'cache-control': 'max-age=3600', age: '7200' }, 60],
  ['an Age that is no number', { 'cache-control': 'max-age=3600', age: '-5' }, 3600],
  ['s-maxage is for shared caches', { 'cache-control': 's-maxage=30' }, undefined],
];

test.each(TABLE)('the life of a set follows from %s', (_name, headers, expected) => {
  expect(ttlFromHeaders(headers)).toBe(expected);
});
