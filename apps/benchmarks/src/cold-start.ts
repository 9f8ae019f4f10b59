import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Effort } from './measure.js';
import { median } from './median.js';
import type { Report } from './report.js';

const MODULES = [
  '@auth/core',
  '@auth/jwt',
  '@auth/introspection',
  '@auth/http',
  'jose',
  'fast-jwt',
  'jsonwebtoken',
  'aws-jwt-verify',
  'express-oauth2-jwt-bearer',
  'undici',
];

const run = promisify(execFile);

/** How long an import takes in a fresh process, in turns; medians in milliseconds. */
export async function coldStartBenchmark({ rounds }: Effort, modules: readonly string[] = MODULES): Promise<Report> {
  const times = new Map<string, number[]>(modules.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, samples] of times) {
      const ms = await importMs(name);
      // The first one may read from the disk.
      if (round >= 0) samples.push(ms);
    }
  }
  const imports = Object.fromEntries([...times].map(([name, samples]) => [`import ${name}, ms`, median(samples)]));
  const facts = { ...imports, 'files of undici loaded before anything is fetched': await undiciFiles() };
  return { benchmark: 'cold-start', groups: [], facts };
}

/** Makes both verifiers, verifies with a static key, and counts what was loaded of undici by then. */
async function undiciFiles(): Promise<number> {
  const code = `
    import { createRequire } from 'node:module';
    import { JWTVerifier } from '@auth/jwt';
    import { IntrospectionTokenVerifier } from '@auth/introspection';
    const options = { issuer: null, audience: null };
    const secret = 'x'.repeat(32);
    await new JWTVerifier({ ...options, secret }).verifyToken('a.b.c').catch(() => undefined);
    new JWTVerifier({ ...options, jwksUri: 'https://login.example/jwks' });
    new IntrospectionTokenVerifier({ ...options, introspectionUrl: 'https://login.example/introspect', clientId: 'a', clientSecret: secret });
    const files = Object.keys(createRequire(process.cwd() + '/x.js').cache);
    console.log(files.filter((file) => /[\\\\/]undici[\\\\/]/.test(file)).length);
  `;
  return Number(await outputOf(code));
}

async function importMs(name: string): Promise<number> {
  const code = `const start = performance.now(); await import('${name}'); console.log(performance.now() - start);`;
  return Number(await outputOf(code));
}

async function outputOf(code: string): Promise<string> {
  const cwd = dirname(fileURLToPath(import.meta.url));
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd });
  return stdout;
}
