import type { HttpDelivery, HttpHeaders, HttpReceiver, HttpResponse } from '@auth/core';
import type { Dispatcher } from 'undici';
import { BodyQueue } from './body-queue.js';

/**
 * Hands an answer on as undici receives it. One object for each request: no signal, no promise, no stream. Nothing is paused,
 * since the receiver keeps what it takes and cancels what is too much.
 */
export class Delivery implements Dispatcher.DispatchHandler, HttpDelivery {
  readonly #receiver: HttpReceiver;
  // Written by the callbacks below and by cancel.
  #controller: Dispatcher.DispatchController | undefined;
  #cancelled = false;

  constructor(receiver: HttpReceiver) {
    this.#receiver = receiver;
  }

  cancel(): void {
    this.#cancelled = true;
    const controller = this.#controller;
    this.#controller = undefined;
    controller?.abort(new Error('aborted'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It may have waited for a connection until nobody wanted it.
    if (this.#cancelled) controller.abort(new Error('aborted'));
    else this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Record<string, unknown>): void {
    // 1xx: the answer is still to come.
    if (status >= 200) this.#receiver.onHead(status, headers as HttpHeaders);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#receiver.onData(chunk);
  }

  onResponseEnd(): void {
    // From here on there is nothing to cancel: the connection may already serve somebody else.
    this.#controller = undefined;
    this.#receiver.onEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#controller = undefined;
    this.#receiver.onError(error);
  }
}

/** The same for a caller who iterates over the body: undici's handler, the signal's listener and the body in one object. */
export class Exchange extends BodyQueue implements Dispatcher.DispatchHandler, EventListenerObject {
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (error: Error) => void;
  // Written by onRequestStart alone.
  #controller: Dispatcher.DispatchController | undefined;

  constructor(
    signal: AbortSignal | undefined,
    resolve: (response: HttpResponse) => void,
    reject: (error: Error) => void,
  ) {
    super();
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    signal?.addEventListener('abort', this);
  }

  /** The signal has fired. */
  handleEvent(): void {
    const reason = new Error('aborted');
    // Before the request has started there is no controller, and onRequestStart looks at the signal again.
    this.#controller?.abort(reason);
    this.#reject(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal?.aborted) controller.abort(new Error('aborted'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Record<string, unknown>): void {
    // 1xx: the answer is still to come.
    if (status < 200) return;
    this.attach(controller);
    this.#resolve({ status, headers: headers as HttpHeaders, body: this });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.push(chunk);
  }

  onResponseEnd(): void {
    this.#signal?.removeEventListener('abort', this);
    this.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#signal?.removeEventListener('abort', this);
    this.fail(error);
    this.#reject(error);
  }
}
