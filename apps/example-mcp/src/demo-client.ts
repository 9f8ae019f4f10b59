import { Client, type OAuthClientProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/** What came back for one operation. */
export interface Answer {
  /** HTTP status of the decisive response. */
  readonly status: number;
  /** HTTP statuses of all responses, in order. */
  readonly statuses: readonly number[];
  /** `error` of the challenge or of the body. */
  readonly error?: string | undefined;
  /** `scope` of the challenge: what the client would have to ask for. */
  readonly scope?: string | undefined;
  readonly retryAfter?: string | undefined;
  /** What the tool said. */
  readonly text?: string | undefined;
}

/** One call of the official client. */
export type Operation = (client: Client) => Promise<string>;

/** How the client authenticates: not at all, with a token, or by logging in itself when the server asks for it. */
export type Credentials = string | OAuthClientProvider | undefined;

/** Connects the official MCP client, performs one operation and says what came back. */
export async function attempt(url: string, credentials: Credentials, operation: Operation): Promise<Answer> {
  let last: Response | undefined;
  const statuses: number[] = [];
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    ...(typeof credentials === 'string'
      ? { requestInit: { headers: { authorization: `Bearer ${credentials}` } } }
      : {}),
    ...(typeof credentials === 'object' ? { authProvider: credentials } : {}),
    fetch: async (input, init) => {
      last = await fetch(input, init);
      statuses.push(last.status);
      return last.status < 400 ? last : last.clone();
    },
  });
  const client = new Client({ name: 'demo', version: '1.0.0' });
  try {
    await client.connect(transport);
    const text = await operation(client);
    return { status: last?.status ?? 0, statuses, text };
  } catch (error) {
    if (last === undefined || last.status < 400) throw error;
    return { statuses, ...(await refusal(last)) };
  } finally {
    await client.close().catch(() => undefined);
  }
}

async function refusal(response: Response): Promise<Omit<Answer, 'statuses'>> {
  const challenge = response.headers.get('www-authenticate') ?? '';
  const body = (await response.json().catch(() => ({}))) as { error?: unknown };
  const parameter = (name: string): string | undefined => new RegExp(`[ ,]${name}="([^"]*)"`).exec(challenge)?.[1];
  return {
    status: response.status,
    error: parameter('error') ?? (typeof body.error === 'string' ? body.error : undefined),
    scope: parameter('scope'),
    retryAfter: response.headers.get('retry-after') ?? undefined,
  };
}

/** Calls a tool and gives its text. */
export function callTool(name: string, args: Record<string, unknown> = {}): Operation {
  return async (client) => {
    const result = await client.callTool({ name, arguments: args });
    const [content] = result.content as readonly { type: string; text?: string }[];
    return content?.text ?? '';
  };
}

/** Reads a resource and gives its text. */
export function readResource(uri: string): Operation {
  return async (client) => {
    const { contents } = await client.readResource({ uri });
    const [content] = contents;
    return content !== undefined && 'text' in content ? content.text : '';
  };
}

/** Gets a prompt and gives its first message. */
export function getPrompt(name: string): Operation {
  return async (client) => {
    const { messages } = await client.getPrompt({ name });
    const content = messages[0]?.content;
    return content?.type === 'text' ? content.text : '';
  };
}

/** Lists the tools' names. */
export const listTools: Operation = async (client) => {
  const { tools } = await client.listTools();
  return tools.map(({ name }) => name).join(' ');
};
