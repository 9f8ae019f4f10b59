import { connect } from 'node:net';

export interface RawResponse {
  readonly status: number;
  /** Names in lower case; every value of a repeated field. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/**
 * Sends bytes as they are, which Node's client would refuse to do, and reads the answer until the server closes the
 * connection. The text is Latin-1: each character is one byte.
 */
export function rawRequest(port: number, text: string): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(text, 'latin1')));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => {
      try {
        resolve(parseResponse(Buffer.concat(chunks).toString('latin1')));
      } catch (error) {
        reject(error);
      }
    });
    // A server that refuses a huge header resets the connection after its answer.
    socket.on('error', () => undefined);
  });
}

function parseResponse(text: string): RawResponse {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
  if (end === -1 || !Number.isInteger(status)) throw new Error(`no HTTP response in ${JSON.stringify(text)}`);
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const content = text.slice(end + 4);
  return { status, headers, body: headers.has('transfer-encoding') ? unchunked(content) : content };
}

function unchunked(content: string): string {
  let body = '';
  for (let at = 0; at < content.length; ) {
    const lineEnd = content.indexOf('\r\n', at);
    const size = Number.parseInt(content.slice(at, lineEnd), 16);
    if (!(size > 0)) break;
    body += content.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
  return body;
}
