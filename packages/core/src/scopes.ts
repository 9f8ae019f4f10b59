import { likelyCause } from './options.js';

/** RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ). */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Which scopes include others: `{ 'notes:admin': ['notes:read', 'notes:write'] }`. Read transitively; a cycle does no harm.
 */
export type ScopeHierarchy = Readonly<Record<string, readonly string[]>>;

const NO_HIERARCHY: ScopeHierarchy = Object.freeze({});
const NO_SCOPES: readonly string[] = Object.freeze([]);

/** Up to so many scopes are told apart faster by looking at them all than by a Set. */
const FEW = 16;

/** Whether a text is one scope-token of RFC 6749 §3.3. */
export function isScopeToken(value: unknown): value is string {
  return typeof value === 'string' && SCOPE_TOKEN.test(value);
}

/**
 * The scopes in a claim: a text split on spaces (RFC 6749 §3.3) or a list of texts (RFC 8693 §4.2 and common practice).
 * Members that are not scope-tokens are dropped, repetitions too. Anything else holds no scopes. Not to be changed: who asks
 * for the same text gets the same list.
 */
export function parseScopes(value: unknown): readonly string[] {
  if (typeof value !== 'string') return Array.isArray(value) ? scopesAmong(value) : NO_SCOPES;
  if (value !== lastText) {
    lastScopes = Object.freeze(scopesAmong(value.split(' ')));
    lastText = value;
  }
  return lastScopes;
}

/** The text that was read last and what it says, since a client's tokens all have the same. Written by parseScopes, together. */
let lastText = '';
let lastScopes: readonly string[] = NO_SCOPES;

function scopesAmong(candidates: readonly unknown[]): readonly string[] {
  const scopes: string[] = [];
  for (const candidate of candidates) {
    if (scopes.length === FEW) return [...new Set(candidates.filter(isScopeToken))];
    if (isScopeToken(candidate) && !scopes.includes(candidate)) scopes.push(candidate);
  }
  return scopes;
}

/**
 * A list of scopes given as an option: an array of scope-tokens. Throws a `TypeError` for a text (a list was probably meant)
 * and for members that no token could ever hold.
 */
export function scopeListOption(owner: string, name: string, value: unknown): readonly string[] {
  if (value === undefined) return NO_SCOPES;
  if (!Array.isArray(value) || !Array.from(value).every(isScopeToken)) {
    throw new TypeError(
      `${owner}: option '${name}' must be a list of scopes such as ['notes:read'], without blanks${scopesCause(value)}`,
    );
  }
  return Object.freeze([...new Set(value as readonly string[])]);
}

function scopesCause(value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return "; it is a text: write a list, or text.split(' ')";
  const joined = Array.isArray(value) && value.some((scope) => typeof scope === 'string' && scope.trim().includes(' '));
  return joined ? '; a member has a blank in it: write each scope as a member of its own' : likelyCause(value);
}

/** A {@link ScopeHierarchy} given as an option, checked and copied. Throws a `TypeError`. */
export function scopeHierarchyOption(owner: string, name: string, value: unknown): ScopeHierarchy {
  if (value === undefined) return NO_HIERARCHY;
  // A Map has no members of its own and would be read as empty.
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Map) {
    throw new TypeError(`${owner}: option '${name}' must map a scope to the list of scopes that it includes`);
  }
  const entries = Object.entries(value).map(([scope, included]): [string, readonly string[]] => {
    if (!isScopeToken(scope)) throw new TypeError(`${owner}: option '${name}' has a name that is not a scope`);
    return [scope, scopeListOption(owner, name, included)];
  });
  return Object.freeze(Object.fromEntries(entries));
}

/** The granted scopes and all that they include by the hierarchy. */
export function expandScopes(granted: readonly string[], hierarchy: ScopeHierarchy = {}): ReadonlySet<string> {
  const expanded = new Set(granted);
  // A Set's iteration visits what is added on the way: this is the transitive closure.
  for (const scope of expanded) {
    if (!Object.hasOwn(hierarchy, scope)) continue;
    for (const included of hierarchy[scope] ?? []) expanded.add(included);
  }
  return expanded;
}

/** Those of `required` that `granted` does not hold, neither directly nor by the hierarchy. Comparison is exact. */
export function missingScopes(
  granted: readonly string[],
  required: readonly string[],
  hierarchy: ScopeHierarchy = {},
): readonly string[] {
  // A text's `includes` would find parts of scopes.
  if (!Array.isArray(granted)) return required;
  if (holdsAll(granted, required)) return NO_SCOPES;
  const expanded = expandScopes(granted, hierarchy);
  return required.filter((scope) => !expanded.has(scope));
}

/** A loop: this runs for every request, where a closure is noticed. */
function holdsAll(granted: readonly string[], required: readonly string[]): boolean {
  for (const scope of required) {
    if (!granted.includes(scope)) return false;
  }
  return true;
}
