import { AuthError } from './auth-error.js';

/** `temporarily_unavailable` around a foreign error, whose texts are replaced when they hold the token. */
export function unavailable(cause: unknown, token: unknown): AuthError {
  return new AuthError('temporarily_unavailable', { cause: withoutToken(cause, token) });
}

function withoutToken(cause: unknown, token: unknown): unknown {
  if (typeof token !== 'string' || token === '') return cause;
  let text: string;
  try {
    text = describeDeep(cause, 0);
  } catch {
    return new Error('an error that cannot be read');
  }
  if (!text.includes(token)) return cause;
  const name = cause instanceof Error ? cause.name : 'Error';
  return new Error(`${name.includes(token) ? 'Error' : name}: its text held the token and was removed`);
}

/** Everything of an error that a log would show. */
function describeDeep(value: unknown, depth: number): string {
  if (depth > 8) return '';
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.getOwnPropertyNames(value).slice(0, 100);
  const texts = members.map((name) => `${name} ${describeDeep((value as Record<string, unknown>)[name], depth + 1)}`);
  return value instanceof Error ? `${value.name} ${value.message} ${texts.join(' ')}` : texts.join(' ');
}
