import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Line } from './support/http.js';
import { startLines } from './support/lines.js';

const LINES = ['v2, 2026-07-28', 'v2, 2025-11-25', 'v1, with sessions', 'v1, without sessions'];

const TOKENS = {
  none: undefined,
  under: 'token-of-under-scoped-ursula',
  right: 'token-of-right-rita',
  broader: 'token-of-broad-bruno',
  wrongRole: 'token-of-wrong-role-walter',
} as const;

type Caller = keyof typeof TOKENS;

/** `ok`; `401`; `403` and the scopes of the challenge; `denied`: 403 that no scope mends; `unknown`: as if it did not exist. */
type Outcome = 'ok' | '401' | 'denied' | 'unknown' | `403 ${string}`;

type Row = readonly [
  method: string,
  params: object,
  ...outcomes: readonly [Outcome, Outcome, Outcome, Outcome, Outcome],
];

const call = (name: string, args?: object): object => ({ name, arguments: args ?? {} });
const completing = (ref: object, name: string): object => ({ ref, argument: { name, value: '' } });

// Columns: none, under-scoped, right, broader by hierarchy, wrong role.
const ROWS: readonly Row[] = [
  ['ping', {}, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['tools/list', {}, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['resources/list', {}, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['resources/templates/list', {}, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['prompts/list', {}, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['tools/call', call('public_info'), 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['tools/call', call('whoami'), '401', 'ok', 'ok', 'ok', 'ok'],
  ['tools/call', call('read_note'), '401', '403 notes:read', 'ok', 'ok', 'ok'],
  ['tools/call', call('write_note'), '401', '403 notes:read notes:write', 'ok', 'ok', 'ok'],
  ['tools/call', call('admin_only'), '401', 'denied', 'ok', 'denied', 'denied'],
  ['tools/call', call('secret_tool'), '401', 'unknown', 'ok', 'ok', 'ok'],
  ['tools/call', call('no_such_tool'), '401', 'unknown', 'unknown', 'unknown', 'unknown'],
  ['tools/call', call('repo', { name: 'one' }), '401', '403 repo:one', 'ok', 'ok', 'ok'],
  ['tools/call', call('repo', { name: 'two' }), '401', '403 repo:two', '403 repo:two', '403 repo:two', '403 repo:two'],
  ['resources/read', { uri: 'notes://public' }, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['resources/read', { uri: 'notes://all' }, '401', '403 notes:read', 'ok', 'ok', 'ok'],
  ['resources/read', { uri: 'notes://secret' }, '401', 'unknown', 'ok', 'ok', 'ok'],
  ['resources/read', { uri: 'notes://none' }, '401', 'unknown', 'unknown', 'unknown', 'unknown'],
  ['resources/read', { uri: 'note://by/one' }, '401', '403 note:one', 'ok', 'ok', 'ok'],
  ['resources/read', { uri: 'note://by/two' }, '401', '403 note:two', '403 note:two', '403 note:two', '403 note:two'],
  ['resources/read', { uri: 'vault://x' }, '401', 'unknown', 'ok', 'ok', 'ok'],
  ['prompts/get', call('summary', { style: 'short' }), '401', '403 notes:read', 'ok', 'ok', 'ok'],
  ['prompts/get', call('secret_prompt', { style: 'short' }), '401', 'unknown', 'ok', 'ok', 'ok'],
  [
    'completion/complete',
    completing({ type: 'ref/prompt', name: 'summary' }, 'style'),
    ...(['401', '403 notes:read', 'ok', 'ok', 'ok'] as const),
  ],
  [
    'completion/complete',
    completing({ type: 'ref/prompt', name: 'secret_prompt' }, 'style'),
    ...(['401', 'unknown', 'ok', 'ok', 'ok'] as const),
  ],
  [
    'completion/complete',
    completing({ type: 'ref/resource', uri: 'vault://{name}' }, 'name'),
    ...(['401', 'unknown', 'ok', 'ok', 'ok'] as const),
  ],
  ['resources/subscribe', { uri: 'notes://all' }, '401', '403 notes:read', 'ok', 'ok', 'ok'],
  ['no/such/method', {}, '401', 'ok', 'ok', 'ok', 'ok'],
];

/** What an answer came to. Errors that are no refusal are `ok` for the methods that have no handler here. */
function outcomeOf(answer: Answer, method: string): Outcome {
  if (answer.status === 401) return '401';
  if (answer.status === 403) {
    const challenge = answer.headers.get('www-authenticate') ?? '';
    const scope = /scope="([^"]*)"/.exec(challenge)?.[1];
    expect(challenge).toMatch(/^Bearer error="/);
    expect(challenge).toContain('resource_metadata="http://127.0.0.1');
    return scope === undefined ? 'denied' : `403 ${scope}`;
  }
  const message = answer.messages.at(-1);
  const failure = message?.error?.message ?? (message?.result?.isError === true ? JSON.stringify(message.result) : '');
  if (/not found/i.test(failure) && !/method not found/i.test(failure)) return 'unknown';
  if (method === 'no/such/method' || method === 'resources/subscribe' || method === 'ping') return 'ok';
  return failure === '' && message?.result !== undefined ? 'ok' : (`failed: ${failure || answer.body}` as Outcome);
}

let running: Awaited<ReturnType<typeof startLines>>;
const line = (name: string): Line => {
  const found = running.lines.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};
beforeAll(async () => {
  running = await startLines();
});
afterAll(() => running.close());

describe.each(LINES)('checklist 55, 59, 60: who may do what on %s', (name) => {
  it.each(ROWS)('%s %j', async (method, params, ...expected) => {
    const callers = Object.keys(TOKENS) as Caller[];
    const outcomes = await Promise.all(
      callers.map(async (caller) => outcomeOf(await line(name).send(TOKENS[caller], method, params), method)),
    );
    expect(Object.fromEntries(callers.map((caller, index) => [caller, outcomes[index]]))).toEqual(
      Object.fromEntries(callers.map((caller, index) => [caller, expected[index]])),
    );
  });

  it('lists what the caller may know of, no more and no less', async () => {
    const names = async (caller: Caller): Promise<unknown> => {
      const asked: readonly (readonly [string, string, string])[] = [
        ['tools/list', 'tools', 'name'],
        ['resources/list', 'resources', 'uri'],
        ['resources/templates/list', 'resourceTemplates', 'uriTemplate'],
        ['prompts/list', 'prompts', 'name'],
      ];
      const lists = asked.map(async ([method, member, key]) => {
        const answer = await line(name).send(TOKENS[caller], method);
        const list = answer.messages.at(-1)?.result?.[member] as Record<string, string>[];
        return list.map((item) => item[key]);
      });
      return (await Promise.all(lists)).flat();
    };
    const open = [
      ...['public_info', 'whoami', 'read_note', 'write_note', 'admin_only', 'repo', 'slow'],
      ...['notes://public', 'notes://all', 'note://by/{title}', 'summary'],
    ];
    const everything = [
      ...['public_info', 'whoami', 'read_note', 'write_note', 'admin_only', 'secret_tool', 'repo', 'slow'],
      ...['notes://public', 'notes://all', 'notes://secret', 'vault://x'],
      ...['note://by/{title}', 'vault://{name}', 'summary', 'secret_prompt'],
    ];
    expect(await names('none')).toEqual(open);
    expect(await names('under')).toEqual(open);
    expect(await names('right')).toEqual(everything);
    expect(await names('broader')).toEqual(everything);
  });

  it('answers for what is hidden exactly as for what does not exist', async () => {
    const pairs: readonly (readonly [string, object, object])[] = [
      ['tools/call', call('secret_tool'), call('tool_secret')],
      ['resources/read', { uri: 'notes://secret' }, { uri: 'notes://terces' }],
      ['resources/read', { uri: 'vault://x' }, { uri: 'tluav://x' }],
      ['prompts/get', call('secret_prompt'), call('prompt_secret')],
    ];
    for (const caller of ['none', 'under'] as const) {
      for (const [method, hidden, made] of pairs) {
        const [one, other] = await Promise.all([
          line(name).send(TOKENS[caller], method, hidden),
          line(name).send(TOKENS[caller], method, made),
        ]);
        const [from, to] = [JSON.stringify(hidden), JSON.stringify(made)].map(
          (text) => text.match(/(?<=:")[^"]+/)?.[0] ?? '',
        );
        expect(other.status).toBe(one.status);
        expect(other.body).toBe(one.body.replaceAll(from ?? '', to ?? ''));
      }
    }
  });

  it('lets a wrong argument be explained, unless the rule says no whatever the arguments are', async () => {
    const wrong = await line(name).send(TOKENS.right, 'tools/call', call('repo', { name: 1 }));
    expect(wrong.status).toBe(200);
    expect(wrong.body).toMatch(/Invalid arguments/);
  });
});

describe.each(LINES.slice(1))('batches on %s', (name) => {
  it('are challenged once, for the scopes of all', async () => {
    const batch = [call('read_note'), call('repo', { name: 'one' })].map((params, id) => {
      return { jsonrpc: '2.0', id, method: 'tools/call', params };
    });
    const target = line(name);
    const answer = await target.sendRaw(TOKENS.under, batch);
    expect(outcomeOf(answer, 'tools/call')).toBe('403 notes:read repo:one');
    const allowed = await target.sendRaw(TOKENS.right, batch);
    expect(allowed.messages.map(({ result }) => result?.isError ?? false)).toEqual([false, false]);
  });
});
