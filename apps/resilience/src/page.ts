import type { Row } from './row.js';

/** One section of the page. */
export interface Section {
  readonly name: string;
  readonly introduction: string;
  readonly rows: readonly Row[];
}

/** A section as Markdown: a table for each phase, faults with the same consequences on one line. */
export function sectionText({ name, introduction, rows }: Section): string {
  const phases = [...new Set(rows.map(({ phase }) => phase))];
  const tables = phases.map((phase) => {
    const groups = Map.groupBy(
      rows.filter((row) => row.phase === phase),
      consequences,
    );
    const lines = [...groups].map(([cells, group]) => `| ${group.map(({ fault }) => fault).join(' · ')} | ${cells} |`);
    return [
      `### ${phase}\n`,
      '| fault | the caller gets | ended by | requests | in use again after | events |',
      '|---|---|---|---|---|---|',
      ...lines,
    ].join('\n');
  });
  return [`## ${name}`, introduction, ...tables].join('\n\n');
}

function consequences({ outcome, boundedBy, requests, recoverySeconds, events, eventsAfterwards }: Row): string {
  const recovery = recoverySeconds === undefined ? 'was not interrupted' : `${recoverySeconds} s`;
  const told = events.length === 0 ? 'none' : events.join(', ');
  const afterwards = eventsAfterwards.length === 0 ? '' : `; afterwards ${eventsAfterwards.join(', ')}`;
  return [outcome, boundedBy, String(requests), recovery, `${told}${afterwards}`].join(' | ');
}

const INTRODUCTION = `# What happens when something fails

A caller with a good token, while a dependency is broken: every fault of the testing kit, for each dependency, in each phase of its
life. Faults are real ones, over HTTP on this machine (\`startAuthorizationServer\`, [@auth/testing](../packages/testing)). The
tables are written by a test of [apps/resilience](../apps/resilience), which fails when they are not true any more.

- **the caller gets**: \`accepted\`, or the status and code of the answer.
- **ended by**: what ends the wait. *our deadline* is \`timeoutMs\` or \`storeTimeoutMs\`, from connecting to the last byte.
- **requests**: to the dependency, caused by this one caller.
- **in use again after**: seconds by the verifier's clock from the repair until a caller is accepted with a fresh answer of it.
- **events**: what the observer is told.

What may surprise:

- A token that names a key which is not in the set is 401 \`unknown_key\`, also while a fetch for that key fails: the name is the
  caller's, and nothing that a caller puts into a token may look like an outage. Publish a key before signing with it.
- 400, 413, 414 and 422 of an introspection endpoint are about the token that was sent, so they are 401. A 200 without
  \`"active": true\` is a refusal, whatever else it says.
- A set of keys is used past its life while its endpoint fails, for \`maxStaleSeconds\`. An answer of introspection never is:
  that would stretch the life of a revoked token.`;

/** The whole page. */
export function pageText(sections: readonly string[]): string {
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}
