/** The claims of a token or of an introspection response, as they came: every member may be of any type. */
export type Claims = Readonly<Record<string, unknown>>;

/** A claim, if it is the object's own member: a claim never comes from a prototype. */
export function ownClaim(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

/** A claim value for logs: short, and free of characters that could forge log lines or show a text in another order. */
export function shown(value: unknown): unknown {
  if (typeof value === 'string') {
    const short = value.length > 200 ? `${value.slice(0, 200)}…` : value;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this replaces
    return short.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');
  }
  if (Array.isArray(value))
    return value.slice(0, 10).map((item) => (typeof item === 'object' && item !== null ? '[object]' : shown(item)));
  return typeof value === 'object' && value !== null ? '[object]' : value;
}

/** Says so when a refused identifier differs from a configured one only in what people overlook. */
export function nearMissHint(actual: readonly unknown[], expected: readonly string[]): { hint?: string } {
  for (const value of actual) {
    if (typeof value !== 'string' || value.length > 2_000) continue;
    for (const wanted of expected) {
      if (loosened(value) !== loosened(wanted)) continue;
      const difference =
        withoutTrailingSlashes(value) === withoutTrailingSlashes(wanted)
          ? 'a trailing slash'
          : 'upper and lower case or a port';
      return { hint: `differs from what is configured only by ${difference}; the comparison is exact` };
    }
  }
  return {};
}

function loosened(identifier: string): string {
  return withoutTrailingSlashes(identifier.toLowerCase())
    .replace(/^(https:\/\/[^/]*):443(?=\/|$)/, '$1')
    .replace(/^(http:\/\/[^/]*):80(?=\/|$)/, '$1');
}

/** A loop, because the regular expression for it looks at every run of slashes again and again. */
function withoutTrailingSlashes(text: string): string {
  let end = text.length;
  while (text.charCodeAt(end - 1) === 0x2f) end--;
  return text.slice(0, end);
}
