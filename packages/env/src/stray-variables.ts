import {
  type Environment,
  type EnvironmentProblem,
  type EnvironmentTable,
  environmentText,
  mayBeFile,
  unknownVariables,
} from '@auth/core';
import { gateNames } from './gate-options.js';
import { foreignSections, SECTIONS, STRATEGY_NAMES } from './strategies.js';

/**
 * Variables under the prefix that neither the strategy's table nor the gate knows. The sections of other strategies are left
 * alone: one variable switches the strategy, the rest of the environment stays.
 */
export function strayVariables(
  env: Environment,
  prefix: string,
  table: EnvironmentTable | undefined,
): readonly EnvironmentProblem[] {
  const start = table?.section === undefined ? prefix : `${prefix}_${table.section}`;
  const own = (table?.variables ?? []).flatMap((variable) => {
    const name = `${start}_${variable.name}`;
    return mayBeFile(variable) ? [name, `${name}_FILE`] : [name];
  });
  const others = [...SECTIONS, ...foreignSections(prefix)].filter((section) => section !== table?.section);
  const isForeign = (variable: string): boolean =>
    gateNames(start).includes(variable) || others.some((section) => variable.startsWith(`${prefix}_${section}_`));
  return unknownVariables(env, prefix, [...own, ...gateNames(prefix)], isForeign);
}

/** Without a strategy, only the server's variables may be set: any other was meant to protect something. */
export function variablesWithoutStrategy(env: Environment, prefix: string): readonly EnvironmentProblem[] {
  const set = Object.keys(env).filter((name) => environmentText(env, name) !== undefined);
  const misspelt = set.find((name) => name.toUpperCase() === prefix.toUpperCase());
  if (misspelt !== undefined) {
    return [{ variable: misspelt, problem: `unknown variable; the nearest known is ${prefix}` }];
  }
  const sections = SECTIONS.map((section) => `${prefix}_${section}_`);
  const [first] = set.filter((name) => sections.some((start) => name.startsWith(start))).sort();
  const waiting = {
    variable: prefix,
    problem: `is not set, but ${first} is; set ${STRATEGY_NAMES.join(', ')}, or the name of a module`,
  };
  return [...(first === undefined ? [] : [waiting]), ...strayVariables(env, prefix, undefined)];
}
