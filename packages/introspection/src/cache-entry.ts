import { ownClaim, parseJsonObject } from '@auth/core';
import type { Answer } from './response.js';

/** An answer and how long it may be used. */
export interface CacheEntry {
  readonly answer: Answer;
  /** Seconds since the epoch. */
  readonly storedAt: number;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

const FORMAT = 1;
const MEMBERS = ['format', 'storedAt', 'expiresAt', 'answer'];

/** The signed part of an entry's text. */
export function writeEntry({ answer, storedAt, expiresAt }: CacheEntry): string {
  return JSON.stringify({
    format: FORMAT,
    storedAt,
    expiresAt,
    answer: answer.kind === 'response' ? answer.claims : null,
  });
}

/** Reads what {@link writeEntry} wrote; undefined for anything else, whoever wrote it. */
export function readEntry(text: string): CacheEntry | undefined {
  let json: Record<string, unknown>;
  try {
    json = parseJsonObject(text);
  } catch {
    return undefined;
  }
  const names = Object.keys(json);
  if (names.length !== MEMBERS.length || !MEMBERS.every((name) => names.includes(name))) return undefined;
  const storedAt = ownClaim(json, 'storedAt');
  const expiresAt = ownClaim(json, 'expiresAt');
  const answer = ownClaim(json, 'answer');
  if (json.format !== FORMAT || !isTime(storedAt) || !isTime(expiresAt)) return undefined;
  if (answer === null) return { answer: { kind: 'not_recognized' }, storedAt, expiresAt };
  if (typeof answer !== 'object' || Array.isArray(answer)) return undefined;
  return { answer: { kind: 'response', claims: answer as Record<string, unknown> }, storedAt, expiresAt };
}

/**
 * Whether an entry may be used now: written in the past, not over, and with a life that the configuration allows. A clock that
 * was set back, or another process with longer lives, must not stretch how long a revoked token is accepted.
 */
export function isLive(entry: CacheEntry, now: number, maxLifeSeconds: number, toleranceSeconds: number): boolean {
  const { storedAt, expiresAt } = entry;
  // A margin for the rounding of fractions.
  const life = expiresAt - storedAt;
  return now < expiresAt && storedAt <= now + toleranceSeconds && life <= maxLifeSeconds + 0.001;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
