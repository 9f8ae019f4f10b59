/** Texts that form encoding leaves as they are: most tokens, and most client ids. */
const PLAIN = /^[A-Za-z0-9*\-._]*$/;

/** A text in application/x-www-form-urlencoded (RFC 6749 appendix B): UTF-8, a space becomes `+`. */
export function formEncode(text: string): string {
  return PLAIN.test(text) ? text : new URLSearchParams([['', text]]).toString().slice(1);
}

/** Parameters as a form body. */
export function formBody(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${formEncode(name)}=${formEncode(value)}`)
    .join('&');
}
