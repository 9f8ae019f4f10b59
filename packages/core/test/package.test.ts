import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as entry from '../src/index.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TSC = join(ROOT, '..', '..', 'node_modules', '.bin', 'tsc');

async function sources(): Promise<readonly (readonly [name: string, text: string])[]> {
  const names = (await readdir(join(ROOT, 'src'))).filter((name) => name.endsWith('.ts'));
  return Promise.all(names.map(async (name) => [name, await readFile(join(ROOT, 'src', name), 'utf8')] as const));
}

describe('@auth/core', () => {
  it('depends on nothing', async () => {
    const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    expect(Object.keys(manifest)).not.toContain('dependencies');
    expect(Object.keys(manifest)).not.toContain('peerDependencies');
    expect(Object.keys(manifest)).not.toContain('optionalDependencies');
    expect(manifest).toMatchObject({ type: 'module', sideEffects: false });
  });

  it('imports nothing but its own files: no package and no module of Node', async () => {
    const found = (await sources()).flatMap(([name, text]) =>
      [...text.matchAll(/(?:from|import|require)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
        ([, specifier]) => `${name}: ${specifier}`,
      ),
    );
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter((line) => !/: \.\/[a-z-]+\.js$/.test(line))).toEqual([]);
  });

  it('names no global that only Node has', async () => {
    const found = (await sources()).filter(([, text]) =>
      /\b(?:Buffer|process|setImmediate|__dirname|require)\b[.(]/.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
    );
    expect(found.map(([name]) => name)).toEqual([]);
  });

  it('exports these names and no others', () => {
    expect(Object.keys(entry).sort()).toMatchSnapshot();
  });

  it('has every source file in its layer order', async () => {
    const { authLayers } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    expect((await sources()).map(([name]) => name.replace(/\.ts$/, '')).sort()).toEqual([...authLayers].sort());
  });
});

const CONSUMER = `
import { authenticate, AuthError, firstMatch, requireScopes, authorize, toChallenge, TokenVerifier,
  type AccessToken, type AccessTokenInit, type HttpTransport, type VerifierEvent } from '@auth/core';

class MyVerifier extends TokenVerifier {
  protected override async authenticate(token: string): Promise<AccessTokenInit> {
    if (token !== 'good') throw new AuthError('invalid_token', { reason: 'not_recognized' });
    return { clientId: 'me', scopes: ['read'] };
  }
}
const observer = (event: VerifierEvent): string => event.type;
const verifier = firstMatch([new MyVerifier({ observer })]);
export const transport: HttpTransport = async ({ url, signal }) => {
  const response = await fetch(url, { signal: signal ?? null });
  return { status: response.status, headers: {}, body: response.body as unknown as AsyncIterable<Uint8Array> };
};
export async function handle(authorization: string | undefined): Promise<AccessToken | { status: number }> {
  try {
    const accessToken = await authenticate({ authorization, verifier });
    await authorize(accessToken, requireScopes('read'));
    return accessToken;
  } catch (error) {
    return toChallenge(error as AuthError);
  }
}
`;

describe('a consumer that has no types but those of the platform', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'auth-core-consumer-'));
    await writeFile(join(folder, 'consumer.ts'), CONSUMER);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['strict, as in a new project', {}],
    [
      'with every strictness that this workspace has',
      {
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        isolatedModules: true,
        verbatimModuleSyntax: true,
      },
    ],
  ])(
    'compiles against the built package, its declarations included: %s',
    async (_what, options) => {
      const declarations = join(ROOT, 'dist', 'index.d.ts');
      if (!existsSync(declarations)) throw new Error('build the package first: tsc -p tsconfig.build.json');
      const compilerOptions = {
        target: 'ES2024',
        lib: ['ES2024', 'DOM'],
        types: [],
        module: 'NodeNext',
        moduleResolution: 'NodeNext',
        strict: true,
        skipLibCheck: false,
        noEmit: true,
        paths: { '@auth/core': [declarations] },
        ...options,
      };
      await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
      const { stdout } = await promisify(execFile)(TSC, ['-p', folder]).catch((error: { stdout: string }) => error);
      expect(stdout).toBe('');
    },
    60_000,
  );
});
