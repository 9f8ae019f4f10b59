import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle.js';
import { BUILT, type Runtime } from './runtime.js';
import type { SmokeConfig } from './smoke-config.js';

export interface RunningServer extends AsyncDisposable {
  readonly origin: string;
}

/** Time to start; a machine that is busy with everything else takes its time. */
const START_MS = 60_000;

const SERVE = join(BUILT, 'serve.js');

/** workerd: the bundled Worker, its configuration as a binding, and a network that includes this machine. */
const WORKERD_CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "2025-09-01",
      bindings = [(name = "CONFIG", text = embed "config.json")],
      globalOutbound = "network",
    )),
    (name = "network", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;

/** Starts the smoke server on a runtime, in a process of its own. Rejects with what the process wrote when it does not start. */
export async function startServer(runtime: Runtime, executable: string, config: SmokeConfig): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), 'runtime-'));
  const args = await argumentsOf(runtime, config, folder);
  const child = spawn(executable, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const port = await new Promise<string>((resolve, reject) => {
      let output = '';
      const fail = (): void => reject(new Error(`${runtime.name} did not start:\n${output}`));
      const timer = setTimeout(fail, START_MS);
      const read = (chunk: Buffer): void => {
        output += chunk;
        const found = /\bport"?[ :](\d+)/.exec(output)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('error', fail);
      child.once('close', fail);
    });
    return { origin: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function argumentsOf(runtime: Runtime, config: SmokeConfig, folder: string): Promise<readonly string[]> {
  const json = JSON.stringify(config);
  if (runtime.package === 'deno') {
    return ['run', '--no-prompt', '--allow-net', '--allow-env', '--allow-read', SERVE, json];
  }
  if (runtime.package !== 'workerd') return [SERVE, json];
  const worker = join(BUILT, 'worker.js');
  const { code } = await bundle(await readFile(worker, 'utf8'), runtime.conditions);
  const file = join(folder, 'config.capnp');
  await writeFile(file, WORKERD_CONFIG);
  await writeFile(join(folder, 'worker.js'), code);
  await writeFile(join(folder, 'config.json'), json);
  return ['serve', file, '--control-fd=1'];
}
