import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT, run } from '../src/command.ts';
import { installedSize } from '../src/installed-size.ts';
import { type PackedPackage, packPackage } from '../src/pack-package.ts';
import { findPackages } from '../src/workspace.ts';
import { WorkspaceFixture } from './workspace-fixture.ts';

/** What a user writes first. The token is signed by hand, so that nothing but the two packages is involved. */
const SCRIPT = `
import { generateKeyPairSync, sign } from 'node:crypto';
import { isAuthError } from '@auth/core';
import { JWTVerifier } from '@auth/jwt';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const issuer = 'https://issuer.example';
const audience = 'https://api.example';
const now = Math.floor(Date.now() / 1000);
const text = encode({ alg: 'RS256', typ: 'JWT' }) + '.' +
  encode({ iss: issuer, aud: audience, sub: 'alice', client_id: 'app', scope: 'read', iat: now, exp: now + 60 });
const token = text + '.' + sign('sha256', Buffer.from(text), privateKey).toString('base64url');

const verifier = new JWTVerifier({ publicKey: publicKey.export({ type: 'spki', format: 'pem' }), issuer, audience });
const { subject, clientId, scopes } = await verifier.verifyToken(token);
const refused = await verifier.verifyToken(token.slice(0, -8) + 'AAAAAAAA').catch((error) => error);
console.log(JSON.stringify({ subject, clientId, scopes, refused: isAuthError(refused) && refused.reason }));
await verifier.close();
`;

/**
 * The consumer installs without the network: the third-party dependencies are packed from this workspace and named as
 * overrides. Everything else npm might want (another copy of @auth/core, a framework) would make the installation fail.
 */
const THIRD_PARTY = ['jose', 'undici'];
const NPM = ['--no-audit', '--no-fund', '--no-update-notifier', '--ignore-scripts', '--loglevel=error'];

describe('a project outside the workspace that installs the packed @auth/core and @auth/jwt alone', () => {
  const consumer = new WorkspaceFixture({ 'verify.mjs': SCRIPT });
  const packages: PackedPackage[] = [];
  let installed: readonly string[] = [];

  beforeAll(async () => {
    const dependencies: Record<string, string> = {};
    for (const name of ['core', 'jwt']) {
      const packed = await packPackage(join(REPOSITORY_ROOT, 'packages', name));
      packages.push(packed);
      dependencies[packed.manifest.name] = `file:${packed.tarball}`;
    }
    const overrides: Record<string, string> = {};
    for (const name of THIRD_PARTY) overrides[name] = `file:${await packInstalled(name, consumer.root)}`;
    consumer.write({ 'package.json': { name: 'consumer', private: true, type: 'module', dependencies, overrides } });

    const { exitCode, output } = await run('npm', ['install', '--offline', ...NPM], { cwd: consumer.root });
    expect(output, output).not.toContain('npm error');
    expect(exitCode, output).toBe(0);
    installed = await listInstalled(join(consumer.root, 'node_modules'));
  }, 120_000);

  afterAll(async () => {
    consumer[Symbol.dispose]();
    for (const packed of packages) await packed.remove();
  });

  it('has nothing in node_modules but the two and what they need', () => {
    expect(installed).toEqual(['@auth/core', '@auth/jwt', 'jose', 'undici']);
  });

  it('has as many packages, and about as many bytes, as the table in the README says', () => {
    const jwt = findPackages(REPOSITORY_ROOT).find(({ name }) => name === '@auth/jwt');
    if (!jwt) throw new Error('no @auth/jwt in the workspace');
    const computed = installedSize(jwt);
    expect(computed.packages).toBe(installed.length);
    const bytes = readdirSync(join(consumer.root, 'node_modules'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
    // The licence that packing adds, and the versions that it writes into package.json.
    expect(Math.abs(computed.bytes - bytes)).toBeLessThan(10_000);
  });

  it.each([
    '@auth/introspection',
    '@auth/http',
    '@auth/mcp',
    '@modelcontextprotocol',
    'express',
    'hono',
    'fastify',
    'zod',
  ])('has no %s', (name) => {
    expect(existsSync(join(consumer.root, 'node_modules', name))).toBe(false);
  });

  it('has one copy of @auth/core, the packed one', async () => {
    const nested = join(consumer.root, 'node_modules/@auth/jwt/node_modules');
    expect(existsSync(nested)).toBe(false);
    const lock = await readFile(join(consumer.root, 'package-lock.json'), 'utf8');
    expect(lock.match(/"node_modules\/@auth\/core"/g)).toHaveLength(1);
  });

  it('accepts a good token and refuses a forged one', async () => {
    const { exitCode, output } = await run(process.execPath, ['verify.mjs'], { cwd: consumer.root, timeoutMs: 30_000 });
    expect(exitCode, output).toBe(0);
    expect(JSON.parse(output)).toEqual({
      subject: 'alice',
      clientId: 'app',
      scopes: ['read'],
      refused: 'signature_invalid',
    });
  });
});

/** Packs a dependency as it is installed here; the path of its tarball. */
async function packInstalled(name: string, target: string): Promise<string> {
  const entry = realpathSync(fileURLToPath(import.meta.resolve(name)));
  const folder = entry.slice(0, entry.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}`.length);
  const args = ['pack', '--json', '--pack-destination', target, ...NPM];
  const { exitCode, output } = await run('npm', args, { cwd: folder });
  expect(exitCode, output).toBe(0);
  const file = (await readdir(target)).find((entryName) => entryName.startsWith(`${name}-`));
  return join(target, file ?? 'missing.tgz');
}

async function listInstalled(folder: string): Promise<readonly string[]> {
  const manifests = await readdir(folder, { recursive: true });
  return manifests
    .filter((path) => /^(?:@[^/]+\/)?[^/@]+\/package\.json$/.test(path))
    .map((path) => dirname(path))
    .sort();
}
