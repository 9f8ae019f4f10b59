import { describe, expect, it } from 'vitest';
import { abortedError, withSignal } from '../src/abort.js';
import { rejectionOf } from './fakes.js';

describe('withSignal', () => {
  it('is the work itself without a signal', async () => {
    const work = Promise.resolve(1);
    expect(withSignal(work, undefined)).toBe(work);
  });

  it.each([
    ['resolves', (): Promise<number> => Promise.resolve(7), 7],
    ['rejects', (): Promise<number> => Promise.reject(new Error('boom')), new Error('boom')],
  ])('settles as the work does when that %s first, and leaves no listener behind', async (_how, start, expected) => {
    const controller = new AbortController();
    const listeners = countListeners(controller.signal);
    const settled = await withSignal(start(), controller.signal).catch((error: unknown) => error);
    expect(settled).toEqual(expected);
    expect(listeners()).toBe(0);
    controller.abort();
  });

  it('rejects once the signal fires, although the work goes on for the others who share it', async () => {
    const controller = new AbortController();
    const listeners = countListeners(controller.signal);
    let finish: (value: number) => void = () => undefined;
    const work = new Promise<number>((resolve) => {
      finish = resolve;
    });
    const mine = withSignal(work, controller.signal);
    const theirs = withSignal(work, new AbortController().signal);
    controller.abort(new Error('client gone'));
    expect(await rejectionOf(() => mine)).toMatchObject({
      code: 'temporarily_unavailable',
      cause: new Error('client gone'),
    });
    expect(listeners()).toBe(0);
    finish(7);
    expect(await theirs).toBe(7);
  });

  it('rejects at once when the signal has fired before', async () => {
    const never = new Promise<never>(() => undefined);
    expect(await rejectionOf(() => withSignal(never, AbortSignal.abort()))).toMatchObject({ status: 503 });
  });

  it('takes care of work that fails after nobody waits for it', async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<never>((_resolve, reject) => {
      fail = reject;
    });
    const controller = new AbortController();
    const waiting = withSignal(work, controller.signal);
    controller.abort();
    await rejectionOf(() => waiting);
    fail(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
  });
});

it('abortedError says 503, since nothing is known about the token', () => {
  expect(abortedError(AbortSignal.abort())).toMatchObject({ code: 'temporarily_unavailable', status: 503 });
});

function countListeners(signal: AbortSignal): () => number {
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>): void => {
    count++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>): void => {
    count--;
    removeEventListener.apply(signal, args);
  };
  return () => count;
}
