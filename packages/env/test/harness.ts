import { isEnvironmentError } from '@auth/core';
import { vi } from 'vitest';

/** The problems that a function rejects with, as `variable: problem`. */
export async function problemsOf(work: () => unknown): Promise<readonly string[]> {
  try {
    await work();
  } catch (error) {
    if (!isEnvironmentError(error)) throw error;
    return error.problems.map(({ variable, problem }) => `${variable}: ${problem}`);
  }
  throw new Error('nothing was wrong');
}

/** Keeps the warnings of development verifiers off the console. */
export function silenceWarnings(): void {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
}

/** The path of a module under test/fixtures. */
export function fixture(name: string): string {
  return new URL(`fixtures/${name}`, import.meta.url).pathname;
}
