import { describe, expect, it } from 'vitest';
import { apiReport } from '../src/api-report.ts';
import { findPackages } from '../src/workspace.ts';
import { type Files, WorkspaceFixture } from './workspace-fixture.ts';

/** The report of a package with these declarations; its entry points are `index` and, when it is there, `extra`. */
function report(files: Files): string {
  const exports = {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    ...('extra' in files ? { './extra': { types: './dist/extra.d.ts', default: './dist/extra.js' } } : {}),
    './package.json': './package.json',
  };
  const dist = Object.entries(files).map(([name, text]) => [`packages/a/dist/${name}.d.ts`, text]);
  using workspace = new WorkspaceFixture({
    'packages/a/package.json': { name: '@auth/a', exports },
    ...Object.fromEntries(dist),
  });
  const [owner] = findPackages(workspace.root);
  if (!owner) throw new Error('no package');
  return apiReport(owner);
}

const OPTIONS = `
/** What it takes. */
export interface Options {
    /** Seconds. */
    readonly ttlSeconds?: number; // a comment
    readonly key: Key;
}
type Key = string | Uint8Array;
type Unreachable = never;
`;

describe('the report of a package', () => {
  it('has each exported declaration, without comments, and the types it mentions', () => {
    const text = report({
      index: "export { type Options, verify } from './verify.js';\n",
      verify:
        "import type { Options } from './options.js';\nexport type { Options };\nexport declare function verify(options: Options): void;\n",
      options: OPTIONS,
    });
    expect(text).toContain(
      '```ts\ninterface Options {\n  readonly ttlSeconds?: number;\n  readonly key: Key;\n}\nfunction verify(options: Options): void;\n```',
    );
    expect(text).toContain('Mentioned by these, not exported here:\n\n```ts\ntype Key = string | Uint8Array;\n```');
    expect(text).not.toContain('Unreachable');
    expect(text).not.toContain('What it takes');
  });

  it('has a section for each entry point', () => {
    const text = report({
      index: 'export declare const one: 1;\n',
      extra: 'export declare const two: 2;\n',
    });
    expect(text).toMatch(/## `@auth\/a`[\s\S]*const one: 1;[\s\S]*## `@auth\/a\/extra`[\s\S]*const two: 2;/);
  });

  it('names what comes from other packages, by import or by import()', () => {
    const text = report({
      index:
        "import { TokenVerifier } from '@auth/core';\nexport { V } from './v.js';\nexport { jwt as j } from 'jose';\n",
      v: "import { type TokenVerifier, type Clock as C } from '@auth/core';\nexport declare class V extends TokenVerifier {\n  clock: C;\n  agent: import('undici').Agent;\n}\n",
    });
    expect(text).toContain('- `@auth/core`: `Clock`, `TokenVerifier`\n- `jose`: `jwt as j`\n- `undici`: `Agent`');
  });

  it('has every overload', () => {
    const text = report({
      index: 'export declare function f(a: string): string;\nexport declare function f(a: number): number;\n',
    });
    expect(text).toContain('function f(a: string): string;\nfunction f(a: number): number;\n');
  });

  it('shows renamed exports, and classes that are exported as a type only', () => {
    const text = report({
      index: "export { type A, b as c } from './a.js';\n",
      a: 'export declare class A {\n}\nexport declare const b: 1;\n',
    });
    expect(text).toContain('class A {\n}\n// A is exported as a type only\nconst b: 1;\n// exported as c\n');
  });

  it('does not change when a declaration moves to another file', () => {
    const index = (file: string): string => `export { a } from './${file}.js';\n`;
    const declaration = 'export declare const a: B;\ndeclare const B: unique symbol;\n';
    expect(report({ index: index('x'), x: declaration })).toBe(report({ index: index('y'), y: declaration }));
  });

  it('cannot be written before the package is built', () => {
    expect(() => report({ index: "export { a } from './gone.js';\n" })).toThrow('build the package first');
  });
});
