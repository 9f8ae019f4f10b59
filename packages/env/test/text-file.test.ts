import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readTextFile } from '../src/text-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'env-'));
  await writeFile(join(folder, 'text'), 'sécret\n');
  await writeFile(join(folder, 'empty'), '');
  await writeFile(join(folder, 'random'), new Uint8Array([0xff, 0xfe, 0x80, 0x81]));
  await writeFile(join(folder, 'longest'), 'x'.repeat(1_048_576));
  await writeFile(join(folder, 'too-long'), 'x'.repeat(1_048_577));
  await symlink(join(folder, 'text'), join(folder, 'link'));
  await mkdir(join(folder, 'folder'));
});
afterAll(() => rm(folder, { recursive: true }));

it.each([
  ['text', 'sécret\n'],
  ['link', 'sécret\n'],
  ['empty', ''],
])('reads %s as UTF-8', (name, expected) => {
  expect(readTextFile(join(folder, name))).toBe(expected);
});

it('reads a file of the greatest length', () => {
  expect(readTextFile(join(folder, 'longest'))).toHaveLength(1_048_576);
});

it.each([
  ['missing', 'ENOENT'],
  ['folder', 'EISDIR'],
  ['random', 'NOT_UTF_8'],
  ['too-long', 'EFBIG'],
])('refuses %s with the code %s', (name, code) => {
  expect(() => readTextFile(join(folder, name))).toThrow(expect.objectContaining({ code }));
});

it('reads no more of an endless file than it needs to refuse it', () => {
  expect(() => readTextFile('/dev/zero')).toThrow(expect.objectContaining({ code: 'EFBIG' }));
});
