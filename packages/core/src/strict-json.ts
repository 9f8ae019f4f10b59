import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
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
 * must never see two different objects. Deeply frozen: what was judged stays as it was judged. Throws a {@link JsonError}.
 */
export function parseJsonObject(source: Uint8Array | string): Readonly<Record<string, unknown>> {
  const { bytes, text } = typeof source === 'string' ? encoded(source) : decoded(source);
  const { members, escapes, escapedNames } = survey(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The engine's own message quotes the text, so it is not kept as a cause.
    throw new JsonError('not valid JSON');
  }
  if (!isObject(value)) throw new JsonError('not a JSON object');
  // What a name with an escape says is not left to the engine; readValidJson tells why.
  const object = escapedNames ? (readValidJson(text) as typeof value) : value;
  // Only an escape can bring in a lone surrogate: every other way is closed already.
  if (escapes) assertWellFormed(object);
  if (countAndFreeze(object) !== members) throw new JsonError('duplicate member name');
  return object;
}

interface Source {
  readonly bytes: Uint8Array;
  readonly text: string;
}

function decoded(bytes: Uint8Array): Source {
  try {
    return { bytes, text: utf8.decode(bytes) };
  } catch {
    throw new JsonError('not valid UTF-8');
  }
}

function encoded(text: string): Source {
  // The encoder would write another character in its place.
  if (!text.isWellFormed()) throw new JsonError('lone surrogate');
  return { bytes: new TextEncoder().encode(text), text };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Survey {
  /** Colons outside of texts: in valid JSON, one for each member as written. */
  readonly members: number;
  /** Whether any text is written with an escape. */
  readonly escapes: boolean;
  /** Whether a member name is. */
  readonly escapedNames: boolean;
}

/**
 * Looks at a text before the recursive parser sees it: bounds its depth and counts its members. `JSON.parse` keeps one of several
 * members with the same name, so a parsed value with fewer members than were written had a duplicate. Works on the bytes, which
 * are quicker to get at; no byte of a longer UTF-8 sequence looks like one of ASCII.
 */
function survey(bytes: Uint8Array): Survey {
  let members = 0;
  let escapes = false;
  let escapedNames = false;
  let latestEscaped = false;
  let depth = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === QUOTE) {
      latestEscaped = false;
      for (index++; index < bytes.length && bytes[index] !== QUOTE; index++) {
        if (bytes[index] !== BACKSLASH) continue;
        latestEscaped = true;
        // What is escaped ends no text.
        index++;
      }
      escapes ||= latestEscaped;
    } else if (byte === COLON) {
      members++;
      // In valid JSON the text before a colon is a name.
      escapedNames ||= latestEscaped;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > MAX_JSON_DEPTH) throw new JsonError('nested too deeply');
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
    }
  }
  return { members, escapes, escapedNames };
}

/** Refuses lone surrogates in names and texts. */
function assertWellFormed(value: unknown): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new JsonError('lone surrogate');
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      assertWellFormed(name);
      assertWellFormed(member);
    }
  }
}

/** Freezes a parsed object or array and all that is in it; returns how many members its objects have. One walk: it is on the road of each token. */
function countAndFreeze(value: object): number {
  const values: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let members = Array.isArray(value) ? 0 : values.length;
  for (const member of values) {
    if (typeof member === 'object' && member !== null) members += countAndFreeze(member);
  }
  Object.freeze(value);
  return members;
}
