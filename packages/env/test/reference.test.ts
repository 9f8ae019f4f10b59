import { readFileSync } from 'node:fs';
import { EnvironmentReader, type EnvironmentTable, mayBeFile } from '@auth/core';
import { environment as development } from '@auth/dev-verifiers';
import { environment as introspection } from '@auth/introspection';
import { environment as jwt } from '@auth/jwt';
import { beforeEach, describe, expect, it } from 'vitest';
import { environmentExample, markdownReference, withReference } from '../scripts/reference.js';
import { environment as server, verifierFromEnv } from '../src/index.js';
import { silenceWarnings } from './harness.js';

const P = 'MCP_SERVER_AUTH';
const tables: readonly EnvironmentTable[] = [...jwt, ...introspection, ...development, ...server];
const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

beforeEach(silenceWarnings);

it('the variables in the README are those of the tables; if not, build and run `pnpm --filter @auth/env reference`', () => {
  expect(read('README.md')).toBe(withReference(read('README.md')));
});

it('the .env.example is made of the tables; if not, build and run `pnpm --filter @auth/env reference`', () => {
  expect(read('.env.example')).toBe(environmentExample());
});

it('names every variable of every table', () => {
  const [reference, example] = [markdownReference(), environmentExample()];
  for (const { section, variables } of tables) {
    for (const { name } of variables) {
      const full = [P, section, name].filter((part) => part !== undefined).join('_');
      expect(reference).toContain(`| \`${full}\` |`);
      expect(example).toContain(`\n#${full}=`);
    }
  }
});

it('refuses a README without its marks', () => {
  expect(() => withReference('# nothing')).toThrow('marks');
});

it('every example can be read', () => {
  for (const table of tables) {
    for (const variable of table.variables) {
      const start = table.section === undefined ? P : `${P}_${table.section}`;
      const env = { [`${start}_${variable.name}`]: variable.example ?? '' };
      const reader = new EnvironmentReader(table, env);
      const own = reader.problems.filter((problem) => problem.variable === `${start}_${variable.name}`);
      expect([variable.name, own]).toEqual([variable.name, []]);
      expect(mayBeFile(variable) || variable.example !== '').toBe(true);
    }
  }
});

describe('the blocks of the README', () => {
  const blocks = [...read('README.md').matchAll(/```sh\n([^`]*)```/g)].map(([, text = '']) => text);
  const environments = blocks
    .filter((text) => text.startsWith(P))
    .map((text) =>
      Object.fromEntries(
        [...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value = '']) => [name, value.replace(/^'(.*)'$/, '$1')]),
      ),
    );

  it.each(environments.map((env) => [env[P], env] as const))('for deployment work: %s', async (_, env) => {
    const file = `${P}_INTROSPECTION_CLIENT_SECRET_FILE`;
    const present = file in env ? { ...env, [file]: new URL(import.meta.url).pathname } : env;
    expect(await verifierFromEnv(present)).toBeDefined();
  });

  it('are three: development, staging, production', () => {
    expect(environments.map((env) => env[P])).toEqual(['static', 'introspection', 'jwt']);
  });
});
