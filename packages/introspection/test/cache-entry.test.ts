import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLive, readEntry, writeEntry } from '../src/cache-entry.js';

const ENTRY = { answer: { kind: 'response', claims: { active: true } }, storedAt: 1_000, expiresAt: 1_060 } as const;
const TEXT = writeEntry(ENTRY);

describe('cache entries', () => {
  it('are read as they were written', () => {
    expect(readEntry(TEXT)).toEqual(ENTRY);
    const refused = { answer: { kind: 'not_recognized' }, storedAt: 1.5, expiresAt: 2.5 } as const;
    expect(readEntry(writeEntry(refused))).toEqual(refused);
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '42',
    '"text"',
    'not json',
    TEXT.slice(0, -1),
    `${TEXT}x`,
    `\ufeff${TEXT}`,
    TEXT.replace('"format":1', '"format":2'),
    TEXT.replace('"storedAt":1000', '"storedAt":"1000"'),
    TEXT.replace('"storedAt":1000', '"storedAt":-1'),
    TEXT.replace('"expiresAt":1060', '"expiresAt":1e999'),
    TEXT.replace('"expiresAt":1060', '"expiresAt":null'),
    TEXT.replace('{"active":true}', '[true]'),
    TEXT.replace('{"active":true}', '"active"'),
    TEXT.replace('{"active":true}', 'true'),
    TEXT.replace('{"active":true}', '{"active":false,"active":true}'),
    TEXT.replace('{"format"', '{"extra":1,"format"'),
    JSON.stringify({ active: true, client_id: 'c' }),
    '{"__proto__":{"format":1},"storedAt":1000,"expiresAt":1060,"answer":{"active":true}}',
  ])('are ignored when they are something else: %s', (text) => {
    expect(readEntry(text)).toBeUndefined();
  });

  it('never throw, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.mixedCase(fc.constant(TEXT))), (text) => {
        readEntry(text);
      }),
    );
  });

  it.each([
    ['within its life', ENTRY, 1_030, true],
    ['at its end', ENTRY, 1_060, false],
    ['after a clock that was set back', ENTRY, 900, false],
    ['from a process whose clock is a little ahead', ENTRY, 996, true],
    ['with a longer life than we allow', { ...ENTRY, expiresAt: 9_000 }, 1_030, false],
  ] as const)('%s: %j at %d → %s', (_name, entry, now, live) => {
    expect(isLive(entry, now, 60, 5)).toBe(live);
  });
});
