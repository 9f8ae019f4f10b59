import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT } from '../src/command.ts';
import { LocalRegistry } from './local-registry.ts';
import { ShellSession } from './shell-session.ts';

const PAGE = await readFile(join(REPOSITORY_ROOT, 'docs/getting-started.md'), 'utf8');
/** Of the page: the server's, and the authorization server's. Here they may be taken, so others are put in their place. */
const PORTS = ['3000', '4000'];
/** For one block; npm installs in some of them. */
const PASTE_MS = 60_000;
const TIMEOUT_MS = 300_000;

type Step =
  | { readonly kind: 'file'; readonly name: string; readonly content: string }
  | { readonly kind: 'shell'; readonly block: string; readonly expected: readonly string[] };

describe('a reader who pastes every block of "Getting started" into one shell, in a fresh project', () => {
  let session: ShellSession;
  let registry: LocalRegistry;
  let folder: string;
  let inPage: (text: string) => string;

  beforeAll(async () => {
    registry = await LocalRegistry.start(['jose', 'undici']);
    folder = await mkdtemp(join(tmpdir(), 'getting-started-'));
    const free = await freePorts(PORTS.length);
    inPage = (text) => PORTS.reduce((changed, port, index) => changed.replaceAll(port, `${free[index]}`), text);
    const { PATH, HOME } = process.env;
    session = new ShellSession(folder, {
      PATH,
      HOME,
      npm_config_registry: registry.url,
      npm_config_cache: join(folder, '.npm'),
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
    });
  }, TIMEOUT_MS);

  afterAll(async () => {
    await session?.[Symbol.asyncDispose]();
    await registry?.[Symbol.asyncDispose]();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  // In the order of the page: later sections build on the project, and on the shell, of the earlier ones.
  for (const { title, steps } of readSections(PAGE)) {
    it(`gets what the page says under "${title}"`, { timeout: TIMEOUT_MS }, async () => {
      for (const step of steps) {
        if (step.kind === 'file') {
          await writeFile(join(folder, 'notes-server', step.name), inPage(step.content));
        } else {
          const printed = await session.paste(inPage(step.block), step.expected.map(inPage), PASTE_MS);
          expect(printed).not.toContain('npm error');
        }
      }
    });
  }

  it('covers every strategy', () => {
    const titles = readSections(PAGE).map(({ title }) => title);
    expect(titles.slice(1)).toEqual([
      'JWTs, with published keys',
      'JWTs, with one public key',
      'JWTs, with a shared secret',
      'Opaque tokens',
      'Development tokens',
      'Chosen by the environment',
    ]);
  });
});

/** The sections that have something to do: files to save, blocks to paste, and the lines that must then be printed. */
function readSections(page: string): readonly { readonly title: string; readonly steps: readonly Step[] }[] {
  return page
    .split(/^## /m)
    .slice(1)
    .map((section) => ({ title: section.slice(0, section.indexOf('\n')), steps: readSteps(section) }))
    .filter(({ steps }) => steps.length > 0);
}

function readSteps(section: string): readonly Step[] {
  const steps: Step[] = [];
  const blocks = section.matchAll(/([^\n]*)\n\n```(\w+)[^\n]*\n([\s\S]*?)^```$/gm);
  for (const [, before = '', language, content = ''] of blocks) {
    if (language === 'ts') {
      const name = /[Ss]ave (?:this )?as `([\w.-]+)`/.exec(before)?.[1];
      if (name === undefined) throw new Error(`which file is this to be saved as?\n${before}\n${content}`);
      steps.push({ kind: 'file', name, content });
    } else if (language === 'sh') {
      steps.push({ kind: 'shell', block: content.trimEnd(), expected: [] });
    } else {
      const last = steps.pop();
      if (language !== 'text' || last?.kind !== 'shell') throw new Error(`what is this?\n${content}`);
      steps.push({ ...last, expected: content.trimEnd().split('\n') });
    }
  }
  return steps;
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
