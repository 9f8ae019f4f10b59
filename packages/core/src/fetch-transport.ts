import type { HttpHeaders, HttpTransport } from './http-transport.js';

// The fetch API has undone these codings already; the fields would describe bytes that nobody sees.
const DESCRIBES_ENCODED_BODY = new Set(['content-encoding', 'content-length']);

/** The transport on runtimes without undici: the platform's `fetch`, never following a redirect. */
export const fetchTransport: HttpTransport = async ({ url, method, headers, body, signal }) => {
  const response = await globalThis.fetch(url, {
    method,
    headers,
    redirect: 'manual',
    ...browserOptions(),
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
  const fields: Record<string, string> = {};
  for (const [name, value] of response.headers) {
    if (!DESCRIBES_ENCODED_BODY.has(name)) fields[name] = value;
  }
  // Browsers hide a redirect behind status 0: an answer of no use, and certainly not a 200.
  return { status: response.status, headers: fields satisfies HttpHeaders, body: chunks(response.body) };
};

/** Browsers have a cookie jar and a cache to keep out of it; some server runtimes refuse the very names of these options. */
function browserOptions(): RequestInit {
  const known = globalThis.Request.prototype;
  return {
    ...('cache' in known ? { cache: 'no-store' as const } : {}),
    ...('credentials' in known ? { credentials: 'omit' as const } : {}),
  };
}

async function* chunks(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  // A reader, since not every runtime's streams can be iterated.
  const reader = body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    // Frees the connection when the iteration ends early; after the last chunk there is nothing left to cancel.
    reader.cancel().catch(() => undefined);
  }
}
