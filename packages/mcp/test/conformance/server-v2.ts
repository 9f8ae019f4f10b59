import {
  type AuthInfo,
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  completable,
  createRequestStateCodec,
  inputRequired,
  inputResponse,
  McpServer,
  ResourceTemplate,
  type ServerContext,
  type ServerNotifier,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { type McpAuthorizer, requires } from '../../src/sdk.js';
import { CONFIRMATION, FIXED_TOOLS, form, promptMessages, RESOURCES, templateContents, text } from './contents.js';

type State = { readonly round: number; readonly name?: string };

const codec = createRequestStateCodec<State>({ key: 'a key for tests, long enough for HMAC-SHA-256' });
const auth = requires('conformance');
const askName = inputRequired.elicit(form('What is your name?', 'name'));

function nameFrom(ctx: ServerContext, key: string): string | undefined {
  const name = acceptedContent(ctx.mcpReq.inputResponses, key)?.name;
  return typeof name === 'string' ? name : undefined;
}

/** The server that the suite runs against for 2026-07-28: everything in it needs a scope. */
export function conformanceServer(
  authz: McpAuthorizer,
  authInfo: AuthInfo | undefined,
  notify: () => ServerNotifier,
): McpServer {
  const server = authz.protect(
    new McpServer(
      { name: 'conformance', version: '1.0.0' },
      {
        capabilities: {
          tools: { listChanged: true },
          prompts: { listChanged: true },
          resources: { subscribe: true, listChanged: true },
          logging: {},
        },
        requestState: { verify: codec.verify },
      },
    ),
    authInfo,
  );
  const tool = (
    name: string,
    run: (ctx: ServerContext) => ReturnType<Parameters<typeof server.registerTool>[2]>,
  ): void => {
    server.registerTool(name, { description: `Conformance: ${name}`, auth }, run);
  };
  for (const [name, result] of Object.entries(FIXED_TOOLS)) tool(name, async () => result);
  tool('test_error_handling', async () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  tool('test_tool_with_progress', async (ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    if (progressToken !== undefined) {
      for (const progress of [0, 50, 100]) {
        await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
      }
    }
    return text('done');
  });
  tool('test_logging_tool', async (ctx) => {
    await ctx.mcpReq.log('info', 'A log message');
    return text('logged');
  });
  tool('test_trigger_tool_change', async () => {
    notify().toolsChanged();
    return text('changed');
  });
  tool('test_trigger_prompt_change', async () => {
    notify().promptsChanged();
    return text('changed');
  });
  registerInputTools(tool);
  registerStateTools(tool);
  registerRest(server);
  return server;
}

type RegisterTool = (
  name: string,
  run: (ctx: ServerContext) => ReturnType<Parameters<McpServer['registerTool']>[2]>,
) => void;

function registerInputTools(tool: RegisterTool): void {
  const sampling = (question: string, maxTokens: number) =>
    inputRequired.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: question } }],
      maxTokens,
    });
  for (const name of ['test_input_required_result_elicitation', 'test_streaming_elicitation']) {
    tool(name, async (ctx) => {
      const given = nameFrom(ctx, 'user_name');
      return given === undefined ? inputRequired({ inputRequests: { user_name: askName } }) : text(`Hello, ${given}!`);
    });
  }
  for (const name of ['test_input_required_result_sampling', 'test_missing_capability']) {
    tool(name, async (ctx) => {
      const answer = inputResponse(ctx.mcpReq.inputResponses, 'capital_question');
      return answer.kind === 'missing'
        ? inputRequired({ inputRequests: { capital_question: sampling('What is the capital of France?', 100) } })
        : text(JSON.stringify(answer));
    });
  }
  tool('test_input_required_result_list_roots', async (ctx) => {
    const answer = inputResponse(ctx.mcpReq.inputResponses, 'client_roots');
    return answer.kind === 'missing'
      ? inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
      : text(JSON.stringify(answer));
  });
  tool('test_input_required_result_capabilities', async (ctx) => {
    const envelope = ctx.mcpReq.envelope as Record<string, ClientCapabilities | undefined> | undefined;
    const declared = envelope?.[CLIENT_CAPABILITIES_META_KEY];
    const inputRequests = {
      ...(declared?.elicitation === undefined ? {} : { user_name: askName }),
      ...(declared?.sampling === undefined ? {} : { question: sampling('What is the capital of France?', 100) }),
    };
    const answered = Object.keys(ctx.mcpReq.inputResponses ?? {}).length > 0;
    return answered || Object.keys(inputRequests).length === 0 ? text('done') : inputRequired({ inputRequests });
  });
  tool('test_input_required_result_multiple_inputs', async (ctx) => {
    if (ctx.mcpReq.requestState<State>() !== undefined && nameFrom(ctx, 'user_name') !== undefined) return text('done');
    return inputRequired({
      inputRequests: {
        user_name: askName,
        greeting: sampling('Generate a greeting', 50),
        client_roots: inputRequired.listRoots(),
      },
      requestState: await codec.mint({ round: 1 }, ctx),
    });
  });
}

function registerStateTools(tool: RegisterTool): void {
  for (const name of ['test_input_required_result_request_state', 'test_input_required_result_tampered_state']) {
    tool(name, async (ctx) => {
      const confirmed = acceptedContent(ctx.mcpReq.inputResponses, 'confirm');
      if (ctx.mcpReq.requestState<State>() !== undefined && confirmed !== undefined) return text('state-ok');
      return inputRequired({
        inputRequests: { confirm: inputRequired.elicit(CONFIRMATION) },
        requestState: await codec.mint({ round: 1 }, ctx),
      });
    });
  }
  tool('test_input_required_result_multi_round', async (ctx) => {
    const state = ctx.mcpReq.requestState<State>();
    const name = nameFrom(ctx, 'step1');
    if (state?.round === 1 && name !== undefined) {
      const step2 = inputRequired.elicit(form('Step 2: What is your favorite color?', 'color'));
      return inputRequired({ inputRequests: { step2 }, requestState: await codec.mint({ round: 2, name }, ctx) });
    }
    const color = acceptedContent(ctx.mcpReq.inputResponses, 'step2')?.color;
    if (state?.round === 2 && color !== undefined) return text(`${state.name} likes ${color}`);
    const step1 = inputRequired.elicit(form('Step 1: What is your name?', 'name'));
    return inputRequired({ inputRequests: { step1 }, requestState: await codec.mint({ round: 1 }, ctx) });
  });
}

function registerRest(server: ReturnType<McpAuthorizer['protect']>): void {
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
  const description = 'Conformance: a prompt';
  server.registerPrompt('test_simple_prompt', { description, auth }, async () => promptMessages.simple());
  server.registerPrompt('test_prompt_with_image', { description, auth }, async () => promptMessages.withImage());
  server.registerPrompt('test_input_required_result_prompt', { description, auth }, async (ctx) => {
    const context = acceptedContent(ctx.mcpReq.inputResponses, 'user_context')?.context;
    if (context !== undefined) return promptMessages.text(`Context: ${context}`);
    const user_context = inputRequired.elicit(form('What context should the prompt use?', 'context'));
    return inputRequired({ inputRequests: { user_context } });
  });
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description,
      auth,
      argsSchema: z.object({ arg1: completable(z.string(), () => ['paris', 'park', 'party']), arg2: z.string() }),
    },
    async ({ arg1, arg2 }) => promptMessages.withArguments(arg1, arg2),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description, auth, argsSchema: z.object({ resourceUri: z.string() }) },
    async ({ resourceUri }) => promptMessages.withResource(resourceUri),
  );
}
