import { fetchJson, fetchTransport, type HttpReceiver, type HttpTransport } from '@auth/core';
import { httpBytes, httpReply, jsonReply, rawReply, startScriptedServer } from '@auth/testing';
import { describe, expect, it } from 'vitest';
import { defaultTransport as webTransport } from '../src/transport-fetch.js';
import { defaultTransport as nodeTransport } from '../src/transport-node.js';
import { undiciTransport } from '../src/undici.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';

const request = (url: string) =>
  ({ url, method: 'POST', headers: { 'x-a': 'b' }, body: 'token=x', deadlineMs: 5_000 }) as const;

/** Writes down what it hears. */
function recordingReceiver() {
  const calls: string[] = [];
  const begun = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const receiver: HttpReceiver = {
    onHead: (status) => {
      calls.push(`head ${status}`);
      begun.resolve();
    },
    onData: (chunk) => void calls.push(`data ${Buffer.from(chunk).toString()}`),
    onEnd: () => {
      calls.push('end');
      over.resolve();
    },
    onError: (error) => {
      calls.push(`error ${(error as Error).message}`);
      over.resolve();
    },
  };
  return { calls, receiver, begun: begun.promise, over: over.promise };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('undiciTransport', () => {
  it('sends what it is told, and hands over status, header fields and body', async () => {
    await using server = await startScriptedServer(
      httpReply({ status: 418, headers: { 'x-answer': 'yes' }, body: 'body' }),
    );
    const transport = undiciTransport();
    const response = await transport(request(`${server.origin}/path?query=1`));
    expect([response.status, response.headers['x-answer'], await textOf(response.body)]).toEqual([418, 'yes', 'body']);
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        target: '/path?query=1',
        headers: { 'x-a': 'b', 'accept-encoding': 'identity' },
        body: 'token=x',
      },
    ]);
    await transport.close();
  });

  it('keeps connections alive', async () => {
    const sockets = new Set<unknown>();
    await using server = await startScriptedServer(jsonReply({}));
    server.onConnection = (socket) => sockets.add(socket);
    const transport = undiciTransport();
    for (let call = 0; call < 5; call++) await textOf((await transport(request(server.origin))).body);
    // A call right after another may find its connection still busy with the end of the answer.
    const opened = sockets.size;
    expect(opened).toBeLessThanOrEqual(2);
    await transport.close();
    await textOf((await transport(request(server.origin))).body);
    expect(sockets.size).toBe(opened + 1);
    await transport.close();
  });

  it('opens no more connections than it may', async () => {
    const sockets = new Set<unknown>();
    await using server = await startScriptedServer(jsonReply({}));
    server.onConnection = (socket) => sockets.add(socket);
    const transport = undiciTransport({ connections: 2 });
    await Promise.all(Array.from({ length: 20 }, async () => textOf((await transport(request(server.origin))).body)));
    expect(sockets.size).toBe(2);
    await transport.close();
  });

  it('rejects at once for a signal that has fired, and for one that fires before, during and after the header', async () => {
    await using server = await startScriptedServer(() => undefined);
    const transport = undiciTransport();
    await expect(transport({ ...request(server.origin), signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    expect(server.requests).toEqual([]);
    const early = new AbortController();
    const pending = transport({ ...request(server.origin), signal: early.signal });
    early.abort();
    await expect(pending).rejects.toThrow('aborted');
    const late = new AbortController();
    server.reply = rawReply('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{');
    const response = await transport({ ...request(server.origin), signal: late.signal });
    const text = textOf(response.body);
    late.abort();
    await expect(text).rejects.toThrow();
    await transport.close();
  });

  it('leaves no listener on a signal that outlives the request', async () => {
    await using server = await startScriptedServer(jsonReply({}));
    const transport = undiciTransport();
    const { signal } = new AbortController();
    let listeners = 0;
    const counting = new Proxy(signal, {
      get: (target, name) => {
        if (name === 'addEventListener') listeners++;
        if (name === 'removeEventListener') listeners--;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    for (let call = 0; call < 3; call++)
      await textOf((await transport({ ...request(server.origin), signal: counting })).body);
    expect(listeners).toBe(0);
    await transport.close();
  });

  it('hands an answer over as it arrives', async () => {
    await using server = await startScriptedServer(jsonReply({ active: true }));
    const transport = undiciTransport();
    for (const _turn of ['undici not loaded yet', 'and loaded']) {
      const heard = recordingReceiver();
      transport.push(request(server.origin), heard.receiver);
      await heard.over;
      expect(heard.calls).toEqual(['head 200', 'data {"active":true}', 'end']);
    }
    await transport.close();
  });

  it('takes a 1xx for no answer', async () => {
    await using server = await startScriptedServer(
      rawReply(`HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n${Buffer.from(httpBytes({ body: '{}' }))}`),
    );
    const transport = undiciTransport();
    const heard = recordingReceiver();
    transport.push(request(server.origin), heard.receiver);
    await heard.over;
    expect(heard.calls[0]).toBe('head 200');
    await transport.close();
  });

  it('frees the connection of a delivery that is cancelled, before the answer and within it', async () => {
    await using server = await startScriptedServer(() => undefined);
    const transport = undiciTransport({ connections: 1 });
    const early = recordingReceiver();
    transport.push(request(server.origin), early.receiver).cancel();
    await early.over;
    expect([early.calls, server.requests]).toEqual([['error aborted'], []]);
    server.reply = rawReply('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{');
    const late = recordingReceiver();
    const delivery = transport.push(request(server.origin), late.receiver);
    await late.begun;
    delivery.cancel();
    await late.over;
    expect(late.calls.at(-1)).toBe('error aborted');
    server.reply = jsonReply({});
    // The one connection it may have is free again.
    const next = recordingReceiver();
    transport.push(request(server.origin), next.receiver);
    await next.over;
    expect(next.calls.at(-1)).toBe('end');
    await transport.close();
  });

  it('cancels nothing once an answer has come to its end', async () => {
    const sockets = new Set<unknown>();
    await using server = await startScriptedServer(jsonReply({}));
    server.onConnection = (socket) => sockets.add(socket);
    const transport = undiciTransport({ connections: 1 });
    for (let call = 0; call < 3; call++) {
      const heard = recordingReceiver();
      const delivery = transport.push(request(server.origin), heard.receiver);
      await heard.over;
      delivery.cancel();
    }
    expect(sockets.size).toBe(1);
    await transport.close();
  });

  it('tells the receiver what went wrong', async () => {
    const transport = undiciTransport();
    for (const url of ['http://127.0.0.1:1/', 'no url']) {
      const heard = recordingReceiver();
      transport.push(request(url), heard.receiver);
      await heard.over;
      expect(heard.calls).toEqual([expect.stringMatching(/^error .*(ECONNREFUSED|Invalid URL)/)]);
    }
    await transport.close();
  });

  it('rejects for addresses that are none', async () => {
    const transport = undiciTransport();
    await expect(transport(request('http://127.0.0.1:1/'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(transport(request('no url'))).rejects.toThrow();
    await transport.close();
  });
});

describe.each<[string, (origin: string) => HttpTransport]>([
  ['on Node', () => nodeTransport({ connections: 1 })],
  ['elsewhere', () => webTransport({ connections: 1 })],
])('the default transport %s', (_name, make) => {
  it('gives the same JSON, follows no redirect, and reads no bomb', async () => {
    await using server = await startScriptedServer(jsonReply({ active: true }));
    const transport = make(server.origin);
    const fetched = await fetchJson({ ...request(server.origin), transport, maxBytes: 100 });
    expect(fetched).toMatchObject({ json: { active: true } });
    server.reply = jsonReply({}, { status: 302, headers: { location: '/elsewhere' } });
    await expect(fetchJson({ ...request(server.origin), transport, maxBytes: 100 })).rejects.toMatchObject({
      failure: 'redirect',
    });
    server.reply = httpReply({ body: ' '.repeat(200) });
    await expect(fetchJson({ ...request(server.origin), transport, maxBytes: 100 })).rejects.toMatchObject({
      failure: 'too_large',
    });
  });
});

it('works with fetch as with undici', async () => {
  await using server = await startScriptedServer(jsonReply({ active: true, client_id: 'c' }));
  const verifier = new IntrospectionTokenVerifier({
    introspectionUrl: server.origin,
    clientId: 'rs',
    clientSecret: 'secret',
    transport: fetchTransport,
  });
  expect((await verifier.verifyToken('token')).clientId).toBe('c');
});
