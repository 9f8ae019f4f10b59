import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

/** Compiled scripts, since a process of its own cannot read our TypeScript: the tests run them from here, too. */
const COMPILED = new URL('../dist/', import.meta.url);

/** Whether processes can be kept on one core each, so that who generates the load takes no time from who is measured. */
export const canPin: boolean = availableParallelism() > 1 && hasTaskset();

/** Starts a compiled script of this app in a process of its own, on one core where one is given and that can be arranged. */
export function startProcess(script: string, core?: number): ChildProcess {
  const pinned =
    canPin && core !== undefined
      ? { execPath: 'taskset', execArgv: ['--cpu-list', String(core), process.execPath] }
      : { execArgv: [] };
  return fork(new URL(script, COMPILED), { ...pinned, serialization: 'advanced' });
}

/** Sends a question to a process that answers each one with one message. */
export async function ask<Answer>(child: ChildProcess, question: object, timeoutMs = 60_000): Promise<Answer> {
  const answer = once(child, 'message', { signal: AbortSignal.timeout(timeoutMs) });
  child.send(question);
  const [value] = (await answer) as [Answer];
  return value;
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
