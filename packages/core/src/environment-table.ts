import { nearestName } from './nearest-name.js';
import type { NumberBounds } from './options.js';

/** Environment variables by name, such as `process.env`. A blank value is the same as none. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * How a variable's text is read. `list`: a JSON array of texts, or texts between commas and blanks; `scopes`: a list of
 * scope-tokens; `url`: https, or http on loopback; `boolean`: `true` or `false`; `number`: decimal digits; `secret` and
 * `key`: taken as they are, but literal `\n` in a PEM become line breaks, and also from the file that `…_FILE` names.
 */
export type VariableType = 'text' | 'list' | 'scopes' | 'url' | 'number' | 'boolean' | 'secret' | 'key';

/** One environment variable: parser, error texts, README table and `.env.example` all come from this. */
export interface EnvironmentVariable {
  /** The name after prefix and section, for example `ISSUER`. */
  readonly name: string;
  readonly type: VariableType;
  /** What it means, in one line. */
  readonly doc: string;
  /** What applies when it is not set, in words. Default: nothing does. */
  readonly default?: string;
  /** It must be set. Default: false. */
  readonly required?: boolean;
  /** The only texts allowed, for texts and members of lists. Default: any. */
  readonly choices?: readonly string[];
  /** For numbers. Default: zero and up. */
  readonly bounds?: NumberBounds;
  /** The verifier's option that it feeds, to which construction errors are traced back. Default: the name in camel case. */
  readonly option?: string;
  /** A value for `.env.example`; nobody's secret. */
  readonly example?: string;
}

/** The variables `<prefix>_<section>_<name>`; without a section, `<prefix>_<name>`. */
export interface EnvironmentTable {
  readonly section?: string;
  readonly variables: readonly EnvironmentVariable[];
}

/** What a verifier package's `fromEnv(env, context)` is told besides the environment. */
export interface FromEnvContext {
  /** What all names begin with. Default `MCP_SERVER_AUTH`. */
  readonly prefix?: string | undefined;
  /** The value of the variable that chose the package. Default: what the environment says under the prefix. */
  readonly strategy?: string | undefined;
  /** Reads a file as UTF-8 text, or throws. Without it `…_FILE` variables are refused. */
  readonly readTextFile?: ((path: string) => string) | undefined;
}

/** The prefix when none is given. */
export const DEFAULT_ENVIRONMENT_PREFIX = 'MCP_SERVER_AUTH';

/** The prefix of FastMCP 2.11 to 2.14, under which its variables mean what they meant there. */
export const FASTMCP_ENVIRONMENT_PREFIX = 'FASTMCP_SERVER_AUTH';

/** Names that every section may use besides its own: they describe the server, not the verifier (`BASE_URL` is FastMCP's). */
export const SERVER_VARIABLES: readonly string[] = Object.freeze([
  'RESOURCE',
  'BASE_URL',
  'RESOURCE_SERVER_URL',
  'AUTHORIZATION_SERVERS',
  'SCOPES_SUPPORTED',
]);

/** What is wrong with one variable: never with its value in the text. */
export interface EnvironmentProblem {
  readonly variable: string;
  readonly problem: string;
}

const BRAND: unique symbol = Symbol.for('mcp-bearer-auth.EnvironmentError.1') as never;

/** Everything that is wrong with an environment, at once: one line for each variable, and no value in any of them. */
export class EnvironmentError extends TypeError {
  readonly problems: readonly EnvironmentProblem[];

  constructor(problems: readonly EnvironmentProblem[]) {
    const lines = problems.map(({ variable, problem }) => `  ${variable}: ${problem}`);
    super(`the environment cannot be used:\n${lines.join('\n')}`);
    this.problems = Object.freeze(problems.map((problem) => Object.freeze({ ...problem })));
  }

  static {
    Object.defineProperty(EnvironmentError.prototype, 'name', { value: 'EnvironmentError' });
    Object.defineProperty(EnvironmentError.prototype, BRAND, { value: true });
  }
}

/** Whether a value is an {@link EnvironmentError}, also one made by another copy of this package. */
export function isEnvironmentError(value: unknown): value is EnvironmentError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
}

/** The value of a variable, or undefined when it is not set or blank. */
export function environmentText(env: Environment, variable: string): string | undefined {
  const value: unknown = Object.hasOwn(env, variable) ? env[variable] : undefined;
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** One problem for each variable that is set under `start` (an underscore follows) and is not among the known names. */
export function unknownVariables(
  env: Environment,
  start: string,
  known: readonly string[],
  isForeign: (variable: string) => boolean = () => false,
): readonly EnvironmentProblem[] {
  const suspects = Object.keys(env).filter((name) => name.toUpperCase().startsWith(`${start.toUpperCase()}_`));
  return suspects
    .filter((name) => environmentText(env, name) !== undefined && !known.includes(name) && !isForeign(name))
    .sort()
    .map((variable) => {
      const nearest = nearestName(variable, known);
      return {
        variable,
        problem: `unknown variable${nearest === undefined ? '' : `; the nearest known is ${nearest}`}`,
      };
    });
}

/** Whether the variable may also come from a file. */
export function mayBeFile({ type }: EnvironmentVariable): boolean {
  return type === 'secret' || type === 'key';
}
