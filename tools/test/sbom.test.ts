import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pnpmCommand, REPOSITORY_ROOT, toolEnvironment } from '../src/command.ts';
import { readManifest } from '../src/workspace.ts';

interface Bom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly purl: string } };
  readonly components: readonly { readonly purl: string; readonly externalReferences?: readonly object[] }[];
}

/** What each published package brings along: the dependency policy of SECURITY.md, as it really is. */
const BROUGHT_ALONG: Readonly<Record<string, readonly string[]>> = {
  core: [],
  'dev-verifiers': ['@auth/core'],
  env: ['@auth/core'],
  http: ['@auth/core'],
  introspection: ['@auth/core', 'jose', 'undici'],
  jwt: ['@auth/core', 'jose', 'undici'],
  mcp: ['@auth/core'],
  testing: ['@auth/core', 'jose'],
};

describe('the bills of materials that a release publishes', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sbom-'));
    const script = readManifest(REPOSITORY_ROOT).scripts?.['sbom:packages'] ?? '';
    const given = script
      .replaceAll("'", '')
      .replace('sbom/%s-%v.cdx.json', join(folder, '%s.json'))
      .split(' ')
      .slice(1);
    const [command, ...args] = pnpmCommand();
    await promisify(execFile)(command, [...args, ...given], { cwd: REPOSITORY_ROOT, env: toolEnvironment() });
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const read = async (name: string): Promise<Bom> =>
    JSON.parse(await readFile(join(folder, `auth-${name}.json`), 'utf8')) as Bom;

  it('are one for each package', async () => {
    const packages = await readdir(join(REPOSITORY_ROOT, 'packages'));
    expect(packages.sort()).toEqual(Object.keys(BROUGHT_ALONG));
    expect((await readdir(folder)).sort()).toEqual(packages.map((name) => `auth-${name}.json`));
  });

  it.each(Object.entries(BROUGHT_ALONG))('%s: nothing but what the policy allows', async (name, expected) => {
    const { bomFormat, metadata, components } = await read(name);
    expect(bomFormat).toBe('CycloneDX');
    const { version } = JSON.parse(await readFile(join(REPOSITORY_ROOT, 'packages', name, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(metadata.component.purl).toBe(`pkg:npm/%40auth/${name}@${version}`);
    const names = components.map(({ purl }) =>
      decodeURIComponent(purl.replace(/^pkg:npm\//, '').replace(/@[^@]*$/, '')),
    );
    expect(names.sort()).toEqual(expected);
  });

  it('name the hash of everything that comes from the registry', async () => {
    const { components } = await read('jwt');
    const foreign = components.filter(({ purl }) => !purl.includes('%40auth'));
    expect(foreign).toHaveLength(2);
    for (const { externalReferences } of foreign) expect(JSON.stringify(externalReferences)).toContain('SHA-512');
  });
});
