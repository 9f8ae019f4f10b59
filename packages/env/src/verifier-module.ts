import type { Environment, EnvironmentProblem, EnvironmentTable, FromEnvContext, TokenVerifier } from '@auth/core';
import { environmentText, isEnvironmentError } from '@auth/core';
import { loadModule, localPath } from './load-module.js';
import { missingModuleText, type Strategy } from './strategies.js';
import { readTextFile } from './text-file.js';

/** What a verifier package exports to take part. */
export interface VerifierModule {
  /**
   * Makes the verifier from the whole environment, or throws: an `EnvironmentError` to list problems by variable. The context
   * holds the prefix, the strategy as it was written, and a function that reads the file of a `…_FILE` variable.
   */
  readonly fromEnv: (env: Environment, context: FromEnvContext) => TokenVerifier | Promise<TokenVerifier>;
  /** Its variables, for unknown names and `describeConfiguration`. Without it, all unknown names are taken to be its own. */
  readonly environment?: readonly EnvironmentTable[] | undefined;
}

/** Loads the module of a strategy; a text is the problem, without the variable's value in it. */
export async function findModule(strategy: Strategy): Promise<VerifierModule | string> {
  const loaded = await loadModule(strategy.specifier);
  if ('exports' in loaded) {
    const { fromEnv, environment } = loaded.exports;
    if (typeof fromEnv !== 'function') return "names a module that exports no function 'fromEnv'";
    return {
      // What it gives is checked when it has been called.
      fromEnv: fromEnv as VerifierModule['fromEnv'],
      environment: Array.isArray(environment) ? (environment as readonly EnvironmentTable[]) : undefined,
    };
  }
  if (loaded.failure !== 'broken') return missingModuleText(strategy);
  if (strategy.section !== undefined)
    return `the package ${strategy.specifier} fails to load: ${reasonOf(loaded.error)}`;
  const places = [strategy.specifier, localPath(strategy.specifier) ?? ''];
  return `the module that it names fails to load: ${reasonOf(loaded.error, places)}`;
}

/** The verifier that a module makes of the environment, or what is wrong. */
export async function makeVerifier(
  module: VerifierModule,
  { name }: Strategy,
  env: Environment,
  prefix: string,
): Promise<{ readonly verifier: TokenVerifier } | { readonly problems: readonly EnvironmentProblem[] }> {
  const values = Object.keys(env)
    .filter((variable) => variable === prefix || variable.startsWith(`${prefix}_`))
    .flatMap((variable) => environmentText(env, variable) ?? []);
  const readAndRemember = (path: string): string => {
    const text = readTextFile(path);
    values.push(text);
    return text;
  };
  try {
    const verifier = await module.fromEnv(env, { prefix, strategy: name, readTextFile: readAndRemember });
    if (typeof verifier?.verifyToken === 'function') return { verifier };
    return { problems: [{ variable: prefix, problem: "its module's fromEnv gave no verifier" }] };
  } catch (error) {
    if (isEnvironmentError(error)) return { problems: error.problems };
    return { problems: [{ variable: prefix, problem: `its module's fromEnv failed: ${reasonOf(error, values)}` }] };
  }
}

/** The table of a strategy: that of its section, or the only one. */
export function tableOf({ environment }: VerifierModule, { section }: Strategy): EnvironmentTable | undefined {
  return environment?.find((table) => table.section === section) ?? environment?.[0];
}

/** A foreign error in one line, without any of the values: somebody else's message may quote them. */
function reasonOf(error: unknown, values: readonly string[] = []): string {
  if (!(error instanceof Error)) return 'something was thrown that is no error';
  const longestFirst = values
    .flatMap((value) => [value, value.trim()])
    .filter((value) => value.length > 3)
    .sort((one, other) => other.length - one.length);
  const text = longestFirst.reduce((shown, value) => shown.replaceAll(value, '…'), `${error.name}: ${error.message}`);
  return text.split('\n', 1)[0] ?? '';
}
