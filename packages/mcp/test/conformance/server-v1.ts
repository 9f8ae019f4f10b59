import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SubscribeRequestSchema, UnsubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { type McpAuthorizer, type ProtectedMcpServer, requires } from '../../src/sdk-v1.js';
import {
  DEFAULTS_FORM,
  ENUMS_FORM,
  FIXED_TOOLS,
  promptMessages,
  RESOURCES,
  templateContents,
  text,
} from './contents.js';

const auth = requires('conformance');

/** The server that the suite runs against for 2025-11-25, with sessions: everything in it needs a scope. */
export function conformanceServer(authz: McpAuthorizer, authInfo: AuthInfo | undefined): McpServer {
  const server = authz.protect(
    new McpServer(
      { name: 'conformance', version: '1.0.0' },
      { capabilities: { logging: {}, resources: { subscribe: true, listChanged: true } } },
    ),
    authInfo,
  );
  registerTools(server);
  registerRest(server);
  return server;
}

function registerTools(server: ProtectedMcpServer): void {
  const config = (name: string) => ({ description: `Conformance: ${name}`, auth });
  for (const [name, result] of Object.entries(FIXED_TOOLS)) server.registerTool(name, config(name), async () => result);
  server.registerTool('test_error_handling', config('errors'), async () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  server.registerTool('test_tool_with_logging', config('logging'), async ({ sendNotification }) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
    }
    return text('logged');
  });
  server.registerTool('test_tool_with_progress', config('progress'), async ({ _meta, sendNotification }) => {
    const progressToken = _meta?.progressToken;
    if (progressToken !== undefined) {
      for (const progress of [0, 50, 100]) {
        await sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
      }
    }
    return text('done');
  });
  server.registerTool(
    'test_sampling',
    { ...config('sampling'), inputSchema: { prompt: z.string() } },
    async ({ prompt }) => {
      const { content } = await server.server.createMessage({
        messages: [{ role: 'user', content: { type: 'text', text: prompt } }],
        maxTokens: 100,
      });
      return text(`LLM response: ${content.type === 'text' ? content.text : ''}`);
    },
  );
  server.registerTool(
    'test_elicitation',
    { ...config('elicitation'), inputSchema: { message: z.string() } },
    async ({ message }) => {
      const properties = { username: { type: 'string' as const }, email: { type: 'string' as const } };
      const required = ['username', 'email'];
      const requestedSchema = { type: 'object' as const, properties, required };
      const { action, content } = await server.server.elicitInput({ message, requestedSchema });
      return text(`User response: action=${action}, content=${JSON.stringify(content)}`);
    },
  );
  const forms = { test_elicitation_sep1034_defaults: DEFAULTS_FORM, test_elicitation_sep1330_enums: ENUMS_FORM };
  for (const [name, asked] of Object.entries(forms)) {
    server.registerTool(name, config(name), async () => {
      const { action, content } = await server.server.elicitInput(asked);
      return text(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`);
    });
  }
}

function registerRest(server: ProtectedMcpServer): void {
  for (const [uri, contents] of Object.entries(RESOURCES)) {
    const config = { description: `Conformance: ${uri}`, mimeType: contents.mimeType, auth };
    server.registerResource(uri, uri, config, async () => ({ contents: [{ uri, ...contents }] }));
  }
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'Conformance: a template', mimeType: 'application/json', auth },
    async (uri, { id }) => templateContents(uri.href, String(id)),
  );
  server.server.setRequestHandler(SubscribeRequestSchema, async () => ({}));
  server.server.setRequestHandler(UnsubscribeRequestSchema, async () => ({}));
  const description = 'Conformance: a prompt';
  server.registerPrompt('test_simple_prompt', { description, auth }, async () => promptMessages.simple());
  server.registerPrompt('test_prompt_with_image', { description, auth }, async () => promptMessages.withImage());
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description,
      auth,
      argsSchema: { arg1: completable(z.string(), () => ['paris', 'park', 'party']), arg2: z.string() },
    },
    async ({ arg1, arg2 }) => promptMessages.withArguments(arg1, arg2),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description, auth, argsSchema: { resourceUri: z.string() } },
    async ({ resourceUri }) => promptMessages.withResource(resourceUri),
  );
}
