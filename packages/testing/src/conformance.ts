import { assertKnownOptions, numberOption } from '@auth/core';
import { CONFORMANCE_CASES } from './conformance-cases.js';
import {
  type ConformanceCase,
  type ConformanceCaseId,
  type ConformanceFactory,
  NotApplicable,
  withSubjects,
} from './conformance-subject.js';

/** What vitest, jest and node:test have in common. */
export interface ConformanceRunner {
  readonly describe: (name: string, define: () => void) => unknown;
  readonly it: (name: string, run: () => Promise<void>) => unknown;
}

/** Options of a conformance run. */
export interface ConformanceOptions {
  /** Cases that do not apply, each with the reason why. Default: none. */
  readonly skip?: Readonly<Partial<Record<ConformanceCaseId, string>>> | undefined;
  /** Time for one case in milliseconds, after which it counts as hanging. Default 10000. */
  readonly deadlineMs?: number | undefined;
  /** What is examined, for the report and the names of tests. Default `a verifier`. */
  readonly name?: string | undefined;
}

/** How one case went. */
export interface ConformanceResult {
  readonly id: ConformanceCaseId;
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped. */
  readonly message?: string;
}

/** How a verifier did, as JSON. */
export interface ConformanceReport {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly results: readonly ConformanceResult[];
}

const IDS: readonly string[] = CONFORMANCE_CASES.map(({ id }) => id);

/**
 * Checks that a verifier keeps the contract of `Verifier`.
 *
 * With a runner (`{ describe, it }` of vitest or node:test) each case becomes a test of its own. Without one the cases run at
 * once: the promise resolves to the report when all passed, and rejects with an `Error` that names the failures otherwise.
 * Throws a `TypeError` for options that make no sense.
 */
export function runVerifierConformance(
  factory: ConformanceFactory,
  runner: ConformanceRunner,
  options?: ConformanceOptions,
): void;
export function runVerifierConformance(
  factory: ConformanceFactory,
  runner?: undefined,
  options?: ConformanceOptions,
): Promise<ConformanceReport>;
export function runVerifierConformance(
  factory: ConformanceFactory,
  runner?: ConformanceRunner,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> | undefined {
  const settings = conformanceSettings(factory, options);
  if (runner === undefined) return passingReport(factory, options);
  runner.describe(`${settings.name} keeps the contract of a verifier`, () => {
    for (const { id, title, run } of CONFORMANCE_CASES) {
      // A skipped case is left out: the report form is where the reasons are read.
      if (settings.skip[id] !== undefined) continue;
      runner.it(title, async () => {
        const { outcome, message } = await runCase({ id, title, run }, factory, settings);
        if (outcome === 'failed') throw new Error(message);
      });
    }
  });
  return undefined;
}

/** Runs all cases and says how each went, whether it passed or not: for comparisons, also of other libraries. */
export async function verifierConformanceReport(
  factory: ConformanceFactory,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const settings = conformanceSettings(factory, options);
  const results: ConformanceResult[] = [];
  for (const { id, title, run } of CONFORMANCE_CASES) {
    const reason = settings.skip[id];
    results.push(
      reason === undefined
        ? await runCase({ id, title, run }, factory, settings)
        : { id, title, outcome: 'skipped', message: reason },
    );
  }
  const count = (outcome: ConformanceResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const { name } = settings;
  return { name, passed: count('passed'), failed: count('failed'), skipped: count('skipped'), results };
}

interface Settings {
  readonly skip: Readonly<Partial<Record<ConformanceCaseId, string>>>;
  readonly deadlineMs: number;
  readonly name: string;
}

function conformanceSettings(factory: ConformanceFactory, options: ConformanceOptions): Settings {
  const owner = 'runVerifierConformance';
  if (typeof factory !== 'function') throw new TypeError(`${owner}: factory must be a function`);
  assertKnownOptions(owner, options, ['skip', 'deadlineMs', 'name']);
  const { skip = {}, name = 'a verifier' } = options;
  assertKnownOptions(`${owner}: skip`, skip, IDS);
  const deadlineMs = numberOption(owner, 'deadlineMs', options.deadlineMs, 10_000, { min: 1, max: 600_000 });
  return { skip, name, deadlineMs };
}

async function passingReport(factory: ConformanceFactory, options: ConformanceOptions): Promise<ConformanceReport> {
  const report = await verifierConformanceReport(factory, options);
  const failures = report.results.filter(({ outcome }) => outcome === 'failed');
  if (failures.length === 0) return report;
  const lines = failures.map(({ id, message }) => `  ${id}: ${message}`);
  throw new Error(`${report.name} fails ${failures.length} conformance cases\n${lines.join('\n')}`);
}

async function runCase(
  { id, title, run }: ConformanceCase,
  factory: ConformanceFactory,
  { deadlineMs }: Settings,
): Promise<ConformanceResult> {
  try {
    await withDeadline(
      withSubjects(factory, (context) => run(context)),
      deadlineMs,
    );
    return { id, title, outcome: 'passed' };
  } catch (error) {
    if (error instanceof NotApplicable) return { id, title, outcome: 'skipped', message: error.message };
    return {
      id,
      title,
      outcome: 'failed',
      message: error instanceof Error ? error.message : 'a throw that is no error',
    };
  }
}

async function withDeadline(work: Promise<void>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    // Keeps the process alive on purpose: a verifier that hangs on nothing would end it without a report.
    timer = setTimeout(() => reject(new Error(`did not settle within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
