import { Agent, request } from 'node:http';
import type { Shot } from './shots.js';

/** What came back. */
export interface Reply {
  /** Status, and the OAuth error code when there is one: `401 invalid_token`. */
  readonly outcome: string;
  readonly body: string;
}

/** Calls tools over HTTP with connections of its own. */
export class Caller {
  readonly #agent: Agent;

  constructor(maxConnections: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: maxConnections });
  }

  async call({ url, authorization, tool, subject }: Shot): Promise<Reply> {
    const args = tool === 'write_note' ? { title: `note-of-${subject}`, text: 'written by the soak test' } : {};
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: args } };
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(authorization === undefined ? {} : { authorization }),
    };
    const { status, body } = await this.#post(url, headers, JSON.stringify(message));
    const error = status < 400 ? undefined : /"error":\s*"([a-z_]+)"/.exec(body)?.[1];
    return { outcome: error === undefined ? String(status) : `${status} ${error}`, body };
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(url: string, headers: Record<string, string>, body: string): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method: 'POST', agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      outgoing.on('error', (error) => {
        // The server may close an idle connection in the very moment in which it is used again: then nobody has read the request.
        const raced = outgoing.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
        if (raced) this.#post(url, headers, body).then(resolve, reject);
        else reject(error);
      });
      outgoing.end(body);
    });
  }
}
