import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type AuthorizationServer, KeyPair, startAuthorizationServer } from '@auth/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installToolchain } from '../src/install-toolchain.js';
import { type RunningServer, startServer } from '../src/running-server.js';
import { findExecutable, RUNTIMES, TOOLCHAIN } from '../src/runtime.js';
import type { SmokeConfig } from '../src/smoke-config.js';
import { ALGORITHMS, CASES, ML_DSA, type World } from './cases.js';

const CACHE = join(import.meta.dirname, '..', 'node_modules', '.cache', 'toolchain');
const PINNED = JSON.parse(readFileSync(join(TOOLCHAIN, 'package.json'), 'utf8'));

/** In CI a runtime that cannot be had is a failure; elsewhere (no network, a rare platform) its tests are skipped. */
const REQUIRED = process.env.TEST_RUNTIMES === 'required';

const modules = await installToolchain(CACHE).catch((error: unknown) => {
  if (REQUIRED) throw error;
  console.warn(`The runtimes cannot be installed, their tests are skipped. ${String(error)}`);
  return '';
});
const executables = RUNTIMES.map((runtime) => [runtime, findExecutable(runtime, modules)] as const);
for (const [{ name }, executable] of executables) {
  if (executable) continue;
  if (REQUIRED) throw new Error(`${name} cannot be had for ${process.platform}-${process.arch}`);
  console.warn(`${name} cannot be had here: its tests are skipped`);
}

let world: World;
let config: SmokeConfig;

beforeAll(async () => {
  const server: AuthorizationServer = await startAuthorizationServer();
  const pairs = await Promise.all(
    [...ALGORITHMS, ML_DSA].map(
      async (algorithm) => [algorithm, await KeyPair.generate(algorithm as 'RS256')] as const,
    ),
  );
  const secret = await KeyPair.generate('HS256');
  world = { server, keys: Object.fromEntries(pairs), secret };
  config = {
    issuer: server.issuer,
    audience: server.audience,
    publicKeys: Object.fromEntries(pairs.map(([algorithm, pair]) => [algorithm, pair.jwk])),
    secret: secret.secret,
    jwksUri: server.jwksUri,
    introspectionUrl: server.introspectionUrl,
    clientId: server.resourceServer.clientId,
    clientSecret: server.resourceServer.clientSecret,
    deadOrigin: await deadOrigin(),
  };
});

afterAll(() => world.server.close());

describe.each(executables)('$name', (runtime, executable) => {
  describe.skipIf(executable === undefined)('runs the built packages', () => {
    let server: RunningServer;

    beforeAll(async () => {
      server = await startServer(runtime, executable ?? '', config);
    });
    afterAll(() => server?.[Symbol.asyncDispose]());

    const call = (path: string, token?: string): Promise<Response> =>
      fetch(server.origin + path, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

    it('in the version that is pinned', () => {
      const [, pinned = ''] =
        Object.entries<string>({ ...PINNED.dependencies, ...PINNED.optionalDependencies })
          .find(([name]) => name === runtime.package || name.startsWith(`${runtime.package}-`))
          ?.map((text) => text.replace(/^.*@/, '')) ?? [];
      const shown = execFileSync(executable ?? '', ['--version'], { encoding: 'utf8' });
      // workerd's package is 1.DATE.PATCH, the program says the date as 2026-11-17.
      expect(shown.replaceAll('-', '')).toContain(runtime.package === 'workerd' ? pinned.split('.')[1] : pinned);
    });

    it.each(CASES.map((smokeCase) => [smokeCase.name, smokeCase] as const))('%s', async (_name, smokeCase) => {
      const token = await smokeCase.token?.(world);
      const response = await call(smokeCase.path, token);
      const body = await response.json().catch(() => undefined);
      expect(response.status, JSON.stringify(body)).toBe(smokeCase.status);
      if (smokeCase.status === 200) {
        expect(body).toMatchObject({ subject: 'alice', scopes: ['read'] });
        return;
      }
      expect(response.headers.get('x-code')).toBe(smokeCase.code);
      expect(response.headers.get('x-reason')).toBe(smokeCase.reason);
      expect(body ?? {}).not.toHaveProperty('subject');
      expect(response.headers.has('retry-after')).toBe(smokeCase.status === 503);
      const challenge = response.headers.get('www-authenticate');
      if (smokeCase.status === 503) expect(challenge).toBe(null);
      else expect(challenge).toMatch(/^Bearer/);
    });

    it(`${runtime.mlDsa ? 'verifies' : 'says that it cannot verify'} ML-DSA`, async () => {
      const { server: issuer, keys } = world;
      const { issuer: iss, audience } = issuer;
      const token = await keys[ML_DSA]?.createToken({ issuer: iss, audience, subject: 'alice', scopes: ['read'] });
      const response = await call(`/static/${ML_DSA}`, token);
      const text = await response.text();
      expect(response.status, text).toBe(runtime.mlDsa ? 200 : 501);
      if (!runtime.mlDsa) expect(text).toContain(`this runtime cannot verify ${ML_DSA}`);
    });

    it('answers callers who come at once while the keys are not there yet', async () => {
      const token = await world.server.issue({ subject: 'alice', scopes: ['read'] });
      const responses = await Promise.all(Array.from({ length: 8 }, () => call('/discovery/at-once', token)));
      expect(responses.map(({ status }) => status)).toEqual(Array(8).fill(200));
    });

    it('knows a key right after a rotation', async () => {
      await call('/jwks/rotation', await world.server.issue({ subject: 'alice', scopes: ['read'] }));
      await world.server.rotateKeys();
      const token = await world.server.issue({ subject: 'alice', scopes: ['read'] });
      expect((await call('/jwks/rotation', token)).status).toBe(200);
    });
  });
});

/** An origin of this machine where nothing listens any more. */
async function deadOrigin(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}
