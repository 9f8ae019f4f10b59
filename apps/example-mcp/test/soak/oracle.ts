import { SETTLING_SECONDS } from './timeline.js';

/** From just before something began to just after it, in seconds of the fast clock since the start. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** All that the oracle knows of a token. What the director does takes time, so each moment is a span. */
export interface KnownToken {
  readonly token: string;
  readonly subject: string;
  /** How the resource server checks it. */
  readonly server: 'jwt' | 'opaque';
  readonly mayWrite: boolean;
  readonly expires: Span;
  /** When the key that signed it was published. */
  readonly keySince: Span;
  /** When that key was withdrawn. Written by the director. */
  keyUntil: Span | undefined;
  /** Written by the director. */
  revoked: Span | undefined;
}

export const JWKS_LIFE_SECONDS = 60;
export const MAX_STALE_SECONDS = 60;
export const INTROSPECTION_CACHE_SECONDS = 10;
const TOLERANCE_SECONDS = 5;
/** A key that is new is asked for once per cooldown, whoever asks. */
const COOLDOWN_SECONDS = 30;
/** A set is used to the end of its life, and past it for the stale bound at most. */
const WITHDRAWAL_SECONDS = JWKS_LIFE_SECONDS + MAX_STALE_SECONDS;
/** Tokens name whole seconds. */
const ROUNDING_SECONDS = 1;

const UNAVAILABLE = '503 temporarily_unavailable';
const INVALID = '401 invalid_token';

/** What the oracle knows of the world. */
export interface Facts {
  /** When the provider failed. */
  readonly troubles: readonly Span[];
  /**
   * The longest that any request took so far: a request that hung may have ended, and what a server learned before a change may
   * have been noted, that much later.
   */
  readonly longestSeconds: number;
}

/** What a call with a token that our provider issued may come to. */
export function allowedOutcomes(known: KnownToken, writes: boolean, span: Span, facts: Facts): readonly string[] {
  const allowed: string[] = [];
  if (mayBeAccepted(known, span, facts)) allowed.push(writes && !known.mayWrite ? '403 insufficient_scope' : '200');
  if (mayBeRefused(known, span)) allowed.push(INVALID);
  if (isTroubled(span, facts)) allowed.push(UNAVAILABLE);
  return allowed;
}

/** What a call with anything else may come to: a token that must never be accepted. */
export function allowedForForged(span: Span, facts: Facts): readonly string[] {
  return isTroubled(span, facts) ? [INVALID, UNAVAILABLE] : [INVALID];
}

/** Whether a failure, or its traces, can have been met. */
function isTroubled({ from, to }: Span, { troubles, longestSeconds }: Facts): boolean {
  const settling = SETTLING_SECONDS + longestSeconds;
  return troubles.some((trouble) => trouble.from <= to && from <= trouble.to + settling);
}

function mayBeAccepted({ expires, keyUntil, revoked, server }: KnownToken, { from }: Span, facts: Facts): boolean {
  if (from > expires.to + TOLERANCE_SECONDS + ROUNDING_SECONDS) return false;
  const ended = server === 'jwt' ? keyUntil : revoked;
  const believed = server === 'jwt' ? WITHDRAWAL_SECONDS : INTROSPECTION_CACHE_SECONDS;
  return ended === undefined || from <= ended.to + believed + facts.longestSeconds;
}

function mayBeRefused({ expires, keySince, keyUntil, revoked, server }: KnownToken, { from, to }: Span): boolean {
  // Introspection allows for no difference of clocks: the provider itself says when a token has ended.
  if (to >= expires.from + (server === 'jwt' ? TOLERANCE_SECONDS : 0) - ROUNDING_SECONDS) return true;
  if (server === 'opaque') return revoked !== undefined && to >= revoked.from;
  return from <= keySince.to + COOLDOWN_SECONDS || (keyUntil !== undefined && to >= keyUntil.from);
}
