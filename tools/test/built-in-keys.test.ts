import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY_ROOT } from '../src/command.ts';
import { findFiles, findPackages } from '../src/workspace.ts';

/** Shortest thing that could be a key: 32 bytes, in base64 or hexadecimal, in one text. */
const MATERIAL =
  /['"`](?:(?=[^'"`]*[A-Z])(?=[^'"`]*[a-z])(?=[^'"`]*\d)[\w+/-]{43,}={0,2}|[0-9a-fA-F]{64,})['"`]|-----BEGIN [A-Z ]+-----[\s\S]*[A-Za-z0-9+/]{40}/;

it.each([
  ["const KEY = 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3mRUBsYYkWGhcVcXxZk0nGGsbXkNnJUr';", true],
  [`const KEY = \`-----BEGIN PUBLIC KEY-----\n${'A'.repeat(64)}\n-----END PUBLIC KEY-----\`;`, true],
  [`const SECRET = '${'0f'.repeat(32)}';`, true],
  ["const TEXT = 'a sentence of more than forty-three characters, as messages are';", false],
  ["const ARMOUR = '-----BEGIN PUBLIC KEY-----';", false],
])('this file knows a key when it sees one: %s', (source, found) => {
  expect(MATERIAL.test(source)).toBe(found);
});

it('CVE-2026-31837: no source but those of the testing kit holds a key or a secret that verification could fall back to', () => {
  const sources = findPackages(REPOSITORY_ROOT)
    .filter(({ kind, name }) => kind === 'library' && name !== '@auth/testing')
    .flatMap(({ folder }) => findFiles(join(folder, 'src'), ['.ts']));
  expect(sources.length).toBeGreaterThan(100);
  const holders = sources.filter((path) => MATERIAL.test(readFileSync(path, 'utf8')));
  expect(holders.map((path) => relative(REPOSITORY_ROOT, path))).toEqual([]);
});
