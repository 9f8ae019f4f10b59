/**
 * Reads valid JSON whose nesting is bounded, as `JSON.parse` should: V8 12.8 and later take an escaped member name for another
 * one that some earlier text of the process had (nodejs/node#63785), so that whoever sends the earlier text decides what the
 * claims of a later token are called. The last one of duplicate members stays. Slower than `JSON.parse`; for the texts that
 * need it.
 */
export function readValidJson(text: string): unknown {
  let at = 0;

  const skipBlanks = (): number => {
    while (text.charCodeAt(at) <= 0x20) at++;
    return text.charCodeAt(at);
  };
  const readText = (): string => {
    const start = at;
    at = endOfText(text, start) + 1;
    // A text on its own is no member name: this the engine reads well.
    return JSON.parse(text.slice(start, at)) as string;
  };
  /** Skips the comma before the next item, or the bracket after the last one. */
  const hasNext = (end: number): boolean => {
    const code = skipBlanks();
    if (code === end || code === COMMA) at++;
    return code !== end && skipBlanks() !== end;
  };
  const readObject = (): Record<string, unknown> => {
    const object: Record<string, unknown> = {};
    for (at++; hasNext(CLOSE_BRACE); ) {
      const name = readText();
      skipBlanks();
      at++;
      // Defined and not assigned, so that `__proto__` is a member like any other (CVE-2024-34273).
      Object.defineProperty(object, name, { value: readValue(), enumerable: true, writable: true, configurable: true });
    }
    return object;
  };
  const readArray = (): unknown[] => {
    const array: unknown[] = [];
    for (at++; hasNext(CLOSE_BRACKET); ) array.push(readValue());
    return array;
  };
  const readValue = (): unknown => {
    const code = skipBlanks();
    if (code === QUOTE) return readText();
    if (code === OPEN_BRACE) return readObject();
    if (code === OPEN_BRACKET) return readArray();
    const start = at;
    while (at < text.length && !ENDS_LITERAL.test(text.charAt(at))) at++;
    return JSON.parse(text.slice(start, at));
  };
  return readValue();
}

export const QUOTE = 0x22;
export const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;
export const BACKSLASH = 0x5c;
const ENDS_LITERAL = /[\s,\]}]/;

/** Index of the quote that ends the text starting at `start`; the text's length when there is none. */
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
