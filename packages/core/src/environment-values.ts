import type { EnvironmentVariable } from './environment-table.js';
import { numberOption } from './options.js';
import { isScopeToken } from './scopes.js';
import { assertSecureUrl } from './secure-url.js';

/** What a variable's text means. */
export type EnvironmentValue = string | readonly string[] | number | boolean;

/**
 * Reads the text of a variable, which is not blank. Throws a `TypeError` or `RangeError` whose {@link problemText} says what
 * was expected; the value is in neither.
 */
export function parseEnvironmentValue(variable: EnvironmentVariable, text: string): EnvironmentValue {
  const { name, type, choices } = variable;
  switch (type) {
    case 'text':
      return assertChoice(text, choices);
    case 'list':
    case 'scopes': {
      const list = parseEnvironmentList(text);
      for (const member of list) {
        assertChoice(member, choices);
        if (type === 'scopes' && !isScopeToken(member))
          throw new TypeError('must be scopes of RFC 6749 §3.3, in ASCII');
      }
      return list;
    }
    case 'url':
      assertSecureUrl('', name, text);
      return text;
    case 'number':
      if (!/^\d{1,15}(\.\d{1,9})?$/.test(text)) throw new TypeError('must be a number in decimal digits');
      return numberOption('', name, Number(text), 0, variable.bounds ?? { min: 0 });
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw new TypeError("must be 'true' or 'false'");
      return text === 'true';
    case 'secret':
    case 'key':
      // A PEM in one line, as environment files want it.
      return text.includes('-----BEGIN ') ? text.replaceAll('\\r', '').replaceAll('\\n', '\n') : text;
  }
}

/**
 * A list of texts: a JSON array of texts, or texts between commas and blanks. A JSON text is read like the text in it, since
 * some tools keep the quotes of an environment file. Any other JSON, and broken JSON, throws a `TypeError`: `[1]`, `null` and
 * `["a"` were meant to be something else than their characters.
 */
export function parseEnvironmentList(text: string): readonly string[] {
  const trimmed = text.trim();
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    if (/^["[{]/.test(trimmed)) throw new TypeError('starts like JSON but is broken; write ["one","two"], or one,two');
    return members(trimmed.split(/[ \t\r\n,]+/).filter((member) => member !== ''));
  }
  if (typeof value === 'string' && value.trim() !== '') return parseEnvironmentList(value);
  if (!Array.isArray(value)) {
    throw new TypeError('is JSON but no array of texts; write ["one","two"], or one,two; a number as a text is ["1"]');
  }
  const texts = value.map((member: unknown) => (typeof member === 'string' ? member.trim() : ''));
  if (texts.includes('')) throw new TypeError('must be a JSON array of texts that are not blank');
  return Object.freeze([...new Set(texts)]);
}

function members(list: readonly string[]): readonly string[] {
  if (list.length === 0) throw new TypeError('must name at least one; leave it blank for none');
  return Object.freeze([...new Set(list)]);
}

function assertChoice(text: string, choices: readonly string[] | undefined): string {
  if (choices !== undefined && !choices.includes(text)) throw new TypeError(`must be one of ${choices.join(', ')}`);
  return text;
}

/** The message of an error thrown for an option, without the option's name: the variable's stands before it. */
export function problemText(error: unknown): string {
  const message = error instanceof Error ? error.message : 'cannot be used';
  return /^[^:]*: option '[^']*' (.*)$/s.exec(message)?.[1] ?? message;
}
