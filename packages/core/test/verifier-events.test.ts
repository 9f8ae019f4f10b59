import { expect, it } from 'vitest';
import { notify } from '../src/verifier-events.js';

/** A promise of another library. */
function thenable(work: (resolve: unknown, reject: (error: Error) => void) => void): unknown {
  // biome-ignore lint/suspicious/noThenProperty: this is what makes it one
  return { then: work };
}

it('hands the event to the observer', () => {
  const seen: unknown[] = [];
  notify((event) => seen.push(event), { type: 'breaker.closed', url: 'https://idp.example' });
  expect(seen).toEqual([{ type: 'breaker.closed', url: 'https://idp.example' }]);
});

it('does nothing without an observer', () => {
  expect(() => notify(undefined, {})).not.toThrow();
});

it.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('boom');
    },
  ],
  ['rejects', () => Promise.reject(new Error('boom'))],
  ['returns a foreign promise that rejects', () => thenable((_ok, fail) => fail(new Error('boom')))],
  [
    'returns a foreign promise that throws',
    () =>
      thenable(() => {
        throw new Error('boom');
      }),
  ],
  [
    'returns something that throws when looked at',
    () =>
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('boom');
          },
        },
      ),
  ],
  ['returns null', () => null],
])('goes on, without an unhandled rejection, when the observer %s', async (_how, observer) => {
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', onUnhandled);
  expect(() => notify(observer, {})).not.toThrow();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});
