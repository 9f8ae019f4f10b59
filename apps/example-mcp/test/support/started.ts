import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const children: ChildProcess[] = [];

/** The example as `pnpm start` runs it. */
export interface Started {
  /** Of the protected MCP server. */
  readonly url: string;
  /** Of the page, where there is one. */
  readonly pageUrl: string | undefined;
  /** What it has printed by now. */
  readonly output: string;
}

/** Ends what {@link start} started; after each test. */
export async function stopAll(): Promise<void> {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

/** Starts the example on free ports, and waits until it serves. */
export async function start(variables: Record<string, string>): Promise<Started> {
  const env = {
    ...process.env,
    NODE_ENV: 'development',
    ...variables,
    PORT: String(await freePort()),
    AUTHORIZATION_SERVER_PORT: String(await freePort()),
    PAGE_PORT: '0',
    SECRET: 'a secret of at least thirty-two bytes for the test',
  };
  const child = spawn(process.execPath, [cli, 'start'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let output = '';
  // Not `for await`, whose end would close the pipe that the server goes on writing its log to.
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
      if (output.includes('Ctrl+C')) resolve();
    });
  });
  return {
    url: `http://127.0.0.1:${env.PORT}/mcp`,
    pageUrl: /in the browser: (\S+)/.exec(output)?.[1],
    get output() {
      return output;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
