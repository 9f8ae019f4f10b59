import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TOOLCHAIN } from './runtime.js';

const MAX_MINUTES = 10;

/**
 * Installs the pinned runtimes once, by `npm ci` without install scripts, into a cache below `cacheRoot`; resolves to its
 * node_modules. A cache of another lock file is removed. Rejects with npm's words when they cannot be had.
 */
export async function installToolchain(cacheRoot: string): Promise<string> {
  const lock = await readFile(join(TOOLCHAIN, 'package-lock.json'));
  const target = join(cacheRoot, createHash('sha256').update(lock).digest('hex').slice(0, 16));
  const modules = join(target, 'node_modules');
  if (existsSync(modules)) return modules;

  await rm(cacheRoot, { recursive: true, force: true });
  await mkdir(cacheRoot, { recursive: true });
  // Elsewhere first: an installation that was interrupted is never taken for a whole one.
  const draft = await mkdtemp(join(cacheRoot, 'draft-'));
  await cp(TOOLCHAIN, draft, { recursive: true });
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1', '--fetch-retry-mintimeout=1000'];
  try {
    await promisify(execFile)('npm', ['ci', ...options, '--loglevel=error'], {
      cwd: draft,
      timeout: MAX_MINUTES * 60_000,
    });
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  return modules;
}
