import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  endOfText,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  readValidJson,
} from './json-reader.js';

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
  const { members, escapedNames } = surveyMembers(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The engine's own message quotes the text, so it is not kept as a cause.
    throw new JsonError('not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new JsonError('not a JSON object');
  // What a name with an escape says is not left to the engine; readValidJson tells why.
  if (escapedNames) value = readValidJson(text);
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

interface Survey {
  readonly members: number;
  /** Whether a member name is written with an escape. */
  readonly escapedNames: boolean;
}

/**
 * Counts the colons outside of texts: in valid JSON, one for each member as written. `JSON.parse` keeps one of several members
 * with the same name, so a parsed value with fewer members than the text has colons had a duplicate. Bounds the depth on the
 * way, before the recursive parser sees the text.
 */
function surveyMembers(text: string): Survey {
  // Most texts have none at all, and no name has to be looked at.
  const anyEscape = text.includes('\\');
  let escapedNames = false;
  let latest = '';
  let members = 0;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      const end = endOfText(text, index);
      if (anyEscape) latest = text.slice(index, end);
      index = end;
    } else if (code === COLON) {
      members++;
      // In valid JSON the text before a colon is a name.
      escapedNames ||= latest.includes('\\');
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > MAX_JSON_DEPTH) throw new JsonError('nested too deeply');
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth--;
    }
  }
  return { members, escapedNames };
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
