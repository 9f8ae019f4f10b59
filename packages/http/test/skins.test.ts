import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GATES, type GateName } from './support/gates.js';
import { type RawResponse, rawRequest } from './support/raw-request.js';
import { REQUEST_CASES, type RequestCase } from './support/request-cases.js';
import { type RunningServer, SKINS } from './support/skins.js';

/** What must not differ between skins. */
const COMPARED = [
  'www-authenticate',
  'cache-control',
  'content-type',
  'retry-after',
  'allow',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-max-age',
];

const servers = new Map<string, RunningServer>();
const key = (gate: string, skin: string): string => `${gate} behind ${skin}`;

beforeAll(async () => {
  for (const [gateName, gate] of Object.entries(GATES)) {
    for (const [skin, start] of Object.entries(SKINS)) servers.set(key(gateName, skin), await start(gate));
  }
});

afterAll(async () => {
  await Promise.all([...servers.values()].map((server) => server.close()));
});

function send(gate: GateName, skin: string, request: RequestCase): Promise<RawResponse> {
  const { method = 'GET', target = '/mcp', host = 'localhost', lines = [], body = '' } = request;
  const hostLine = host === null ? [] : [`Host: ${host}`];
  const head = [`${method} ${target} HTTP/1.1`, ...hostLine, ...lines, 'Connection: close'].join('\r\n');
  const { port } = servers.get(key(gate, skin)) ?? { port: 0 };
  return rawRequest(port, `${head}\r\n\r\n${body}`);
}

function outcomeOf(response: RawResponse): Record<string, unknown> {
  const headers = Object.fromEntries(COMPARED.map((name) => [name, response.headers.get(name)]));
  return { status: response.status, body: response.body, ...headers };
}

test('there are at least 100 request cases, each with a name of its own', () => {
  expect(REQUEST_CASES.length).toBeGreaterThanOrEqual(100);
  expect(new Set(REQUEST_CASES.map(({ name }) => name)).size).toBe(REQUEST_CASES.length);
});

describe.each(REQUEST_CASES.map((requestCase) => [requestCase.name, requestCase] as const))(
  '%s',
  (_name, requestCase) => {
    const { gate, expect: expected } = requestCase;

    test(`is ${expected.status}${expected.error ? ` ${expected.error}` : ''} in every skin`, async () => {
      const responses = await Promise.all(Object.keys(SKINS).map((skin) => send(gate, skin, requestCase)));
      const [first, ...others] = responses.map(outcomeOf);
      expect(first?.status).toBe(expected.status);
      if (expected.byParser) {
        expect(others.map(({ status }) => status)).toEqual(others.map(() => expected.status));
        return;
      }
      if (expected.caller !== undefined) {
        for (const { body } of responses) expect(JSON.parse(body)).toMatchObject({ caller: expected.caller });
        return;
      }
      for (const other of others) expect(other).toEqual(first);
      if (responses[0] !== undefined) assertRefusal(requestCase, responses[0]);
    });
  },
);

function assertRefusal({ method, expect: expected }: RequestCase, { status, headers, body }: RawResponse): void {
  const challenge = headers.get('www-authenticate');
  const text = challenge?.[0] ?? [...headers].map(([name, values]) => `${name}: ${values}`).join('\n');
  for (const part of expected.contains ?? []) expect(text).toContain(part);
  for (const part of expected.excludes ?? []) expect(`${text}${body}`).not.toContain(part);
  if (method === 'HEAD') expect(body).toBe('');
  if (expected.error !== undefined) assertChallenge(expected.error, headers, body);
  if (status === 503) {
    expect(headers.get('retry-after')?.[0]).toMatch(/^[1-9]\d*$/);
    expect(challenge).toBeUndefined();
    expect(JSON.parse(body).error).toBe('temporarily_unavailable');
  }
}

/** RFC 6750 §3: one challenge, `Bearer` first, each attribute once, legal characters only (checklist 40 to 43). */
function assertChallenge(error: string | null, headers: RawResponse['headers'], body: string): void {
  const challenges = headers.get('www-authenticate') ?? [];
  expect(challenges).toHaveLength(1);
  const challenge = challenges[0] ?? '';
  expect(challenge).toMatch(/^Bearer [a-z_]+="[\x21\x23-\x5b\x5d-\x7e ]+"(, [a-z_]+="[\x21\x23-\x5b\x5d-\x7e ]+")*$/);
  const names = [...challenge.matchAll(/([a-z_]+)="/g)].map(([, name]) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(headers.get('cache-control')).toEqual(['no-store']);
  expect(headers.get('access-control-allow-origin')).toEqual(['*']);
  expect(headers.get('access-control-expose-headers')).toEqual(['WWW-Authenticate']);
  if (error === null) {
    expect(names).not.toContain('error');
    expect(body).toBe('');
  } else {
    expect(challenge).toContain(`error="${error}"`);
    expect(headers.get('content-type')).toEqual(['application/json']);
    expect(JSON.parse(body)).toMatchObject({ error });
  }
}
