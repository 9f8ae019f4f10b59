import type { AccessToken } from '@auth/core';
import { parseBearerChallenge } from '@auth/testing';
import { type Explanation, valueText } from './explanation-text.js';
import type { CallReport, ShownCheck } from './playground-report.js';

/** The revision of MCP in which one POST is one call. */
const PROTOCOL_VERSION = '2026-07-28';

/** One tool call over HTTP. */
export interface ToolCall {
  readonly url: string;
  readonly token: string | undefined;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Finds out about a token, after the call that it was sent with. */
export type Inspect = (
  token: string,
) => Promise<{ explanation?: Explanation | undefined; accessToken?: AccessToken | undefined }>;

/** Calls a tool as any client would, and reports all of it but the credential. */
export async function playCall({ url, token, tool, args }: ToolCall, inspect: Inspect): Promise<CallReport> {
  const headers = {
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    'MCP-Protocol-Version': PROTOCOL_VERSION,
    'Mcp-Method': 'tools/call',
    'Mcp-Name': tool,
  };
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: tool, arguments: args, _meta: META },
  };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), redirect: 'manual' });
  const text = await response.text();
  const findings: Awaited<ReturnType<Inspect>> = token === undefined ? {} : await inspect(token);
  const answer = answerOf(text);
  const challenge = response.headers.get('www-authenticate');
  return {
    request: {
      line: `POST ${new URL(url).pathname} HTTP/1.1`,
      headers: [
        ['Host', new URL(url).host],
        ...Object.entries(headers).map(
          ([name, value]) => [name, name === 'Authorization' ? `Bearer ${shortened(token ?? '')}` : value] as const,
        ),
      ],
      // Without `_meta`, in which a client only introduces itself.
      body: JSON.stringify({ ...body, params: { name: tool, arguments: args } }, null, 2),
    },
    decision: decisionOf(response.status, answer, token, findings.explanation?.error?.reason),
    ...(findings.explanation === undefined ? {} : { checks: findings.explanation.checks.map(shownCheck) }),
    response: {
      line: `HTTP/1.1 ${response.status} ${response.statusText}`,
      headers: SHOWN_HEADERS.flatMap((name) => {
        const value = response.headers.get(name);
        return value === null ? [] : [[TITLES[name] ?? name, value] as const];
      }),
      ...(challenge === null ? {} : { challenge: Object.entries(parseBearerChallenge(challenge)) }),
      body: answer.shown,
    },
    ...(response.status === 200 && findings.accessToken !== undefined
      ? { principal: principalOf(findings.accessToken) }
      : {}),
    ...(answer.result === undefined ? {} : { result: answer.result }),
  };
}

const META = {
  'io.modelcontextprotocol/protocolVersion': PROTOCOL_VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'playground', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

const SHOWN_HEADERS = ['www-authenticate', 'retry-after', 'cache-control', 'content-type'] as const;
const TITLES: Readonly<Record<string, string>> = {
  'www-authenticate': 'WWW-Authenticate',
  'retry-after': 'Retry-After',
  'cache-control': 'Cache-Control',
  'content-type': 'Content-Type',
};

/** Enough to recognize a credential by, never enough to use it. */
export function shortened(token: string): string {
  const shown = Math.min(12, Math.floor(token.length / 4));
  return `${token.slice(0, shown)}… (${token.length} characters)`;
}

type Decision = CallReport['decision'];

interface Answer {
  readonly shown: string;
  readonly result?: string;
  readonly error?: string;
}

function answerOf(text: string): Answer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { shown: text };
  }
  const shown = JSON.stringify(value, null, 2);
  const { result, error } = value as {
    result?: { content?: readonly { text?: unknown }[] };
    error?: { message?: unknown };
  };
  const said = result?.content?.[0]?.text;
  if (typeof said === 'string') return { shown, result: said };
  return typeof error?.message === 'string' ? { shown, error: error.message } : { shown };
}

function decisionOf(status: number, answer: Answer, token: string | undefined, reason: string | undefined): Decision {
  switch (status) {
    case 200: {
      const text =
        answer.error === undefined
          ? 'The token passed every check, and the tool ran.'
          : `The token is good. The server says: ${answer.error}.`;
      return { outcome: 'accepted', title: 'Accepted', text };
    }
    case 401:
      return token === undefined
        ? {
            outcome: 'refused',
            title: 'Not authenticated',
            text: 'The challenge says where to find the authorization server, and which scopes to ask it for.',
          }
        : {
            outcome: 'refused',
            title: `Refused${reason === undefined ? '' : `: ${reason.replaceAll('_', ' ')}`}`,
            text: 'The client is told one fixed sentence. What was expected, and what the token said, is for you alone.',
          };
    case 403:
      return {
        outcome: 'refused',
        title: 'Not allowed',
        text: 'The token is good, but this tool needs more. Where scopes help, the challenge names all of them.',
      };
    case 503:
      return {
        outcome: 'unavailable',
        title: 'Cannot tell now',
        text: 'The identity provider cannot be reached. The token may be fine: nobody is told to log in again.',
      };
    default:
      return { outcome: 'refused', title: 'Refused', text: 'The request itself is not right.' };
  }
}

function shownCheck({ name, outcome, expected, actual, hint }: Explanation['checks'][number]): ShownCheck {
  return { name, outcome, expected: valueText(expected), actual: valueText(actual), hint };
}

function principalOf({ clientId, subject, issuer, audience, scopes, expiresAt }: AccessToken): [string, string][] {
  const known: readonly [string, string | undefined][] = [
    ['Client', clientId],
    ['Subject', subject],
    ['Issuer', issuer],
    ['Audience', audience.length === 0 ? undefined : audience.join(', ')],
    ['Scopes', scopes.join(' ')],
    ['Expires', expiresAt === undefined ? undefined : new Date(expiresAt * 1000).toISOString()],
  ];
  return known.filter((entry): entry is [string, string] => entry[1] !== undefined);
}
