import { type Environment, EnvironmentError, environmentText, type TokenVerifier } from '@auth/core';
import { rememberConfiguration } from './describe-configuration.js';
import { readGate } from './gate-options.js';
import { readStrategy } from './strategies.js';
import { strayVariables, variablesWithoutStrategy } from './stray-variables.js';
import { type FromEnvOptions, notTexts, processEnvironment, readPrefix } from './surroundings.js';
import { findModule, makeVerifier, tableOf } from './verifier-module.js';

/**
 * Makes the verifier that the environment describes. The variable named like the prefix chooses the strategy: `jwt`,
 * `introspection`, `static`, `debug`, or a module whose `fromEnv` makes the verifier. Resolves to undefined when nothing is
 * configured; rejects with an `EnvironmentError` that lists every problem at once, by variable and without any value, also
 * when variables of a verifier are set and the strategy is not: a server must not be open by mistake.
 *
 * `env` is `process.env` by default.
 */
export async function verifierFromEnv(
  env: Environment = processEnvironment(),
  options: FromEnvOptions = {},
): Promise<TokenVerifier | undefined> {
  const prefix = readPrefix('verifierFromEnv', env, options);
  const problems = [...notTexts(env, prefix), ...readGate(env, prefix).problems];
  const text = environmentText(env, prefix);
  if (text === undefined) {
    problems.push(...variablesWithoutStrategy(env, prefix));
    if (problems.length > 0) throw new EnvironmentError(problems);
    return undefined;
  }

  const strategy = readStrategy(text, prefix);
  const module = typeof strategy === 'string' ? strategy : await findModule(strategy);
  if (typeof strategy === 'string' || typeof module === 'string') {
    // Of a module that cannot be asked nobody knows which variables it has.
    const strays = typeof strategy === 'string' || strategy.section ? strayVariables(env, prefix, undefined) : [];
    throw new EnvironmentError([{ variable: prefix, problem: String(module) }, ...problems, ...strays]);
  }
  const table = tableOf(module, strategy);
  const made = await makeVerifier(module, strategy, env, prefix);
  if ('problems' in made) problems.push(...made.problems);
  // A package without a table may read whatever it likes.
  const strays = module.environment === undefined ? [] : strayVariables(env, prefix, table);
  problems.push(...strays.filter((stray) => !problems.some(({ variable }) => variable === stray.variable)));
  if ('problems' in made || problems.length > 0) {
    if ('verifier' in made) await close(made.verifier);
    throw new EnvironmentError(problems);
  }
  rememberConfiguration(made.verifier, strategy, table, env, prefix);
  return made.verifier;
}

async function close(verifier: TokenVerifier): Promise<void> {
  try {
    await (verifier as { readonly close?: () => unknown }).close?.();
  } catch {
    // It was never used; the problems matter more.
  }
}
