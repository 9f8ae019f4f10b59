import { type Check, requireScopes, requireScopesFrom } from '@auth/core';

/** What can be protected. */
export type ComponentKind = 'tool' | 'resource' | 'resource_template' | 'prompt';

/** Who may use a component. Without any of this, every authenticated caller may. */
export interface ComponentAuth {
  /** Must allow the caller; default: every authenticated caller. */
  readonly check?: Check | undefined;
  /** Callers without a token may use it too; cannot be combined with a check. Default false. */
  readonly public?: boolean | undefined;
  /** Does not exist for callers who may not use it: absent from lists, not found when called. Default false. */
  readonly hidden?: boolean | undefined;
  /** Labels for rules that cover many components; a check sees them as `component.tags`. */
  readonly tags?: readonly string[] | undefined;
}

/** How a component is protected when it is registered: a rule alone, or a rule with `public`, `hidden` and `tags`. */
export type AuthOption = Check | ComponentAuth;

/** A component as the rules see it. */
export interface ProtectedComponent {
  readonly kind: ComponentKind;
  /** Name of a tool or prompt; URI of a resource; URI template of a resource template. */
  readonly name: string;
  readonly auth: ComponentAuth;
  readonly tags: readonly string[];
  /**
   * Reads the arguments as the component will see them, or says that they are invalid. Rules that depend on arguments run only
   * on the result. Default: the component takes none.
   */
  readonly readArguments?: ((args: unknown) => Promise<ArgumentsReading>) | undefined;
}

/** Arguments that passed the component's own schema, or the news that they did not. */
export type ArgumentsReading = { readonly valid: true; readonly args: unknown } | { readonly valid: false };

const KNOWN = ['check', 'public', 'hidden', 'tags'];

/** Checks and copies an {@link AuthOption}. Throws a `TypeError` that names the component. */
export function componentAuth(owner: string, option: AuthOption | undefined): ComponentAuth {
  if (option === undefined) return Object.freeze({});
  if (typeof option === 'function') return Object.freeze({ check: option });
  if (typeof option !== 'object' || option === null || Array.isArray(option)) {
    throw new TypeError(`${owner}: 'auth' must be a check or an object`);
  }
  for (const name of Object.keys(option)) {
    if (!KNOWN.includes(name))
      throw new TypeError(`${owner}: unknown 'auth' member '${name}'; known: ${KNOWN.join(', ')}`);
  }
  const { check, public: isPublic = false, hidden = false, tags = [] } = option;
  if (check !== undefined && typeof check !== 'function')
    throw new TypeError(`${owner}: 'auth.check' must be a function`);
  if (typeof isPublic !== 'boolean' || typeof hidden !== 'boolean') {
    throw new TypeError(`${owner}: 'auth.public' and 'auth.hidden' must be true or false`);
  }
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) {
    throw new TypeError(`${owner}: 'auth.tags' must be a list of texts`);
  }
  // Public and yet restricted: one of the two is a mistake, and guessing which opens a door.
  if (isPublic && (check !== undefined || hidden)) {
    throw new TypeError(`${owner}: 'auth.public' cannot be combined with 'check' or 'hidden'`);
  }
  return Object.freeze({
    ...(check === undefined ? {} : { check }),
    public: isPublic,
    hidden,
    tags: Object.freeze([...tags]),
  });
}

/** What a function given to {@link requires} sees. `args` are the validated arguments of the call. */
export type ScopesFromOperation = Parameters<typeof requireScopesFrom>[0];

/** A rule from scopes: all of the named ones, or those that a function finds for the call at hand. Throws without any. */
export function requires(first: string | ScopesFromOperation, ...others: readonly string[]): Check {
  if (typeof first === 'function') {
    if (others.length > 0) throw new TypeError('requires: give either scopes or one function');
    return requireScopesFrom(first);
  }
  return requireScopes(first, ...others);
}
