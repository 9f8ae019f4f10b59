import type { AuthOption } from './component.js';
import type { ServerGuard } from './server-guard.js';

type Register = (...parameters: readonly unknown[]) => object;

interface Config {
  readonly auth?: AuthOption | undefined;
}

/** The registrations that both versions of the SDK have; their types differ, the order of their parameters does not. */
const NAMES = ['registerTool', 'registerPrompt', 'registerResource'] as const;

/** Replaces the registrations on the server itself: there is no second reference by which a rule could be forgotten. */
export function guardRegistrations(server: object, guard: ServerGuard): void {
  const original = server as Record<(typeof NAMES)[number], Register>;
  const [registerTool, registerPrompt, registerResource] = NAMES.map((name) => original[name].bind(server)) as [
    Register,
    Register,
    Register,
  ];
  Object.assign(server, {
    registerTool: (name: string, { auth, ...config }: Config, callback: () => unknown) =>
      guard.register('tool', name, auth, callback, (guarded) => registerTool(name, config, guarded)),
    registerPrompt: (name: string, { auth, ...config }: Config, callback: () => unknown) =>
      guard.register('prompt', name, auth, callback, (guarded) => registerPrompt(name, config, guarded)),
    registerResource: (
      name: string,
      where: string | { readonly uriTemplate: object },
      { auth, ...config }: Config,
      callback: () => unknown,
    ) => {
      const [kind, shown] =
        typeof where === 'string'
          ? (['resource', where] as const)
          : (['resource_template', String(where.uriTemplate)] as const);
      return guard.register(kind, shown, auth, callback, (guarded) => registerResource(name, where, config, guarded));
    },
  });
}
