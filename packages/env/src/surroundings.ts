import { assertKnownOptions, DEFAULT_ENVIRONMENT_PREFIX, type Environment, type EnvironmentProblem } from '@auth/core';

/** Options of the functions that read the environment. */
export interface FromEnvOptions {
  /** What the names of all variables begin with. Default `MCP_SERVER_AUTH`; `FASTMCP_SERVER_AUTH` reads FastMCP's. */
  readonly prefix?: string | undefined;
}

/** The process's environment, where there is a process. */
export function processEnvironment(): Environment {
  return globalThis.process?.env ?? {};
}

/** Checks the arguments and gives the prefix. Throws a `TypeError` that names what is wrong. */
export function readPrefix(owner: string, env: unknown, options: FromEnvOptions): string {
  if (typeof env !== 'object' || env === null)
    throw new TypeError(`${owner}: env must be an object such as process.env`);
  assertKnownOptions(owner, options, ['prefix']);
  const { prefix = DEFAULT_ENVIRONMENT_PREFIX } = options;
  if (typeof prefix !== 'string' || !/^[A-Za-z]\w*(?<!_)$/.test(prefix)) {
    throw new TypeError(`${owner}: option 'prefix' must be letters, digits and underscores, without one at the end`);
  }
  return prefix;
}

/** Values that are no texts: an object that only looks like an environment would leave a server open. */
export function notTexts(env: Environment, prefix: string): readonly EnvironmentProblem[] {
  return Object.entries(env)
    .filter(([name]) => name === prefix || name.startsWith(`${prefix}_`))
    .filter(([, value]: readonly [string, unknown]) => value !== undefined && typeof value !== 'string')
    .map(([variable]) => ({ variable, problem: 'must be a text' }));
}
