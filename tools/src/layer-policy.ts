import type { WorkspacePackage } from './workspace.ts';

/** The scope of our own packages. */
export const OWN_SCOPE = '@auth/';

export interface PackagePolicy {
  /** Own packages that src may import statically. */
  readonly own: readonly string[];
  /** Own packages that src may reach, but only with `import()`. */
  readonly ownByDynamicImport: boolean;
  /** May src import `node:` modules? */
  readonly builtins: boolean;
  /** Runtime dependencies it may have; `undefined`: any it declares. */
  readonly dependencies: readonly string[] | undefined;
  /** `value`: peers are optional and may be imported; `type`: optional and only as `import type`; `none`: no peers. */
  readonly peers: 'value' | 'type' | 'none';
  /** Dependencies that must not be loaded just by importing the package: only `import()` reaches them. */
  readonly lazy: readonly string[];
  /** May src import something whose name is computed? */
  readonly computedImports: boolean;
}

const CORE_ONLY: PackagePolicy = {
  own: ['@auth/core'],
  ownByDynamicImport: false,
  builtins: true,
  dependencies: undefined,
  peers: 'none',
  lazy: [],
  computedImports: false,
};

/** The rooms of the house. A new package under packages/ gets {@link CORE_ONLY} until it has a line here. */
const POLICIES: Readonly<Record<string, PackagePolicy>> = {
  '@auth/core': { ...CORE_ONLY, own: [], builtins: false, dependencies: [] },
  '@auth/jwt': { ...CORE_ONLY, dependencies: ['@auth/core', 'jose', 'undici'] },
  // jose is needed for private_key_jwt and signed responses only; everyone else must not pay for loading it.
  '@auth/introspection': { ...CORE_ONLY, dependencies: ['@auth/core', 'jose', 'undici'], lazy: ['jose'] },
  '@auth/dev-verifiers': { ...CORE_ONLY, dependencies: ['@auth/core'] },
  // The MCP SDK is an optional peer: its fixtures need it, the rest of the kit does not.
  '@auth/testing': { ...CORE_ONLY, dependencies: ['@auth/core', 'jose'], peers: 'value' },
  // The verifier packages are optional peers: the user installs the one that the environment names.
  '@auth/env': {
    ...CORE_ONLY,
    ownByDynamicImport: true,
    dependencies: ['@auth/core'],
    peers: 'value',
    computedImports: true,
  },
  '@auth/http': { ...CORE_ONLY, dependencies: ['@auth/core'], peers: 'type' },
  '@auth/mcp': { ...CORE_ONLY, dependencies: ['@auth/core'], peers: 'value' },
};

/** The policy of a published package; apps and tools import whatever they declare and have none. */
export function policyOf(workspacePackage: WorkspacePackage): PackagePolicy | undefined {
  if (workspacePackage.kind !== 'library') return undefined;
  return POLICIES[workspacePackage.name] ?? CORE_ONLY;
}
