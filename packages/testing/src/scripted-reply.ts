import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ScriptedRequest } from './scripted-request.js';

/**
 * What a scripted server does with a request: whatever it likes to its socket, or nothing. The socket is the client's
 * connection; what is written to it goes on the wire as it is.
 */
export type ScriptedReply = (request: ScriptedRequest, socket: Socket) => void | Promise<void>;

/** An HTTP answer, in parts. */
export interface HttpAnswerInit {
  /** Default 200. */
  readonly status?: number | undefined;
  /** Header fields; a list repeats a field. They come after the ones made here, and replace them. Default: none. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Text (its UTF-8 form) or bytes. Default: empty. */
  readonly body?: string | Uint8Array | undefined;
  /** How the end of the body is told (RFC 9112 §6.3). Default `content-length`; a 204 or 304 has no body to end. */
  readonly framing?: 'content-length' | 'chunked' | 'close' | undefined;
}

/** The bytes of an HTTP/1.1 answer, to be sent as they are, cut, repeated or spoiled. */
export function httpBytes({ status = 200, headers = {}, body = '', framing }: HttpAnswerInit = {}): Uint8Array {
  const bytes = Buffer.from(body as Uint8Array);
  const hasBody = status !== 204 && status !== 304;
  const fields = { ...(hasBody ? framingField(framing, bytes.length) : {}), ...headers };
  const lines = Object.entries(fields).flatMap(([name, value]) => [value].flat().map((item) => `${name}: ${item}\r\n`));
  const head = Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`, 'latin1');
  if (!hasBody) return head;
  if (framing !== 'chunked') return Buffer.concat([head, bytes]);
  const chunk = bytes.length === 0 ? [] : [Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')];
  return Buffer.concat([head, ...chunk, Buffer.from('0\r\n\r\n')]);
}

function framingField(framing: HttpAnswerInit['framing'], length: number): Readonly<Record<string, string>> {
  if (framing === 'chunked') return { 'transfer-encoding': 'chunked' };
  return framing === 'close' ? { connection: 'close' } : { 'content-length': String(length) };
}

/** Answers every request with these parts. */
export function httpReply(init: HttpAnswerInit = {}): ScriptedReply {
  const bytes = httpBytes(init);
  return (_request, socket) => {
    if (init.framing === 'close') socket.end(bytes);
    else socket.write(bytes);
  };
}

/** Answers every request with a value as JSON; `init` as for {@link httpReply}, its header fields over `content-type`. */
export function jsonReply(value: unknown, init: Omit<HttpAnswerInit, 'body'> = {}): ScriptedReply {
  const headers = { 'content-type': 'application/json', ...init.headers };
  return httpReply({ ...init, headers, body: JSON.stringify(value) ?? '' });
}

/** Puts exactly these bytes on the wire, HTTP or not, and leaves the connection open (default), closes or resets it. */
export function rawReply(bytes: string | Uint8Array, afterwards: Afterwards = 'open'): ScriptedReply {
  return (_request, socket) => writeRaw(socket, bytes, afterwards);
}

/** What becomes of a connection. */
export type Afterwards = 'open' | 'close' | 'reset';

/** Writes bytes, or a text's UTF-8 form, to a connection and does with it what is wanted. */
export function writeRaw(socket: Socket, bytes: string | Uint8Array, afterwards: Afterwards): void {
  if (afterwards === 'close') socket.end(bytes);
  // A reset before the bytes have left would be all there is to see.
  else if (afterwards === 'reset') socket.write(bytes, () => socket.resetAndDestroy());
  else socket.write(bytes);
}
