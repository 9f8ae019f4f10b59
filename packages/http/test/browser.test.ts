import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireAuth } from '../src/node.js';
import { GATES } from './support/gates.js';
import { listen, type RunningServer, SKINS } from './support/skins.js';

/** Debian's package `chromium`. */
const CHROMIUM = '/usr/bin/chromium';
const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) console.warn(`browser tests are skipped: ${CHROMIUM} is not there (apt-get install chromium)`);

/** What a page can find out on its way to a login; the name of the step that the browser forbids, where it forbids one. */
type Found =
  | { readonly status: number; readonly challenge: string | null; readonly metadata: unknown; readonly refusal: string }
  | { readonly forbidden: string };

/** Runs in the page. Both requests carry fields that make the browser ask first (a preflight), as MCP clients do. */
async function discover(server: string): Promise<Found> {
  const fields = { 'Content-Type': 'application/json', 'Mcp-Protocol-Version': '2026-07-28', 'X-Custom': '1' };
  try {
    const first = await fetch(`${server}/mcp`, { method: 'POST', headers: fields, body: '{}' });
    const challenge = first.headers.get('www-authenticate');
    const pointer = /resource_metadata="([^"]+)"/.exec(challenge ?? '')?.[1];
    if (pointer === undefined) return { forbidden: 'reading the challenge' };
    const metadata = await fetch(`${server}${new URL(pointer).pathname}`, { headers: fields });
    const bad = { ...fields, Authorization: 'Bearer bad' };
    const second = await fetch(`${server}/mcp`, { method: 'POST', headers: bad, body: '{}' });
    return {
      status: first.status,
      challenge,
      metadata: await metadata.json(),
      refusal: `${second.status} ${second.headers.get('www-authenticate')}`,
    };
  } catch {
    return { forbidden: 'a request' };
  }
}

describe.runIf(hasChromium)('a page on another origin, in a real browser', () => {
  let browser: Browser;
  let page: Page;
  let site: RunningServer;
  const running: RunningServer[] = [];

  beforeAll(async () => {
    site = await listen(
      createServer((_request, response) => {
        response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>client</title>');
      }),
    );
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${site.port}/`);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await Promise.all([site, ...running].map((server) => server?.close()));
  });

  async function visit(server: RunningServer): Promise<Found> {
    running.push(server);
    return page.evaluate(discover, `http://127.0.0.1:${server.port}`);
  }

  test.each(Object.entries(SKINS))('finds its way from the 401 of %s to the metadata', async (_name, start) => {
    expect(await visit(await start(GATES.full))).toEqual({
      status: 401,
      challenge: expect.stringMatching(/^Bearer scope="notes:read", resource_metadata="https:/),
      metadata: GATES.full.metadata,
      refusal: expect.stringMatching(/^401 Bearer error="invalid_token"/),
    });
  });

  test.each([
    ['Access-Control-Allow-Origin', 'a request'],
    ['Access-Control-Allow-Headers', 'a request'],
    ['Access-Control-Expose-Headers', 'reading the challenge'],
  ])('would be lost without %s', async (missing, step) => {
    const authenticate = requireAuth(GATES.full);
    const server = createServer((request, response) => {
      const { setHeader } = response;
      response.setHeader = (name, value) => (name === missing ? response : setHeader.call(response, name, value));
      void authenticate(request, response, () => response.end());
    });
    expect(await visit(await listen(server))).toEqual({ forbidden: step });
  });
});
