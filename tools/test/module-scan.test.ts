import { describe, expect, it } from 'vitest';
import { scanModule } from '../src/module-scan.ts';

const IMPORTS: readonly (readonly [source: string, kind: string, specifier: string | undefined])[] = [
  ["import 'x';", 'static', 'x'],
  ["import a, { b } from 'x';", 'static', 'x'],
  ["import type { A } from 'x';", 'type', 'x'],
  ["import { type A } from 'x';", 'static', 'x'],
  ["export { a } from 'x';", 'static', 'x'],
  ["export type { A } from 'x';", 'type', 'x'],
  ["export * from 'x';", 'static', 'x'],
  ["await import('x');", 'dynamic', 'x'],
  ['await import(`x`);', 'dynamic', 'x'],
  ["import('x' + name);", 'dynamic', undefined],
  ["let a: import('x').A;", 'type', 'x'],
  ["let a: typeof import('x');", 'type', 'x'],
  ["import a = require('x');", 'static', 'x'],
  ["const a = require('x');", 'dynamic', 'x'],
  ["process.getBuiltinModule('x');", 'dynamic', 'x'],
  ["declare module 'x' { interface A {} }", 'type', 'x'],
  ['/// <reference types="x" />', 'type', 'x'],
  ["/// <reference path='x.d.ts' />", 'type', './x.d.ts'],
  ['/// <reference types="node" />', 'type', 'node:*'],
];

describe('the module scanner', () => {
  it.each(IMPORTS)('sees the import in %s', (source, kind, specifier) => {
    expect(scanModule('a.ts', `\n${source}`).imports).toEqual([{ specifier, kind, line: 2 }]);
  });

  it.each(['', '// a', 'const a = "import(\'x\')";', 'export const a = 1;', 'declare global { interface A {} }'])(
    'sees no import in %j',
    (source) => {
      expect(scanModule('a.ts', source).imports).toEqual([]);
    },
  );

  it.each([
    ['', 0],
    ['a', 1],
    ['a\n', 1],
    ['a\r\nb\r\n', 2],
    ['a\n\n', 2],
  ])('counts the lines of %j', (source, lineCount) => {
    expect(scanModule('a.ts', source).lineCount).toBe(lineCount);
  });

  it('finds lines after characters that take two code units', () => {
    expect(scanModule('a.ts', "const a = '😀😀';\nimport 'x';").imports[0]?.line).toBe(2);
  });
});
