import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodyQueue, type Flow } from '../src/body-queue.js';

function recordingFlow(): Flow & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
    abort: () => calls.push('abort'),
  };
}

const bytes = (length: number): Uint8Array => new Uint8Array(length);

async function lengthOf(queue: BodyQueue): Promise<number> {
  let length = 0;
  for await (const chunk of queue) length += chunk.byteLength;
  return length;
}

describe('BodyQueue', () => {
  it('hands over what came before and after the reader', async () => {
    const queue = new BodyQueue();
    queue.push(bytes(3));
    const length = lengthOf(queue);
    queue.push(bytes(4));
    await Promise.resolve();
    queue.push(bytes(5));
    queue.end();
    expect(await length).toBe(12);
  });

  it('loses nothing and keeps the order, whatever the timing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ size: fc.nat(40_000), wait: fc.boolean() })), async (parts) => {
        const queue = new BodyQueue();
        queue.attach(recordingFlow());
        const length = lengthOf(queue);
        for (const { size, wait } of parts) {
          queue.push(bytes(size));
          if (wait) await Promise.resolve();
        }
        queue.end();
        expect(await length).toBe(parts.reduce((sum, { size }) => sum + size, 0));
      }),
    );
  });

  it('pauses a sender that is faster than the reader, and lets it go on', async () => {
    const queue = new BodyQueue();
    const flow = recordingFlow();
    queue.attach(flow);
    for (let count = 0; count < 5; count++) queue.push(bytes(20_000));
    expect(flow.calls).toEqual(['pause']);
    await queue.next();
    await queue.next();
    expect(flow.calls).toEqual(['pause', 'resume']);
  });

  it('frees the connection when the reader stops early, and not after the end', async () => {
    const [early, late] = [new BodyQueue(), new BodyQueue()];
    const [earlyFlow, lateFlow] = [recordingFlow(), recordingFlow()];
    early.attach(earlyFlow);
    late.attach(lateFlow);
    early.push(bytes(1));
    for await (const _chunk of early) break;
    late.push(bytes(1));
    late.end();
    for await (const _chunk of late) break;
    expect([earlyFlow.calls, lateFlow.calls]).toEqual([['abort'], []]);
  });

  it('rejects a waiting and a later reader when the connection fails', async () => {
    const queue = new BodyQueue();
    const waiting = queue.next();
    queue.fail(new Error('reset'));
    await expect(waiting).rejects.toThrow('reset');
    await expect(queue.next()).rejects.toThrow('reset');
  });
});
