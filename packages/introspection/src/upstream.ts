import {
  type Claims,
  type Clock,
  FetchJsonError,
  fetchJson,
  type HttpTransport,
  notify,
  type VerifierObserver,
} from '@auth/core';
import type { Breaker, Permit } from './breaker.js';
import { withDeadline } from './deadline.js';
import type { Endpoint, EndpointSource } from './endpoint.js';
import { IntrospectionFailure, toFailure } from './failure.js';
import type { Limiter } from './limiter.js';
import { introspectionRequest } from './request.js';
import { type Answer, isViolation } from './response.js';

/** Opens a signed answer; absent where plain ones are expected. */
export type AnswerOpener = (envelope: Claims, endpoint: Endpoint, deadlineMs: number) => Promise<Claims>;

/** What {@link Upstream} is made from. */
export interface UpstreamInit {
  readonly endpoint: EndpointSource;
  readonly issuer: string | undefined;
  readonly transport: HttpTransport;
  readonly breaker: Breaker;
  readonly limiter: Limiter;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly observer: VerifierObserver | undefined;
  /** For events: without a query, which may hold a key. */
  readonly shownUrl: string;
  readonly open: AnswerOpener | undefined;
}

/** Statuses that are about the token that was sent, so that a caller can bring them about at will. */
const NOT_RECOGNIZED: readonly (number | undefined)[] = [400, 413, 414, 422];

/** Wrong credentials stay wrong for every call until somebody acts: one report a minute is enough. */
const UNAUTHORIZED_REPORT_SECONDS = 60;

/** Asks the authorization server: one deadline for everything, a bounded number at once, and not while it fails. */
export class Upstream {
  readonly #init: UpstreamInit;
  // Written by #report alone.
  #unauthorizedReportedAt: number | undefined;

  constructor(init: UpstreamInit) {
    this.#init = init;
  }

  /** What the server says about a token. Rejects with an {@link IntrospectionFailure} and nothing else; never throws. */
  ask(token: string): Promise<Answer> {
    const { limiter, timeoutMs } = this.#init;
    const startedAt = performance.now();
    try {
      // Before waiting in line, and again when the place is there: meanwhile the server may have failed for others.
      this.#assertClosed();
      const place = limiter.enter(timeoutMs);
      return place === undefined ? this.#guarded(token, startedAt) : place.then(() => this.#guarded(token, startedAt));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #assertClosed(): void {
    const wait = this.#init.breaker.retryAfterSeconds();
    if (wait > 0) throw new IntrospectionFailure('circuit_open', { retryAfterSeconds: wait });
  }

  /** One request, in a place of the limiter that is given back in the end. */
  async #guarded(token: string, startedAt: number): Promise<Answer> {
    const { breaker, limiter, clock } = this.#init;
    let permit: Permit | undefined;
    try {
      this.#assertClosed();
      permit = breaker.enter();
      const answer = await this.#exchange(token, startedAt);
      permit?.succeed();
      return answer;
    } catch (error) {
      if (error instanceof FetchJsonError && NOT_RECOGNIZED.includes(error.status)) {
        permit?.release();
        return { kind: 'not_recognized' };
      }
      const failure = toFailure(error, clock());
      if (permit !== undefined) {
        permit.fail(failure.retryAfterSeconds);
        this.#report(failure);
      }
      throw failure;
    } finally {
      limiter.leave();
    }
  }

  async #exchange(token: string, startedAt: number): Promise<Answer> {
    const { transport, timeoutMs, maxBytes, open } = this.#init;
    const remaining = (): number => Math.max(1, timeoutMs - (performance.now() - startedAt));
    const found = this.#init.endpoint(timeoutMs);
    const endpoint = found instanceof Promise ? await within(found, remaining()) : found;
    const known = endpoint.authenticate({ endpoint: endpoint.url, issuer: this.#init.issuer });
    const credentials = known instanceof Promise ? await within(known, remaining()) : known;
    const { headers, body } = introspectionRequest(token, credentials, open !== undefined);
    const response = await fetchJson({
      transport,
      url: endpoint.url,
      method: 'POST',
      headers,
      body,
      deadlineMs: remaining(),
      maxBytes,
    });
    // Only a conditional request is answered by a 304 that counts.
    if (response.status !== 200) throw new IntrospectionFailure('status', { status: response.status });
    const claims =
      open === undefined ? response.json : await within(open(response.json, endpoint, remaining()), remaining());
    if (isViolation(claims)) this.#violation('active is not a boolean');
    return { kind: 'response', claims };
  }

  #report({ failure, status }: IntrospectionFailure): void {
    const { clock, observer, shownUrl } = this.#init;
    if (failure === 'unauthorized') {
      const now = clock();
      const since = this.#unauthorizedReportedAt === undefined ? -1 : now - this.#unauthorizedReportedAt;
      if (since >= 0 && since < UNAUTHORIZED_REPORT_SECONDS) return;
      this.#unauthorizedReportedAt = now;
    }
    if (failure === 'unsigned') this.#violation('the answer is not signed');
    notify(observer, { type: 'introspection.failed', url: shownUrl, failure, status });
  }

  #violation(violation: string): void {
    const { observer, shownUrl } = this.#init;
    notify(observer, { type: 'introspection.protocol_violation', url: shownUrl, violation });
  }
}

/** What is waited for has the rest of the deadline; what is there at once never comes here. */
function within<Value>(work: Promise<Value>, remainingMs: number): Promise<Value> {
  return withDeadline(work, remainingMs, () => new IntrospectionFailure('timeout'));
}
