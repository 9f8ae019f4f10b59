import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Answer, jsonAnswer } from './answer.js';
import type { FaultKind } from './fault.js';
import { writeRaw } from './scripted-reply.js';

/** One request that is about to be answered. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What the endpoint says. Called at most once, and not at all by faults that answer instead of it. */
  readonly answer: () => Promise<Answer>;
  /** Fires when the server closes: whoever waits stops. */
  readonly signal: AbortSignal;
}

type Play<Kind extends FaultKind['kind']> = (
  fault: Extract<FaultKind, { readonly kind: Kind }>,
  exchange: Exchange,
) => void | Promise<void>;

const PLAYS: { readonly [Kind in FaultKind['kind']]: Play<Kind> } = {
  status({ status = 503, headers = {}, body }, { response }) {
    const answer = jsonAnswer(status, { error: 'server_error', error_description: 'failing on purpose' });
    // Set beforehand they are merged with those of the answer, which come second: what is chosen has to replace them.
    const own = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
    const fields = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !own.has(name)));
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    sendAnswer(response, { ...answer, headers: fields, body: body ?? answer.body });
  },

  async delay({ delayMs = 100 }, { response, answer, signal }) {
    const ready = await answer();
    if (await waited(delayMs, signal)) sendAnswer(response, ready);
  },

  'hang-before-headers'() {
    // Nothing: the connection stays open until one side gives up, the server at the latest when it closes.
  },

  async 'hang-after-headers'(_fault, { response, answer }) {
    const { status, headers, body } = await answer();
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.flushHeaders();
  },

  reset(_fault, { request }) {
    request.socket.resetAndDestroy();
  },

  async truncated(_fault, { response, answer }) {
    const { status, headers, body } = await answer();
    const bytes = Buffer.from(body);
    response.writeHead(status, { ...headers, 'content-length': bytes.length });
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  },

  html(_fault, { response }) {
    const body = '<!DOCTYPE html><title>Sign in</title><p>Please sign in to the network.</p>';
    sendAnswer(response, { status: 200, headers: { 'content-type': 'text/html' }, body });
  },

  oversized({ bytes = 2_097_152, contentLength = false }, { response }) {
    const body = paddedObject(bytes);
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(contentLength ? { 'content-length': body.length } : {}),
    });
    response.end(body);
  },

  async 'slow-body'({ intervalMs = 50 }, { response, answer, signal }) {
    const { status, headers, body } = await answer();
    const bytes = Buffer.from(body);
    response.writeHead(status, { ...headers, 'content-length': bytes.length });
    for (const byte of bytes) {
      response.write(Buffer.of(byte));
      if (!(await waited(intervalMs, signal)) || response.destroyed) return;
    }
    response.end();
  },

  redirect({ status = 307, location }, { request, response }) {
    sendAnswer(response, { status, headers: { location: location ?? request.url ?? '/' }, body: '' });
  },

  'wrong-json'({ body = '[]' }, { response }) {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body);
  },

  'gzip-bomb'({ bytes = 67_108_864 }, { response }) {
    const body = gzipSync(paddedObject(bytes));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': body.length };
    response.writeHead(200, headers).end(body);
  },

  raw({ bytes = '220 mail.example ESMTP\r\n', afterwards = 'close' }, { request: { socket } }) {
    writeRaw(socket, bytes, afterwards);
  },

  flapping({ fault = { kind: 'status' } }, exchange) {
    return playFault(fault, exchange);
  },

  custom({ handler }, { request, response, answer }) {
    return handler(request, response, answer);
  },
};

/** Answers a request as the fault has it. */
export async function playFault(fault: FaultKind, exchange: Exchange): Promise<void> {
  // The table has the play of each kind under its name; the compiler cannot see that the two go together.
  await (PLAYS[fault.kind] as Play<FaultKind['kind']>)(fault as never, exchange);
}

/** Writes an answer as it is. */
export function sendAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed || response.headersSent) return;
  const length = Buffer.byteLength(body);
  // A 304 has no body, whatever its length would have been (RFC 9110 §15.4.5).
  response.writeHead(status, status === 304 ? headers : { ...headers, 'content-length': length }).end(body);
}

/** Whether the time went by; false when the server closed first. The timer keeps no process alive. */
async function waited(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await wait(milliseconds, undefined, { ref: false, signal });
    return true;
  } catch {
    return false;
  }
}

/** A JSON object of exactly so many bytes, at least 14. */
function paddedObject(bytes: number): Buffer {
  const [start, end] = ['{"padding":"', '"}'];
  return Buffer.from(start + 'A'.repeat(Math.max(0, bytes - start.length - end.length)) + end);
}
