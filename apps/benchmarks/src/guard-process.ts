import { GUARDS } from './guards.js';

// A plain Node process: a test runner that rewrites imports makes our code, and not node:crypto, slower than it is.
export interface GuardOrder {
  readonly guard: string;
  readonly broken: boolean;
}

process.on('message', ({ guard, broken }: GuardOrder) => {
  const found = GUARDS[guard];
  if (found === undefined) throw new Error(`unknown guard: ${guard}`);
  void (broken ? found.broken() : found.real()).then((value) => process.send?.(value));
});
process.on('disconnect', () => process.exit());
