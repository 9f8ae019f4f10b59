import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { pageText, type Section, sectionText } from '../src/page.js';
import { REDIS_BINARY, REDIS_FAULTS } from '../src/redis-faults.js';
import type { Row } from '../src/row.js';
import { STORE_FAULTS, storeRows } from '../src/store-matrix.js';
import { WIRE_FAULTS } from '../src/wire-faults.js';
import { WIRE_DEPENDENCIES, wireRows } from '../src/wire-matrix.js';

const PAGE = fileURLToPath(new URL('../../../docs/fault-matrix.md', import.meta.url));
const REDIS = { name: 'A real Redis or Valkey as the store', introduction: 'The same verifier, with `@redis/client`.' };

const sections: Section[] = [];
let redisText: string | undefined;

beforeAll(async () => {
  for (const dependency of WIRE_DEPENDENCIES) sections.push({ ...dependency, rows: await wireRows(dependency) });
  sections.push({
    name: 'The store of the token cache',
    introduction:
      'IntrospectionTokenVerifier with `cache: { ttlSeconds: 60, store }`. Requests are those to introspection: 0 means that the ' +
      'store answered. In use again: the store answers again.',
    rows: await storeRows(STORE_FAULTS),
  });
  if (REDIS_BINARY === undefined) {
    console.warn('no redis-server or valkey-server here: its part of the page is taken as it stands');
    redisText = (await readFile(PAGE, 'utf8')).split(/(?=^## )/m).find((text) => text.startsWith(`## ${REDIS.name}`));
  } else sections.push({ ...REDIS, rows: await storeRows(REDIS_FAULTS) });
}, 900_000);

/** Rows that fit, each as `section / phase / fault`. */
function rowsWhere(fits: (row: Row, section: Section) => boolean): readonly string[] {
  return sections.flatMap((section) =>
    section.rows.filter((row) => fits(row, section)).map(({ phase, fault }) => `${section.name} / ${phase} / ${fault}`),
  );
}

const isOutage = ({ outcome }: Row): boolean => outcome.startsWith('503 temporarily_unavailable, Retry-After: ');
/** Answers that say something about the token: that the server would not look at it, or that it is not active. */
const aboutTheToken = ['400', 'wrong-json: {}', 'wrong-json: another document'];

describe('a caller with a good token', () => {
  it('is played against every fault in every phase', () => {
    const wire = sections.filter(({ name }) => WIRE_DEPENDENCIES.some((dependency) => dependency.name === name));
    for (const { name, rows } of wire) {
      const phases = WIRE_DEPENDENCIES.find((dependency) => dependency.name === name)?.phases.length ?? 0;
      expect(rows).toHaveLength(WIRE_FAULTS.length * phases);
    }
  });

  it('is accepted or told to come back, and never turned away, but for answers about the token and keys unheard of', () => {
    const turnedAway = rowsWhere(
      (row, { name }) =>
        row.outcome !== 'accepted' &&
        !isOutage(row) &&
        !(
          name === 'Introspection' &&
          aboutTheToken.includes(row.fault) &&
          row.outcome.startsWith('401 invalid_token')
        ) &&
        !(row.phase.startsWith('rotation') && row.outcome === '401 invalid_token (unknown_key)'),
    );
    expect(turnedAway).toEqual([]);
  });

  it('is accepted without a request while what is needed is at hand', () => {
    const isWarm = ({ phase }: Row, { name }: Section): boolean => phase.startsWith('warm') && !/store/.test(name);
    expect(rowsWhere((row, section) => isWarm(row, section))).toHaveLength(4 * WIRE_FAULTS.length);
    expect(
      rowsWhere((row, section) => isWarm(row, section) && (row.outcome !== 'accepted' || row.requests > 0)),
    ).toEqual([]);
  });

  it('never loses anything to a store: whatever it does, introspection decides', () => {
    const refused = rowsWhere(
      (row, { name }) => /store/.test(name) && !row.phase.startsWith('both') && row.outcome !== 'accepted',
    );
    expect(refused).toEqual([]);
  });

  it('is never accepted because of what a broken store says', () => {
    const believed = rowsWhere(
      (row, { name }) =>
        /store/.test(name) &&
        row.phase.startsWith('both') &&
        row.outcome === 'accepted' &&
        !row.fault.startsWith('set '),
    );
    expect(believed).toEqual([]);
  });

  it('causes no more than one request, or one for each place where metadata may be', () => {
    expect(rowsWhere(({ requests }, { name }) => requests > (/metadata/i.test(name) ? 2 : 1))).toEqual([]);
  });
});

describe('an outage', () => {
  it('is over for callers within the longest backoff, and within the cooldown for keys unheard of', () => {
    const late = ({ phase, recoverySeconds = 0 }: Row, { name }: Section): boolean => {
      const limit = phase.startsWith('rotation') ? 30 : name === 'Metadata for introspection' ? 60 : 7;
      return recoverySeconds > limit;
    };
    expect(rowsWhere(late)).toEqual([]);
  });

  it('is told to the observer, whenever it is told to a caller', () => {
    expect(rowsWhere((row) => isOutage(row) && row.events.length === 0)).toEqual([]);
  });

  it('ends by the deadline and is called a timeout where the answer has no end', () => {
    const endless = WIRE_FAULTS.filter((fault) => fault.endless).map(({ name }) => name);
    const asked = sections.flatMap(({ name, rows }) =>
      rows.filter(({ fault, requests }) => endless.includes(fault) && requests > 0).map((row) => ({ name, ...row })),
    );
    expect(asked.length).toBeGreaterThan(30);
    expect(asked.filter(({ boundedBy }) => boundedBy !== 'our deadline')).toEqual([]);
    // Old metadata serve without a word.
    const told = asked.filter(({ name, outcome }) => name !== 'Metadata for introspection' || outcome !== 'accepted');
    expect(told.filter(({ events }) => !events.some((text) => /timeout/.test(text)))).toEqual([]);
  });

  it('leaves no trace of what the other side said, or of its address with a password', () => {
    const texts = sections.map(sectionText).join();
    expect(texts).not.toMatch(/failing on purpose|password|sign in|admin/i);
  });
});

it('docs/fault-matrix.md is what happens (vitest -u writes it anew)', async () => {
  const text = pageText([...sections.map(sectionText), ...(redisText === undefined ? [] : [redisText.trimEnd()])]);
  await expect(text).toMatchFileSnapshot(PAGE);
});
