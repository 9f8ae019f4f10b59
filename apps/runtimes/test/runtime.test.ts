import { describe, expect, it } from 'vitest';
import { findExecutable, RUNTIMES } from '../src/runtime.js';

describe('the executable of a runtime', () => {
  it.each(RUNTIMES.map((runtime) => [runtime.name, runtime] as const))(
    'is not found where nothing is installed: %s',
    (_name, runtime) => {
      expect(findExecutable(runtime, '/nowhere')).toBe(undefined);
    },
  );
});
