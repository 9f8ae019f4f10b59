import { readFileSync } from 'node:fs';

/** One or several advisories about one way to fail. */
export interface Advisory {
  /** As tests cite them; `OBS-…` for what was observed and has no number. */
  readonly ids: readonly string[];
  readonly where: string;
  readonly attack: string;
  /** What the tests hold down. */
  readonly property: string;
}

export interface AdvisoryGroup {
  readonly group: string;
  readonly entries: readonly Advisory[];
}

/** A rule of a standard that a resource server has to keep. */
export interface Rule {
  readonly number: number;
  readonly text: string;
  readonly source: string;
  /** Why no test can hold it down. */
  readonly notApplicable?: string;
}

export interface RuleGroup {
  readonly group: string;
  readonly standard: string;
  readonly rules: readonly Rule[];
}

/** Everything that has to have a test or a reason. */
export interface Standards {
  readonly advisories: readonly AdvisoryGroup[];
  readonly checklist: readonly RuleGroup[];
}

/** Reads the lists in `tools/data`. */
export function readStandards(): Standards {
  return {
    advisories: readData('advisories.json') as readonly AdvisoryGroup[],
    checklist: readData('checklist.json') as readonly RuleGroup[],
  };
}

function readData(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8'));
}
