import { describe, expect, it } from 'vitest';
import { atDeadline, endingAt, streamDeadline } from '../src/expiry.js';
import { readJsonBody } from '../src/json-body.js';

describe('streamDeadline', () => {
  it.each([
    [undefined, 10, undefined],
    [100, 10, 100],
    [100, 99.9, 100],
    [100, 100, 105],
    [100, 103, 108],
  ])('of a token until %s, for a request at %s, is %s', (expiresAt, arrivedAt, deadline) => {
    expect(streamDeadline(expiresAt, arrivedAt)).toBe(deadline);
  });
});

describe('a stream with a deadline', () => {
  const streamOf = (...chunks: string[]): Response => {
    const body = new ReadableStream({
      pull(controller) {
        const chunk = chunks.shift();
        if (chunk === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(chunk));
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };

  it('is passed on to its own end', async () => {
    expect(await endingAt(streamOf('a', 'b'), 100, () => 1).text()).toBe('ab');
  });

  it('passes nothing on after the deadline, and tells the source', async () => {
    let cancelled = false;
    let now = 1;
    const source = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array([65])),
      cancel: () => {
        cancelled = true;
      },
    });
    const response = new Response(source, { headers: { 'content-type': 'text/event-stream' } });
    const reader = endingAt(response, 100, () => now).body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    now = 100;
    expect((await reader?.read())?.done).toBe(true);
    expect(cancelled).toBe(true);
  });

  it('leaves other answers alone', () => {
    const response = Response.json({});
    expect(endingAt(response, 0, () => 1)).toBe(response);
  });

  it('ends at once when the deadline has passed', () => {
    let ended = false;
    atDeadline(
      () => 5,
      5,
      () => {
        ended = true;
      },
    );
    expect(ended).toBe(true);
  });
});

describe('readJsonBody', () => {
  const chunks = (...parts: Uint8Array[]) =>
    new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(part);
        controller.close();
      },
    });

  it('joins characters that were split', async () => {
    const bytes = new TextEncoder().encode('"é"');
    expect(await readJsonBody(chunks(bytes.slice(0, 2), bytes.slice(2)), 10)).toEqual({ kind: 'json', value: 'é' });
  });

  it('stops at the limit', async () => {
    expect(await readJsonBody(chunks(new Uint8Array(6), new Uint8Array(6)), 10)).toEqual({ kind: 'too_large' });
  });

  it('says when it is no JSON', async () => {
    expect(await readJsonBody(null, 10)).toEqual({ kind: 'other', text: '' });
  });
});
