import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository this copy of the tools belongs to. */
export const REPOSITORY_ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

export interface CommandResult {
  readonly exitCode: number;
  /** Standard output and standard error in the order they arrived; empty when the output was shown instead of kept. */
  readonly output: string;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Show the output as it comes instead of keeping it. Default: `false`. */
  readonly show?: boolean;
  /** Kill the process after so many milliseconds. Default: no limit. */
  readonly timeoutMs?: number;
}

/** Runs a program without a shell and without standard input. Never rejects: a program that cannot start has exit code 127. */
export function run(command: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args], {
      cwd: options.cwd,
      env: options.env ?? toolEnvironment(),
      stdio: ['ignore', options.show ? 'inherit' : 'pipe', options.show ? 'inherit' : 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => resolve({ exitCode: 127, output: `${command}: ${error.message}` }));
    child.on('close', (code, signal) => {
      const ending = signal ? `\n${command} was stopped by ${signal}` : '';
      resolve({ exitCode: code ?? 1, output: Buffer.concat(chunks).toString('utf8') + ending });
    });
  });
}

/**
 * The environment for child processes: no telemetry, and the pnpm that started us on the PATH, because turbo looks for it
 * there (with corepack it may be elsewhere).
 */
export function toolEnvironment(base: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const started = pnpmFromEnvironment(base);
  const path = base.PATH ?? '';
  return {
    ...base,
    ...(started ? { PATH: `${path}${delimiter}${dirname(started)}` } : {}),
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    DO_NOT_TRACK: '1',
    // turbo makes its children colour their output even when it goes into a file.
    ...(process.stdout.isTTY || base.FORCE_COLOR ? {} : { NO_COLOR: '1' }),
    // The pnpm that runs is the right one; without this, pnpm asks the registry about the pinned version at each call.
    pnpm_config_pm_on_fail: 'ignore',
  };
}

/** How to call pnpm: the running one when a pnpm script started us, else the one on the PATH, else through npx. */
export function pnpmCommand(env: NodeJS.ProcessEnv = process.env): readonly [command: string, ...args: string[]] {
  const started = pnpmFromEnvironment(env);
  if (started) return [started];
  return isPnpmAvailable(env) ? ['pnpm'] : ['npx', '--yes', 'pnpm@12'];
}

/** Whether turbo will be able to find pnpm. */
export function isPnpmAvailable(env: NodeJS.ProcessEnv = process.env): boolean {
  const folders = (env.PATH ?? '').split(delimiter);
  return pnpmFromEnvironment(env) !== undefined || folders.some((folder) => existsSync(join(folder, 'pnpm')));
}

function pnpmFromEnvironment(env: NodeJS.ProcessEnv): string | undefined {
  const path = env.npm_execpath;
  return path && /[\\/]pnpm(?:\.exe)?$/.test(path) ? path : undefined;
}
