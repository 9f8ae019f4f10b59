import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT } from '../src/command.ts';
import { checkLinks } from '../src/markdown-links.ts';
import { findDocuments } from '../src/readme-snippets.ts';
import { FASTMCP_FEATURES } from './fastmcp-features.ts';

const read = (path: string): string => readFileSync(join(REPOSITORY_ROOT, path), 'utf8');

/** The codes in the first column of the table that follows a heading. */
function firstColumn(page: string, heading: string): readonly string[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, code = '']) => code);
}

/** The literals of a union type in a source file. */
function unionMembers(source: string, type: string): readonly string[] {
  const declaration = new RegExp(`export type ${type} =([^;]+);`).exec(source)?.[1] ?? '';
  return [...declaration.matchAll(/'([^']+)'/g)].map(([, member = '']) => member);
}

describe('the documentation', () => {
  it('has no dead link', () => {
    expect(checkLinks(REPOSITORY_ROOT, findDocuments(REPOSITORY_ROOT))).toEqual([]);
  });

  it('says of every event what it means', () => {
    const union =
      /export type VerifierEvent =([\s\S]*?)\n\n/.exec(read('packages/core/src/verifier-events.ts'))?.[1] ?? '';
    const events = [...union.matchAll(/readonly type: '([^']+)'/g)].map(([, type = '']) => type);
    expect(events.length).toBeGreaterThan(9);
    expect(firstColumn(read('docs/operating.md'), 'Events').toSorted()).toEqual(events.toSorted());
  });

  it('says of every code and reason its cause and its cure', () => {
    const source = read('packages/core/src/auth-error.ts');
    const codes = unionMembers(source, 'AuthErrorCode').filter((code) => code !== 'invalid_token');
    const reasons = unionMembers(source, 'InvalidTokenReason');
    expect([codes.length, reasons.length]).toEqual([5, 19]);
    const table = firstColumn(read('docs/operating.md'), 'Every refusal, its cause and its cure');
    expect(table.toSorted()).toEqual([...codes, ...reasons].toSorted());
  });

  it('names every kind of failure that an event can have', () => {
    const page = read('docs/operating.md');
    const kinds = [
      ...unionMembers(read('packages/core/src/fetch-json.ts'), 'FetchFailure'),
      ...unionMembers(read('packages/jwt/src/key-endpoint.ts'), 'KeyFailure'),
      ...unionMembers(read('packages/jwt/src/discovery.ts'), 'MetadataFailure'),
      ...unionMembers(read('packages/introspection/src/failure.ts'), 'FailureKind'),
    ];
    expect(kinds.length).toBeGreaterThan(20);
    expect(kinds.filter((kind) => !page.includes(`\`${kind}\``))).toEqual([]);
  });

  it('has a page that says of every token-verification feature of FastMCP what it is here', () => {
    const page = read('docs/migrating-from-fastmcp.md');
    const missing = Object.entries(FASTMCP_FEATURES).flatMap(([owner, names]) =>
      [owner, ...names].filter((name) => !new RegExp(`\`[^\`]*\\b${name}\\b[^\`]*\``).test(page)),
    );
    expect(missing).toEqual([]);
  });

  it('has an index from which every page is found', () => {
    const index = read('docs/README.md') + read('docs/guides/README.md') + read('docs/decisions/README.md');
    const pages = findDocuments(REPOSITORY_ROOT)
      .map((path) => path.slice(REPOSITORY_ROOT.length))
      .filter((path) => path.startsWith('docs/') && !path.endsWith('README.md'))
      .map((path) => path.slice(path.lastIndexOf('/') + 1));
    expect(pages.filter((page) => !index.includes(`${page}`))).toEqual([]);
  });
});
