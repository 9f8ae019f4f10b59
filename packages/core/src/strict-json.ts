/** Deepest nesting that {@link parseJsonObject} accepts: far more than any token needs, far less than a stack holds. */
export const MAX_JSON_DEPTH = 32;

const utf8: TextDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A JSON text was refused; the message says why and repeats nothing of the text. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/**
 * Reads a JSON object strictly (RFC 8259, I-JSON RFC 7493 §2): UTF-8 only, no byte-order mark, no duplicate member names, no
 * lone surrogates, bounded depth; arrays, texts, numbers and `null` at the top are refused. Two readers of the same bytes
 * must never see two different objects. Throws a {@link JsonError}.
 */
export function parseJsonObject(source: Uint8Array | string): Record<string, unknown> {
  const text = typeof source === 'string' ? source : decodeUtf8(source);
  const members = countMembers(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The engine's own message quotes the text, so it is not kept as a cause.
    throw new JsonError('not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new JsonError('not a JSON object');
  // Only an escape can bring in a lone surrogate: fatal decoding has refused every other way.
  const escapes = text.includes('\\u') || (typeof source === 'string' && !text.isWellFormed());
  if (inspectMembers(value, escapes) !== members) throw new JsonError('duplicate member name');
  return value as Record<string, unknown>;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new JsonError('not valid UTF-8');
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Colons outside of texts: in valid JSON, one for each member as written. `JSON.parse` keeps one of several members with
 * the same name, so a parsed value with fewer members than the text has colons had a duplicate. Bounds the depth on the way,
 * before the recursive parser sees the text.
 */
function countMembers(text: string): number {
  let members = 0;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = endOfText(text, index);
    } else if (code === COLON) {
      members++;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > MAX_JSON_DEPTH) throw new JsonError('nested too deeply');
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth--;
    }
  }
  return members;
}

/** Index of the quote that ends the text starting at `start`; an unterminated one is left for `JSON.parse` to refuse. */
function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

/** Members of the parsed value, itself included; refuses lone surrogates in names and texts when asked to look. */
function inspectMembers(value: unknown, checkTexts: boolean): number {
  if (typeof value === 'string') {
    if (checkTexts && !value.isWellFormed()) throw new JsonError('lone surrogate');
    return 0;
  }
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += inspectMembers(item, checkTexts);
    return members;
  }
  for (const name of Object.keys(value)) {
    if (checkTexts && !name.isWellFormed()) throw new JsonError('lone surrogate');
    members += 1 + inspectMembers((value as Record<string, unknown>)[name], checkTexts);
  }
  return members;
}
