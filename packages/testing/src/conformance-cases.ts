import { CONDUCT_CASES } from './conduct-cases.js';
import type { ConformanceCase } from './conformance-subject.js';
import { DECISION_CASES } from './decision-cases.js';
import { OUTAGE_CASES } from './outage-cases.js';

/** Everything that every verifier must do, as data. */
export const CONFORMANCE_CASES: readonly ConformanceCase[] = Object.freeze([
  ...DECISION_CASES,
  ...CONDUCT_CASES,
  ...OUTAGE_CASES,
]);
