import { describe, expect, it } from 'vitest';
import { withDeadline } from '../src/deadline.js';

describe('withDeadline', () => {
  it('settles like work that is quick enough', async () => {
    expect(await withDeadline(Promise.resolve(1), 60_000, () => new Error('late'))).toBe(1);
    await expect(withDeadline(Promise.reject(new Error('own')), 60_000, () => new Error('late'))).rejects.toThrow(
      'own',
    );
  });

  it('gives up on work that hangs', async () => {
    await expect(withDeadline(new Promise(() => undefined), 1, () => new Error('late'))).rejects.toThrow('late');
  });

  it('takes no notice of a rejection that comes too late', async () => {
    let reject: (error: Error) => void = () => undefined;
    const work = new Promise<never>((_resolve, rejectWork) => {
      reject = rejectWork;
    });
    await expect(withDeadline(work, 0, () => new Error('late'))).rejects.toThrow('late');
    reject(new Error('nobody waits'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
