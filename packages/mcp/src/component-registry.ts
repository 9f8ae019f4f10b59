import type { AccessToken } from '@auth/core';
import type { ArgumentsReading, ComponentAuth, ComponentKind, ProtectedComponent } from './component.js';
import type { FindComponent } from './decision.js';
import type { DecisionEngine } from './decision-engine.js';
import type { ComponentReference } from './operation.js';

/** A tool, resource or prompt as the SDK keeps it. */
export interface Registered {
  readonly inputSchema?: unknown;
  readonly argsSchema?: unknown;
}

/** A resource template as the SDK keeps it. */
export interface RegisteredTemplate extends Registered {
  readonly resourceTemplate: {
    readonly uriTemplate: { match(uri: string): Readonly<Record<string, unknown>> | null; toString(): string };
  };
}

/** What an SDK server has registered: tools and prompts by name, resources by URI, templates by their own names. */
export interface Registries {
  readonly tools: Readonly<Record<string, Registered>>;
  readonly resources: Readonly<Record<string, Registered>>;
  readonly templates: Readonly<Record<string, RegisteredTemplate>>;
  readonly prompts: Readonly<Record<string, Registered>>;
}

const NO_RULES: ComponentAuth = Object.freeze({});

/**
 * The rules of one server's components. Looks names up where the SDK itself does, at the time of the request, so that a
 * component that was renamed, replaced or registered without rules is never mistaken for another one.
 */
export class ComponentRegistry {
  readonly #registries: Registries;
  /** Written when a component is registered. */
  readonly #rules = new WeakMap<object, ComponentAuth>();
  /** What the SDK keeps for a component that was found. Written by `#component`. */
  readonly #registered = new WeakMap<ProtectedComponent, object>();

  constructor(registries: Registries) {
    this.#registries = registries;
  }

  /** Binds a rule to what the SDK returned from a registration. */
  protect(registered: object, auth: ComponentAuth): void {
    this.#rules.set(registered, auth);
  }

  /** What a request's reference names, in the order in which the SDK serves it. */
  readonly find: FindComponent = (reference) => reference.kinds.flatMap((kind) => this.#candidates(kind, reference));

  /** What the SDK keeps for these components. */
  registeredOf(components: readonly ProtectedComponent[]): ReadonlySet<object> {
    return new Set(components.flatMap((component) => this.#registered.get(component) ?? []));
  }

  /** Everything that is hidden from this caller. */
  async hiddenFrom(engine: DecisionEngine, principal: AccessToken | undefined): Promise<ReadonlySet<object>> {
    const absent: ProtectedComponent[] = [];
    for (const component of this.#hidden()) {
      if (!(await engine.isListed(principal, component))) absent.push(component);
    }
    return this.registeredOf(absent);
  }

  /** Whether lists differ from caller to caller. */
  hasHidden(): boolean {
    return this.#hidden().length > 0;
  }

  #hidden(): readonly ProtectedComponent[] {
    const { tools, resources, templates, prompts } = this.#registries;
    const hidden = ([, registered]: readonly [string, Registered]): boolean =>
      this.#rules.get(registered)?.hidden === true;
    return [
      ...Object.entries(tools)
        .filter(hidden)
        .map(([name, registered]) => this.#component('tool', name, registered)),
      ...Object.entries(resources)
        .filter(hidden)
        .map(([uri, registered]) => this.#component('resource', uri, registered)),
      ...Object.values(templates)
        .filter((registered) => hidden(['', registered]))
        .map((registered) => this.#template(registered, undefined)),
      ...Object.entries(prompts)
        .filter(hidden)
        .map(([name, registered]) => this.#component('prompt', name, registered)),
    ];
  }

  #candidates(kind: ComponentKind, { name, isCall = false }: ComponentReference): readonly ProtectedComponent[] {
    // What is called is named by its URI, what is completed by the text of its template.
    const uri = isCall ? normalized(name) : name;
    switch (kind) {
      case 'tool':
        return this.#named('tool', this.#registries.tools, name);
      case 'prompt':
        return this.#named('prompt', this.#registries.prompts, name);
      case 'resource':
        return this.#named('resource', this.#registries.resources, uri);
      case 'resource_template':
        return isCall ? this.#matching(uri) : this.#withText(name);
    }
  }

  #named(kind: ComponentKind, registry: Readonly<Record<string, Registered>>, name: string): ProtectedComponent[] {
    const registered = Object.hasOwn(registry, name) ? registry[name] : undefined;
    return registered === undefined ? [] : [this.#component(kind, name, registered)];
  }

  #matching(uri: string): ProtectedComponent[] {
    return Object.values(this.#registries.templates).flatMap((registered) => {
      const variables = matched(registered, uri);
      return variables === null ? [] : [this.#template(registered, variables)];
    });
  }

  #withText(text: string): ProtectedComponent[] {
    return Object.values(this.#registries.templates)
      .filter((registered) => registered.resourceTemplate.uriTemplate.toString() === text)
      .map((registered) => this.#template(registered, undefined));
  }

  #template(
    registered: RegisteredTemplate,
    variables: Readonly<Record<string, unknown>> | undefined,
  ): ProtectedComponent {
    const name = registered.resourceTemplate.uriTemplate.toString();
    return this.#component('resource_template', name, registered, async () => ({ valid: true, args: variables }));
  }

  #component(
    kind: ComponentKind,
    name: string,
    registered: Registered,
    readArguments: (args: unknown) => Promise<ArgumentsReading> = (args) =>
      readWithSchema(registered.inputSchema ?? registered.argsSchema, args),
  ): ProtectedComponent {
    const auth = this.#rules.get(registered) ?? NO_RULES;
    const component = Object.freeze({ kind, name, auth, tags: auth.tags ?? [], readArguments });
    this.#registered.set(component, registered);
    return component;
  }
}

/** As the SDK does before it looks a URI up. */
function normalized(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).toString() : uri;
}

function matched(template: RegisteredTemplate, uri: string): Readonly<Record<string, unknown>> | null {
  try {
    return template.resourceTemplate.uriTemplate.match(uri);
  } catch {
    // Too long for the SDK, which then serves nothing either.
    return null;
  }
}

/** The component's own schema reads the arguments (Standard Schema: zod and others). */
async function readWithSchema(schema: unknown, args: unknown): Promise<ArgumentsReading> {
  if (schema === undefined) return { valid: true, args: undefined };
  const standard = (schema as { readonly '~standard'?: { validate?: (value: unknown) => unknown } })['~standard'];
  if (typeof standard?.validate !== 'function') return { valid: false };
  const result = (await standard.validate(args ?? {})) as { readonly issues?: unknown; readonly value?: unknown };
  return result.issues === undefined ? { valid: true, args: result.value } : { valid: false };
}
