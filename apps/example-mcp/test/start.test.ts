import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function start(strategy: string): Promise<{ url: string; output: string }> {
  const env = {
    ...process.env,
    STRATEGY: strategy,
    PORT: String(await freePort()),
    AUTHORIZATION_SERVER_PORT: String(await freePort()),
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
  return { url: `http://127.0.0.1:${env.PORT}/mcp`, output };
}

it.each(['jwks', 'hmac', 'introspection', 'static', 'debug'])(
  'serves with the strategy %s, prints what to paste, and refuses a caller without a token',
  async (strategy) => {
    const { url, output } = await start(strategy);
    expect(output).toContain(url);
    expect(output).toContain('TOKEN=');
    const answer = await fetch(url, { method: 'POST' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('resource_metadata=');
  },
  20_000,
);

it('runs the printed commands as they are: a token, then a tool call with it', async () => {
  const { output } = await start('jwks');
  // The lines from the one that starts a command to the blank one that ends it.
  const lines = output.split('\n');
  const command = (start: string): string => {
    const first = lines.findIndex((text) => text.startsWith(`  ${start}`));
    return lines.slice(first, lines.indexOf('', first)).join('\n');
  };
  const script = `${command('TOKEN=')}\n${command('curl -si')}`;
  const shell = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  let answer = '';
  for await (const chunk of shell.stdout) answer += String(chunk);
  expect(answer).toContain('HTTP/1.1 200');
  expect(answer).toContain('You have no notes');
}, 20_000);
