import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { faintTexts } from './support/contrast.js';
import { indexedPng } from './support/indexed-png.js';
import { type Started, start, stopAll } from './support/started.js';

/** Debian's package `chromium`. */
const CHROMIUM = '/usr/bin/chromium';
const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) console.warn(`browser tests are skipped: ${CHROMIUM} is not there (apt-get install chromium)`);

/** `pnpm --filter example-mcp screenshots` keeps the pictures; an ordinary run only takes them. */
const keepPictures = process.env.TEST_SCREENSHOTS === '1';
const PICTURES = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url));
const MAX_PICTURE_BYTES = 100 * 1024;
const TIMEOUT_MS = 120_000;

describe.runIf(hasChromium)('the page, in a real browser and by keyboard', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let started: Started;
  /** Whatever a healthy page has none of: messages on the console, errors, requests to another origin. */
  let trouble: string[];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  }, TIMEOUT_MS);

  afterAll(() => browser?.close());

  beforeEach(async () => {
    started = await start({});
    trouble = [];
    context = await browser.newContext({ viewport: { width: 1060, height: 900 }, reducedMotion: 'reduce' });
    page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const origin = new URL(started.pageUrl ?? '').origin;
    page.on('console', (message) => trouble.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== origin) trouble.push(`request: ${request.url()}`);
    });
    await page.goto(started.pageUrl ?? '');
    await page.locator('input[value=good]').waitFor();
  }, TIMEOUT_MS);

  afterEach(async () => {
    await context.close();
    await stopAll();
  });

  /** Goes on with Tab until a control has the focus. */
  async function tabTo(id: string): Promise<void> {
    for (let pressed = 0; pressed < 40; pressed += 1) {
      const focused = await page.evaluate(() => {
        const { activeElement } = document;
        return activeElement instanceof HTMLInputElement
          ? activeElement.value
          : activeElement?.id || activeElement?.className;
      });
      if (focused === id) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab never reaches ${id}`);
  }

  /** From the top, as after loading: a radio group is one stop, within which arrows choose. */
  async function chooseToken(kind: string): Promise<void> {
    const chosen = await page.locator('input[name=token]:checked').inputValue();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await tabTo(chosen);
    for (let pressed = 0; (await page.locator('input[name=token]:checked').inputValue()) !== kind; pressed += 1) {
      if (pressed > 20) throw new Error(`the arrows never reach ${kind}`);
      await page.keyboard.press('ArrowDown');
    }
  }

  async function chooseTool(name: string): Promise<void> {
    await tabTo('tool');
    await page.keyboard.type(name);
    expect(await page.locator('#tool').inputValue()).toBe(name);
  }

  async function call(): Promise<{ verdict: string | null; failed: readonly string[] }> {
    await page.evaluate(() => document.getElementById('report')?.replaceChildren());
    await tabTo('primary');
    await page.keyboard.press('Enter');
    await page.locator('#report pre').first().waitFor();
    return { verdict: await page.locator('.verdict').textContent(), failed: await texts('.checks .failed strong') };
  }

  async function press(id: string, text: string): Promise<void> {
    await tabTo(id);
    await page.keyboard.press('Enter');
    await page.locator('#provider-state', { hasText: text }).waitFor();
  }

  async function texts(selector: string): Promise<string[]> {
    return (await page.locator(selector).allInnerTexts()).map(
      (text) => text.split('\n')[0]?.replace(': failed', '') ?? '',
    );
  }

  /** Names and values of a list under a heading. */
  async function pairs(heading: string): Promise<Record<string, string>> {
    const list = page.locator('#report section', { has: page.getByRole('heading', { name: heading, exact: true }) });
    const names = await list.locator('dt').allInnerTexts();
    const values = await list.locator('dd').allInnerTexts();
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
  }

  async function picture(name: string): Promise<void> {
    await page.evaluate(() => {
      (document.activeElement as HTMLElement | null)?.blur();
      window.scrollTo(0, 0);
    });
    const png = indexedPng(await page.screenshot());
    expect(png.byteLength).toBeLessThan(MAX_PICTURE_BYTES);
    if (!keepPictures) return;
    await mkdir(PICTURES, { recursive: true });
    await writeFile(`${PICTURES}example-${name}.png`, png);
  }

  test(
    'a good token: the checks, the principal and what the tool said; never the whole credential',
    async () => {
      await chooseToken('good');
      await chooseTool('write_note');
      const { verdict, failed } = await call();
      expect(verdict).toBe('Accepted 200 OK');
      expect(failed).toEqual([]);
      expect(await page.locator('.checks .passed').allInnerTexts()).toHaveLength(18);
      expect(await pairs('Principal')).toMatchObject({
        Client: 'notes-writer',
        Audience: started.url,
        Scopes: 'notes:read notes:write notes:delete board:team',
      });
      await expect(page.getByText('Wrote ‘Milk’', { exact: true }).textContent()).resolves.toBe('Wrote ‘Milk’');
      const shown = await page.locator('body').textContent();
      expect(shown).toMatch(/Authorization: Bearer eyJ\S{1,12}… \(\d+ characters\)/);
      // Three parts of base64url are a JWT.
      expect(shown).not.toMatch(/eyJ[\w-]+\.[\w-]+\.[\w-]+/);
      await picture('accepted');
      expect(trouble).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'tokens that are not good: the check that failed, and the challenge',
    async () => {
      const refusals: [kind: string, verdict: string, failed: string[], error: string | undefined][] = [
        ['none', 'Not authenticated 401 Unauthorized', [], undefined],
        ['expired', 'Refused: expired 401 Unauthorized', ['expiration'], 'invalid_token'],
        ['wrong-audience', 'Refused: audience mismatch 401 Unauthorized', ['audience'], 'invalid_token'],
        ['forged', 'Refused: signature invalid 401 Unauthorized', ['signature'], 'invalid_token'],
        ['revoked', 'Refused: inactive 401 Unauthorized', ['active'], 'invalid_token'],
      ];
      for (const [kind, verdict, failed, error] of refusals) {
        await chooseToken(kind);
        expect([kind, await call()]).toEqual([kind, { verdict, failed }]);
        const challenge = await pairs('Challenge');
        expect(challenge.error).toBe(error);
        expect(challenge.resource_metadata).toContain('/.well-known/oauth-protected-resource/mcp');
        if (kind === 'wrong-audience') {
          expect(await page.locator('.checks .failed').textContent()).toContain(`${started.url}-sibling`);
          await picture('refused');
        }
      }
      expect(trouble).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'a token of one’s own is sent as it is, and an opaque one is introspected',
    async () => {
      await chooseToken('own');
      await tabTo('own-token');
      await page.keyboard.type('somebody-pasted-this');
      expect(await call()).toEqual({ verdict: 'Refused: malformed 401 Unauthorized', failed: ['form'] });
      expect(await page.locator('#report').textContent()).not.toContain('somebody-pasted-this');
      await chooseToken('opaque');
      expect(await call()).toEqual({ verdict: 'Accepted 200 OK', failed: [] });
      expect(trouble).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'a tool that needs more: 403 with every scope, none where only a role helps',
    async () => {
      await chooseToken('under-scoped');
      expect((await call()).verdict).toBe('Accepted 200 OK');
      await chooseToken('under-scoped');
      await chooseTool('delete_note');
      expect((await call()).verdict).toBe('Not allowed 403 Forbidden');
      expect(await pairs('Challenge')).toMatchObject({
        error: 'insufficient_scope',
        scope: 'notes:read notes:write notes:delete',
      });
      await chooseToken('under-scoped');
      await chooseTool('count_notes');
      expect((await call()).verdict).toBe('Not allowed 403 Forbidden');
      expect(await pairs('Challenge')).not.toHaveProperty('scope');
      await chooseToken('admin');
      expect((await call()).verdict).toBe('Accepted 200 OK');
      expect(trouble).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'an outage: a server that has keys goes on, one that has none says 503, nobody is sent to log in',
    async () => {
      await chooseToken('good');
      expect((await call()).verdict).toBe('Accepted 200 OK');
      await press('stop', 'It is down');
      await chooseToken('good');
      expect((await call()).verdict).toBe('Accepted 200 OK');
      await chooseToken('opaque');
      expect(await call()).toEqual({ verdict: 'Cannot tell now 503 Service Unavailable', failed: ['introspection'] });
      expect(await page.getByRole('heading', { name: 'Challenge' }).count()).toBe(0);
      await chooseToken('good');
      await press('renew', 'has just started');
      await chooseToken('good');
      expect(await call()).toEqual({ verdict: 'Cannot tell now 503 Service Unavailable', failed: ['key'] });
      expect(await page.locator('#report').textContent()).toContain('Retry-After: ');
      await picture('outage');
      // Whoever comes back with other keys is believed with the next token.
      await press('rotate', 'It is up; its keys were rotated once');
      await press('renew', 'has just started');
      await chooseToken('good');
      expect((await call()).verdict).toBe('Accepted 200 OK');
      await press('rotate', 'rotated 2 times');
      await chooseToken('good');
      expect((await call()).verdict).toBe('Accepted 200 OK');
      expect(trouble).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'a wrong order is explained, and breaks nothing',
    async () => {
      await chooseToken('good');
      await tabTo('arguments');
      await page.keyboard.press('Control+A');
      await page.keyboard.type('{"title":');
      await tabTo('primary');
      await page.keyboard.press('Enter');
      await page.getByText('The arguments are not JSON.').waitFor();
      expect(trouble).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'everybody can use it: names, headings, focus, contrast in light and dark, 400 pixels',
    async () => {
      await chooseToken('wrong-audience');
      await call();
      const controls = page.locator('a[href], button, input, select, textarea');
      const names = await controls.evaluateAll((found) =>
        found.map((control) => {
          const labels = 'labels' in control ? [...((control.labels as NodeList | null) ?? [])] : [];
          return [control, ...labels].map((node) => node.textContent?.trim() ?? '').join('') === ''
            ? control.outerHTML
            : '';
        }),
      );
      expect(names.filter((nameless) => nameless !== '')).toEqual([]);
      const levels = await page
        .locator('h1, h2, h3')
        .evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])));
      expect(levels[0]).toBe(1);
      expect(levels.filter((level, index) => level > (levels[index - 1] ?? 1) + 1)).toEqual([]);
      expect(await page.locator('[role=status]#decision').count()).toBe(1);

      // The skip link is the first stop, seen when it has the focus, and leads on.
      await page.reload();
      await page.locator('input[value=good]').waitFor();
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.getBoundingClientRect().top)).toBeGreaterThanOrEqual(0);
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('result');
      await tabTo('server');
      expect(await page.locator('#server').evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');

      for (const kind of ['good', 'wrong-audience'] as const) {
        await chooseToken(kind);
        await call();
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          expect(await page.evaluate(faintTexts)).toEqual([]);
        }
      }
      await page.setViewportSize({ width: 400, height: 800 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(400);
      expect(trouble).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
