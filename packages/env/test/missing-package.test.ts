import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const packages = new URL('../..', import.meta.url).pathname;
const require = createRequire(join(packages, 'jwt', 'package.json'));

let folder: string;

/** A project of its own, with copies of the built packages, as npm would install them. */
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'missing-')));
  for (const name of ['core', 'env', 'jwt']) await install(name);
  for (const name of ['jose', 'undici']) {
    await symlink(packageFolder(name), join(folder, 'node_modules', name));
  }
  const program = `
    import { verifierFromEnv } from '@auth/env';
    try {
      const verifier = await verifierFromEnv(JSON.parse(process.env.TEST_ENV));
      console.log(verifier.constructor.name);
    } catch (error) {
      console.log(error.name + ' ' + error.message);
    }`;
  await mkdir(join(folder, 'app'));
  await writeFile(join(folder, 'app', 'main.mjs'), program);
});
afterAll(() => rm(folder, { recursive: true }));

async function install(name: string, into = 'node_modules'): Promise<void> {
  const target = join(folder, into, '@auth', name);
  await mkdir(target, { recursive: true });
  for (const part of ['package.json', 'dist']) {
    await cp(join(packages, name, part), join(target, part), { recursive: true, dereference: true });
  }
}

function packageFolder(name: string): string {
  // The package's own entry is somewhere below its folder.
  const entry = require.resolve(name);
  const end = entry.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}`.length;
  return entry.slice(0, end);
}

async function start(env: Readonly<Record<string, string>>, cwd = folder): Promise<string> {
  const { stdout } = await run(process.execPath, [join(folder, 'app', 'main.mjs')], {
    cwd,
    env: { PATH: process.env.PATH, TEST_ENV: JSON.stringify(env) },
  });
  return stdout.trim();
}

const jwt = {
  MCP_SERVER_AUTH: 'jwt',
  MCP_SERVER_AUTH_JWT_JWKS_URI: 'https://auth.example.com/jwks',
  MCP_SERVER_AUTH_JWT_ISSUER: 'https://auth.example.com',
  MCP_SERVER_AUTH_JWT_AUDIENCE: 'notes',
};

describe('where @auth/introspection is not installed', () => {
  it('nothing changes for a user of jwt', async () => {
    expect(await start({ ...jwt, MCP_SERVER_AUTH_INTROSPECTION_CLIENT_ID: 'left over' })).toBe('JWTVerifier');
  });

  it('a user of introspection gets the cure in one line, among all other problems', async () => {
    const output = await start({ MCP_SERVER_AUTH: 'introspection', MCP_SERVER_AUTH_RESSOURCE: 'x' });
    expect(output.split('\n').map((line) => line.trim())).toEqual([
      'EnvironmentError the environment cannot be used:',
      'MCP_SERVER_AUTH: needs the package @auth/introspection, which is not installed: npm install @auth/introspection',
      'MCP_SERVER_AUTH_RESSOURCE: unknown variable; the nearest known is MCP_SERVER_AUTH_RESOURCE',
    ]);
  });

  it('a user of static gets the package that has it', async () => {
    expect(await start({ MCP_SERVER_AUTH: 'static' })).toContain('npm install @auth/dev-verifiers');
  });
});

describe('with a strict package manager, where only the application sees what it installed', () => {
  const module = `
    export const fromEnv = () => {
      class AcmeVerifier { async verifyToken() { throw new Error('unused'); } }
      return new AcmeVerifier();
    };`;

  beforeAll(async () => {
    const target = join(folder, 'app', 'node_modules', 'acme-verifier');
    await mkdir(join(target, 'lib'), { recursive: true });
    await writeFile(join(target, 'lib', 'main.js'), module);
    await writeFile(join(target, 'lib', 'sub.js'), module);
    const manifest = {
      name: 'acme-verifier',
      type: 'module',
      exports: { '.': { types: './x.d.ts', import: './lib/main.js' }, './sub': { import: { node: './lib/sub.js' } } },
    };
    await writeFile(join(target, 'package.json'), JSON.stringify(manifest));
    const legacy = join(folder, 'app', 'node_modules', '@acme', 'legacy');
    await mkdir(legacy, { recursive: true });
    await writeFile(
      join(legacy, 'package.json'),
      JSON.stringify({ name: '@acme/legacy', type: 'module', main: 'main.js' }),
    );
    await writeFile(join(legacy, 'main.js'), module);
  });

  it.each(['acme-verifier', 'acme-verifier/sub', '@acme/legacy'])(
    '%s is found from the main file',
    async (specifier) => {
      expect(await start({ MCP_SERVER_AUTH: specifier })).toBe('AcmeVerifier');
    },
  );

  it.each(['acme-verifier', 'acme-verifier/sub', '@acme/legacy'])(
    '%s is found from the working directory',
    async (specifier) => {
      expect(await start({ MCP_SERVER_AUTH: specifier }, join(folder, 'app'))).toBe('AcmeVerifier');
    },
  );

  it('what the package does not export is not found', async () => {
    expect(await start({ MCP_SERVER_AUTH: 'acme-verifier/none' })).toContain(
      'MCP_SERVER_AUTH: must be jwt, introspection',
    );
  });

  it('a package of ours is found there, too', async () => {
    await rm(join(folder, 'node_modules', '@auth', 'jwt'), { recursive: true });
    await install('jwt', 'app/node_modules');
    try {
      expect(await start(jwt)).toBe('JWTVerifier');
    } finally {
      await install('jwt');
    }
  });
});
