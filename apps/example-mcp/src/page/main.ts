import type { CallReport, PlaygroundState } from '../playground-report.js';
import { element, renderFailure, renderReport } from './render.js';

function byId<Kind extends HTMLElement>(id: string, kind: abstract new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${id}`);
  return found;
}

const form = byId('call', HTMLFormElement);
const tokens = byId('tokens', HTMLElement);
const ownField = byId('own-field', HTMLElement);
const own = byId('own-token', HTMLTextAreaElement);
const server = byId('server', HTMLSelectElement);
const serverNote = byId('server-note', HTMLElement);
const tool = byId('tool', HTMLSelectElement);
const toolNote = byId('tool-note', HTMLElement);
const args = byId('arguments', HTMLTextAreaElement);
const provider = byId('provider', HTMLElement);
const providerState = byId('provider-state', HTMLElement);
const decision = byId('decision', HTMLElement);
const report = byId('report', HTMLElement);

let state = await ask<PlaygroundState>('/api/state');

fill(state);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  void call();
});
tokens.addEventListener('change', showToken);
server.addEventListener('change', showServer);
tool.addEventListener('change', showTool);
for (const action of ['stop', 'start', 'rotate']) {
  byId(action, HTMLButtonElement).addEventListener('click', () => void control('/api/provider', { action }));
}
byId('renew', HTMLButtonElement).addEventListener('click', () => void control('/api/renew', { server: server.value }));

/** Asks the server behind this page; rejects with what it says when it refuses. */
async function ask<Answer>(path: string, order?: unknown): Promise<Answer> {
  const init =
    order === undefined
      ? {}
      : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(order) };
  const response = await fetch(path, init);
  const answer = (await response.json()) as Answer & { readonly error?: string };
  // A refused request is an answer, not a broken page: the server says so in the body.
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer;
}

async function call(): Promise<void> {
  decision.setAttribute('aria-busy', 'true');
  try {
    const order = {
      server: server.value,
      token: chosenToken(),
      own: own.value,
      tool: tool.value,
      arguments: parsedArguments(),
    };
    renderReport(await ask<CallReport>('/api/call', order), decision, report);
  } catch (error) {
    renderFailure(error instanceof Error ? error.message : String(error), decision, report);
  } finally {
    decision.removeAttribute('aria-busy');
    // On a narrow screen it is below the form.
    decision.scrollIntoView({ block: 'nearest' });
  }
}

function parsedArguments(): unknown {
  try {
    return JSON.parse(args.value);
  } catch {
    throw new Error('The arguments are not JSON.');
  }
}

async function control(path: string, order: unknown): Promise<void> {
  try {
    state = await ask<PlaygroundState>(path, order);
    showProvider(path === '/api/renew' ? ' Its verifier has just started.' : '');
  } catch (error) {
    providerState.textContent = error instanceof Error ? error.message : String(error);
  }
}

function fill({ tokens: kinds, servers, tools }: PlaygroundState): void {
  tokens.replaceChildren(
    ...kinds.map(({ id, label, about }, index) => {
      const radio = document.createElement('input');
      Object.assign(radio, { type: 'radio', name: 'token', value: id, checked: index === 0 });
      return element('label', 'choice', radio, label, element('small', '', about));
    }),
  );
  server.replaceChildren(...servers.map(({ id, label }) => new Option(label, id)));
  tool.replaceChildren(...tools.map(({ name }) => new Option(name)));
  showToken();
  showTool();
  showProvider('');
}

function chosenToken(): string {
  return String(new FormData(form).get('token'));
}

function showToken(): void {
  const kind = state.tokens.find(({ id }) => id === chosenToken());
  ownField.hidden = kind?.id !== 'own';
  if (kind !== undefined) server.value = kind.server;
  showServer();
}

function showServer(): void {
  serverNote.textContent = state.servers.find(({ id }) => id === server.value)?.url ?? '';
}

function showTool(): void {
  const chosen = state.tools.find(({ name }) => name === tool.value);
  toolNote.textContent = `Needs ${chosen?.needs}`;
  args.value = JSON.stringify(chosen?.arguments);
}

function showProvider(remark: string): void {
  provider.hidden = state.provider === undefined;
  if (state.provider === undefined) return;
  const { up, rotations } = state.provider;
  const times = rotations === 1 ? 'once' : `${rotations} times`;
  const text = `It is ${up ? 'up' : 'down'}${rotations === 0 ? '' : `; its keys were rotated ${times}`}.${remark}`;
  providerState.replaceChildren(element('span', up ? 'dot' : 'dot down'), element('span', '', text));
}
