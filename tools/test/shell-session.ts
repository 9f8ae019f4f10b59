import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** One shell into which blocks are pasted, as a reader would: variables, functions and background jobs stay. */
export class ShellSession implements AsyncDisposable {
  readonly #shell: ChildProcessByStdio<Writable, Readable, null>;
  /** What the current block has printed. */
  #output = '';
  #waiting: (() => void) | undefined;
  #blocks = 0;

  constructor(cwd: string, env: NodeJS.ProcessEnv) {
    // A process group of its own, so that nothing that was started in the background survives.
    this.#shell = spawn('bash', ['--noprofile', '--norc'], {
      cwd,
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#waiting?.();
    });
    this.#shell.stdin.write('exec 2>&1\n');
  }

  /**
   * Pastes a block and waits until its commands have ended (those in the background go on) and have printed `expected`, part by
   * part in this order. Rejects with what was printed after `timeoutMs`.
   */
  async paste(block: string, expected: readonly string[], timeoutMs: number): Promise<string> {
    const end = `— end of block ${++this.#blocks} —`;
    this.#output = '';
    this.#shell.stdin.write(`${block}\necho "${end}"\n`);
    const isDone = (): boolean =>
      this.#output.includes(`${end}\n`) && firstMissing(this.#output, expected) === undefined;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        const missing = firstMissing(this.#output, expected) ?? 'the end of the block';
        reject(new Error(`pasted:\n${block}\n\nwaited in vain for:\n${missing}\n\nprinted:\n${this.#output}`));
      }, timeoutMs);
      this.#waiting = () => {
        if (!isDone()) return;
        clearTimeout(timer);
        resolve();
      };
      this.#waiting();
    });
    return this.#output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pid, exitCode, signalCode } = this.#shell;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const closed = once(this.#shell, 'close');
    process.kill(-pid, 'SIGKILL');
    await closed;
  }
}

/** The first of the texts that does not follow the ones before it. */
function firstMissing(output: string, expected: readonly string[]): string | undefined {
  let at = 0;
  for (const text of expected) {
    const found = output.indexOf(text, at);
    if (found === -1) return text;
    at = found + text.length;
  }
  return undefined;
}
