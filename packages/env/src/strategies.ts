import { FASTMCP_ENVIRONMENT_PREFIX, nearestName } from '@auth/core';

/** What the variable named by the prefix can say: one of these, or a module of somebody else's. */
export interface Strategy {
  /** `jwt`, `introspection`, `static` or `debug`, or the module specifier. */
  readonly name: string;
  /** What is imported. */
  readonly specifier: string;
  /** Set for our own packages, whose variables are `<prefix>_<section>_…`. */
  readonly section: string | undefined;
}

/** Our packages by strategy. */
const PACKAGES: Readonly<Record<string, string>> = {
  jwt: '@auth/jwt',
  introspection: '@auth/introspection',
  static: '@auth/dev-verifiers',
  debug: '@auth/dev-verifiers',
};

/** The strategies of our packages, for texts. */
export const STRATEGY_NAMES: readonly string[] = Object.freeze(Object.keys(PACKAGES));

/** The sections of all our packages, whether they are installed or not. */
export const SECTIONS: readonly string[] = Object.freeze(STRATEGY_NAMES.map((name) => name.toUpperCase()));

/** FastMCP's classes (2.11 to 2.14) that verify tokens and nothing more, by their last name, with our equivalents. */
const FASTMCP_CLASSES: Readonly<Record<string, string>> = {
  JWTVerifier: 'jwt',
  BearerAuthProvider: 'jwt',
  IntrospectionTokenVerifier: 'introspection',
  StaticTokenVerifier: 'static',
  DebugTokenVerifier: 'debug',
};

/** The modules that FastMCP exported those classes from; `module:Class` was allowed as well as `module.Class`. */
const FASTMCP_CLASS_PATH = /^fastmcp\.server\.auth\.(?:providers\.(?:jwt|bearer|introspection|debug)[.:])?:?(\w+)$/;

/** Sections of FastMCP's providers that take part in login: not for us, and no reason to stop. */
const FASTMCP_LOGIN_SECTIONS = [
  'AUTH0',
  'AUTHKITPROVIDER',
  'AWS_COGNITO',
  'AZURE',
  'DESCOPEPROVIDER',
  'DISCORD',
  'GITHUB',
  'GOOGLE',
  'OCI',
  'SCALEKITPROVIDER',
  'SUPABASE',
  'WORKOS',
];

/** Sections that belong to somebody else under this prefix. */
export function foreignSections(prefix: string): readonly string[] {
  return prefix === FASTMCP_ENVIRONMENT_PREFIX ? FASTMCP_LOGIN_SECTIONS : [];
}

/** Reads the strategy's text, which is not blank. A text is the problem, without the value in it. */
export function readStrategy(text: string, prefix: string): Strategy | string {
  const trimmed = text.trim();
  const own = ownStrategy(trimmed.toLowerCase());
  if (own !== undefined) return own;
  if (prefix === FASTMCP_ENVIRONMENT_PREFIX && /^fastmcp[.:]/.test(trimmed)) {
    const equivalent = FASTMCP_CLASSES[FASTMCP_CLASS_PATH.exec(trimmed)?.[1] ?? ''];
    return (
      ownStrategy(equivalent ?? '') ??
      'names a FastMCP class without an equivalent here: these packages verify tokens and take no part in login. ' +
        `Set ${STRATEGY_NAMES.join(', ')}, for example jwt with the JWKS of that identity provider`
    );
  }
  return { name: trimmed, specifier: trimmed, section: undefined };
}

/** What to say when a module is not there. The name of a package of ours is no secret; any other text may be anything. */
export function missingModuleText({ specifier, section }: Strategy): string {
  if (section !== undefined) return `needs the package ${specifier}, which is not installed: npm install ${specifier}`;
  const nearest = nearestName(specifier.slice(0, 100), STRATEGY_NAMES);
  return (
    `must be ${STRATEGY_NAMES.join(', ')}, or a module that can be imported (the nearest known is ${nearest}); ` +
    'if it is meant to name a package, install that package in the application'
  );
}

function ownStrategy(name: string): Strategy | undefined {
  const specifier = Object.hasOwn(PACKAGES, name) ? PACKAGES[name] : undefined;
  return specifier === undefined ? undefined : { name, specifier, section: name.toUpperCase() };
}
