import { vi } from 'vitest';

/** What `process.emitWarning` was called with while `work` ran, and what `work` returned. */
export function collectWarnings<Result>(work: () => Result): { warnings: readonly unknown[][]; result: Result } {
  const spy = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  try {
    const result = work();
    return { warnings: spy.mock.calls.map((call) => [...call]), result };
  } finally {
    spy.mockRestore();
  }
}

/** Constructs without noise on the console. */
export function quietly<Result>(work: () => Result): Result {
  return collectWarnings(work).result;
}
