import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Effort, median } from './measure.js';
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
  const facts = Object.fromEntries([...times].map(([name, samples]) => [`import ${name}, ms`, median(samples)]));
  return { benchmark: 'cold-start', groups: [], facts };
}

async function importMs(name: string): Promise<number> {
  const code = `const start = performance.now(); await import('${name}'); console.log(performance.now() - start);`;
  const cwd = dirname(fileURLToPath(import.meta.url));
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd });
  return Number(stdout);
}
