import { describe, expect, it } from 'vitest';
import { heapGrowth, reportText } from './soak/report.js';
import { soak } from './soak/soak.js';

/** Ten minutes with TEST_LONG=1, some seconds without. */
const SECONDS = process.env.TEST_LONG === '1' ? 600 : 16;

describe(`the example servers under mixed load for ${SECONDS} seconds, while the provider fails and changes its keys`, () => {
  it(
    'decide right each time, and leave nothing behind',
    async () => {
      const report = await soak({ seconds: SECONDS, callers: 8, seed: 20_261_127 });
      console.log(reportText(report));
      expect(report.wrong).toEqual([]);
      expect(report.unhandled).toEqual([]);
      expect(report.leaked).toEqual([]);
      // Compiled code and inline caches still grow in a short run.
      expect(heapGrowth(report.heap)).toBeLessThan(SECONDS < 60 ? 16_000_000 : 6_000_000);
      // The oracle allows a refusal in many moments: most good calls must have been accepted for the run to say something.
      const good = [...report.counts]
        .filter(([kind]) => /good: (?:reads|writes)$/.test(kind))
        .map(([, outcomes]) => outcomes);
      const calls = good.flatMap((outcomes) => [...outcomes.values()]).reduce((sum, count) => sum + count, 0);
      const accepted = good.reduce((sum, outcomes) => sum + (outcomes.get('200') ?? 0), 0);
      expect(accepted).toBeGreaterThan(calls / 2);
    },
    SECONDS * 1000 + 60_000,
  );
});
