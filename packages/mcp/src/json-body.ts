/** Longest request body that is read, the SDK's own default: 4 MiB. */
export const DEFAULT_MAX_BODY_BYTES: number = 4 * 1024 * 1024;

/** A body that was read, or why it was not. */
export type BodyReading =
  | { readonly kind: 'json'; readonly value: unknown }
  /** No JSON; `text` is what it was. */
  | { readonly kind: 'other'; readonly text: string }
  | { readonly kind: 'too_large' };

/**
 * Reads and parses a body once, as the SDK does: whoever decides and whoever executes see the same value. Stops at `maxBytes`.
 */
export async function readJsonBody(
  chunks: AsyncIterable<Uint8Array | string> | null,
  maxBytes: number,
): Promise<BodyReading> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of chunks ?? []) {
    const part = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
    bytes += part.byteLength;
    if (bytes > maxBytes) return { kind: 'too_large' };
    text += decoder.decode(part, { stream: true });
  }
  text += decoder.decode();
  try {
    return { kind: 'json', value: JSON.parse(text) };
  } catch {
    return { kind: 'other', text };
  }
}

/** A JSON-RPC error that belongs to no request, as the SDK words it. */
export function jsonRpcError(code: number, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null });
}
