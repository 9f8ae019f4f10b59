import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@auth/core';
import { atDeadline } from './expiry.js';
import { type BodyReading, jsonRpcError, readJsonBody } from './json-body.js';

/** A request that a gate, and perhaps a body parser, have seen. */
export type GatedRequest<Auth> = IncomingMessage & { auth?: Auth; body?: unknown };

/** The body of a POST: what a body parser left, else read and parsed here, once. */
export async function bodyOf(
  request: GatedRequest<unknown>,
  parsedBody: unknown,
  maxBytes: number,
): Promise<BodyReading> {
  const parsed = parsedBody ?? request.body;
  if (parsed !== undefined) return { kind: 'json', value: parsed };
  if (Number(request.headers['content-length']) > maxBytes) return { kind: 'too_large' };
  return readJsonBody(request, maxBytes);
}

/** Answers with a JSON-RPC error that belongs to no request. */
export function sendError(response: ServerResponse, status: number, code: number, message: string): void {
  send(response, status, { 'Content-Type': 'application/json' }, jsonRpcError(code, message));
}

/** Answers, unless somebody else has. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  if (response.headersSent) return;
  response.statusCode = status;
  for (const name of Object.keys(headers)) response.setHeader(name, headers[name] ?? '');
  response.end(body);
}

/** Ends what is still being sent at the deadline, cleanly: a stream of events. Other answers are given to Node in one piece. */
export function endAt(response: ServerResponse, deadline: number | undefined, clock: Clock): void {
  if (deadline === undefined) return;
  const callOff = atDeadline(clock, deadline, () => {
    if (response.headersSent && !response.writableEnded) response.end();
  });
  response.once('close', callOff);
}
