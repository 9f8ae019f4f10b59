import { describe, expect, it } from 'vitest';
import type { GuardOrder } from '../src/guard-process.js';
import { GUARDS } from '../src/guards.js';
import { ask, startProcess } from '../src/processes.js';

/** Measured in a process of its own, in which nothing has run before. */
async function measured(guard: string, broken: boolean): Promise<number> {
  const child = startProcess('guard-process.js');
  try {
    const order: GuardOrder = { guard, broken };
    return await ask<number>(child, order, 590_000);
  } finally {
    child.kill();
  }
}

describe('what must not be lost without being noticed', { timeout: 600_000 }, () => {
  it.each(Object.entries(GUARDS))('%s', async (name, { most }) => {
    const value = await measured(name, false);
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThanOrEqual(most);
  });

  it.each(Object.entries(GUARDS))('the guard notices a careless change: %s', async (name, { most }) => {
    expect(await measured(name, true)).toBeGreaterThan(most);
  });
});
