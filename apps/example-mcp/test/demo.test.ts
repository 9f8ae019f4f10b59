import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { adviceFor } from '../src/advice.js';
import { runDemo } from '../src/demo.js';
import { line, painter, passed, type Row } from '../src/demo-table.js';

afterEach(() => vi.unstubAllEnvs());

describe('the demo', () => {
  it('plays every row as expected, prints it as it comes and says so at the end', async () => {
    const printed: string[] = [];
    const good = await runDemo((text) => printed.push(text), false);
    const output = printed.join('');
    expect(output).not.toContain('FAIL');
    expect(output).toMatch(/^34 as expected, 0 not$/m);
    expect(good).toBe(true);
    // A pipe gets no colour.
    expect(output).not.toContain('\u001b');
  }, 60_000);

  it('says which port is taken and what to do, and leaves nothing listening behind', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as AddressInfo;
    vi.stubEnv('AUTHORIZATION_SERVER_PORT', String(port));
    const error: unknown = await runDemo(() => undefined, false).catch((thrown: unknown) => thrown);
    expect(adviceFor(error)).toContain(`Port ${port} on 127.0.0.1 is taken`);
    squatter.close();
  });

  it('refuses a port that is none, naming the variable', async () => {
    vi.stubEnv('AUTHORIZATION_SERVER_PORT', '99999');
    await expect(runDemo(() => undefined, false)).rejects.toThrow('AUTHORIZATION_SERVER_PORT must be a port');
  });

  it('advises to install when a dependency is missing', async () => {
    const missing = '@auth/not-there';
    const error: unknown = await import(missing).catch((thrown: unknown) => thrown);
    expect(
      adviceFor(Object.assign(new Error("Cannot find package '@auth/x'"), { code: 'ERR_MODULE_NOT_FOUND' })),
    ).toContain('@auth/x is missing');
    expect(error).toBeInstanceOf(Error);
    expect(adviceFor(new Error('anything else'))).toBeUndefined();
  });
});

describe('a row of the table', () => {
  const row = (status: number, extra: Partial<Row['answer']> = {}): Row => ({
    tried: 'x',
    expected: { status: 403, error: 'insufficient_scope', scope: 'notes:write' },
    answer: { status, statuses: [status], error: 'insufficient_scope', scope: 'notes:write', ...extra },
  });

  it('passes only when status, error and scope are the expected ones', () => {
    expect(passed(row(403))).toBe(true);
    expect(passed(row(401))).toBe(false);
    expect(passed(row(403, { error: 'invalid_token' }))).toBe(false);
    expect(passed(row(403, { scope: 'notes:read' }))).toBe(false);
  });

  it('says what was expected when it fails, in colour on a terminal', () => {
    expect(line(row(401), painter(false))).toContain('expected 403 insufficient_scope');
    expect(line(row(401), painter(true))).toContain('\u001b[31m');
  });
});
