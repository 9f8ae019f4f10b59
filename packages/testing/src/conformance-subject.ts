import type { Clock, Verifier } from '@auth/core';
import type { ForgedToken } from './forged-tokens.js';

/** What one token of a conformance run has to say. */
export interface ConformanceGrant {
  /** Who it is for: the verifier has to report it as `subject` or as `clientId`. */
  readonly subject: string;
  readonly scopes: readonly string[];
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** What a factory makes a verifier from. */
export interface ConformanceSetup {
  /** For the verifier's option of that name; empty for most cases. */
  readonly requiredScopes: readonly string[];
  /** For the verifier's option of that name. Starts at the system's time, moves only when a case moves it. */
  readonly clock: Clock;
  /** The tokens to make, known before the verifier is made. */
  readonly grants: readonly ConformanceGrant[];
}

/** A verifier under examination, with the tokens it accepts. Made afresh for each case. */
export interface ConformanceSubject {
  readonly verifier: Verifier;
  /** One token for each grant, in the same order. */
  readonly tokens: readonly string[];
  /** Secrets that the verifier was given: they must show nowhere. Default: none. */
  readonly secrets?: readonly string[] | undefined;
  /** Further tokens that have to be refused, for example of {@link forgedTokens}. Default: none, and the case is skipped. */
  readonly forged?: readonly ForgedToken[] | undefined;
  /** Makes keys or introspection unreachable. Called before the first token. Default: the verifier needs nobody. */
  readonly breakUpstream?: (() => void | Promise<void>) | undefined;
  /** Mends what `breakUpstream` broke. Default: it stays broken, and the case about recovery is skipped. */
  readonly mendUpstream?: (() => void | Promise<void>) | undefined;
  /** Makes keys or introspection never answer. Called before the first token. Default: the verifier needs nobody. */
  readonly stallUpstream?: (() => void | Promise<void>) | undefined;
  /** Frees what was started. */
  readonly close?: (() => unknown) | undefined;
}

/** Makes a verifier and its tokens. */
export type ConformanceFactory = (setup: ConformanceSetup) => ConformanceSubject | Promise<ConformanceSubject>;

/** What a case works with. */
export interface ConformanceContext {
  /** Seconds since the epoch, as the verifier's clock says. */
  readonly now: number;
  /** Makes a subject with these grants, closed after the case. */
  open(grants: readonly Partial<ConformanceGrant>[], requiredScopes?: readonly string[]): Promise<ConformanceSubject>;
  /** Moves the verifier's clock. */
  advance(seconds: number): void;
}

/** The name of a case. */
export type ConformanceCaseId =
  | 'accepts'
  | 'answers-alike'
  | 'takes-no-options'
  | 'frozen'
  | 'redacts'
  | 'keeps-secrets'
  | 'refuses-hostile-text'
  | 'refuses-hostile-values'
  | 'refuses-forged'
  | 'names-forgeries'
  | 'refuses-expired'
  | 'forgets-in-time'
  | 'requires-scopes'
  | 'compares-scopes-exactly'
  | 'keeps-callers-apart'
  | 'spares-other-callers'
  | 'minds-an-aborted-signal'
  | 'lets-go-when-aborted'
  | 'leaves-signals-clean'
  | 'survives-an-outage'
  | 'recovers'
  | 'leaves-no-rejection';

/** One thing that every verifier must do. */
export interface ConformanceCase {
  readonly id: ConformanceCaseId;
  /** What it must do, as a sentence. */
  readonly title: string;
  readonly run: (context: ConformanceContext) => Promise<void>;
}

/** Says that a case does not apply to a subject, which is no failure. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

/** Runs `work` with subjects from `factory`, which are closed afterwards whatever happens. */
export async function withSubjects(
  factory: ConformanceFactory,
  work: (context: ConformanceContext) => Promise<void>,
): Promise<void> {
  let now = Math.floor(Date.now() / 1000);
  const opened: ConformanceSubject[] = [];
  try {
    await work({
      get now() {
        return now;
      },
      advance(seconds) {
        now += seconds;
      },
      async open(grants, requiredScopes = []) {
        const complete = grants.map((grant) => ({
          subject: 'alice',
          scopes: ['read'],
          expiresAt: now + 3600,
          ...grant,
        }));
        const subject = await factory({ requiredScopes, clock: () => now, grants: complete });
        opened.push(subject);
        if (subject.tokens.length !== grants.length) {
          throw new TypeError('the conformance factory must make one token for each grant');
        }
        return subject;
      },
    });
  } finally {
    for (const subject of opened) await subject.close?.();
  }
}
