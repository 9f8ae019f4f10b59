/**
 * Writes what the README and `.env.example` say about variables, from the tables of the packages: `pnpm --filter @auth/env reference`, after a
 * build. A test fails when they are not current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { DEFAULT_ENVIRONMENT_PREFIX, type EnvironmentTable, type EnvironmentVariable, mayBeFile } from '@auth/core';
import { environment as development } from '@auth/dev-verifiers';
import { environment as server } from '@auth/env';
import { environment as introspection } from '@auth/introspection';
import { environment as jwt } from '@auth/jwt';

const TABLES: readonly EnvironmentTable[] = [...jwt, ...introspection, ...development, ...server];

const [START, END] = [
  '<!-- variables: from the tables, by `pnpm --filter @auth/env reference` -->',
  '<!-- variables: end -->',
];

const TITLES: Readonly<Record<string, readonly [title: string, about: string]>> = {
  JWT: ['jwt', '`MCP_SERVER_AUTH=jwt`, from `@auth/jwt`.'],
  INTROSPECTION: ['introspection', '`MCP_SERVER_AUTH=introspection`, from `@auth/introspection`.'],
  STATIC: ['static', '`MCP_SERVER_AUTH=static`, from `@auth/dev-verifiers`; refuses `NODE_ENV=production`.'],
  DEBUG: ['debug', '`MCP_SERVER_AUTH=debug`, from `@auth/dev-verifiers`; refuses `NODE_ENV=production`.'],
};

const KINDS: Readonly<Record<EnvironmentVariable['type'], string>> = {
  text: 'text',
  url: 'https URL',
  list: 'list',
  scopes: 'list of scopes',
  number: 'number',
  boolean: '`true`, `false`',
  secret: 'secret, or `…_FILE`',
  key: 'key, or `…_FILE`',
};

function fullName(table: EnvironmentTable, { name }: EnvironmentVariable): string {
  return [DEFAULT_ENVIRONMENT_PREFIX, table.section, name].filter((part) => part !== undefined).join('_');
}

/** The tables in Markdown, one for each section. */
export function markdownReference(): string {
  const parts = TABLES.map((table) => {
    const [title, about] = TITLES[table.section ?? ''] ?? [
      'The server',
      'For `gateOptionsFromEnv`, with any strategy.',
    ];
    const rows = table.variables.map((variable) => {
      const { type, default: fallback, required, doc } = variable;
      const cells = [`\`${fullName(table, variable)}\``, KINDS[type], required ? 'required' : (fallback ?? ''), doc];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    });
    return [
      `### ${title}`,
      '',
      about,
      '',
      '| Variable | Type | Default | Meaning |',
      '|---|---|---|---|',
      ...rows,
    ].join('\n');
  });
  return parts.join('\n\n');
}

/** A README with the tables between the marks. Throws when the marks are not there. */
export function withReference(readme: string): string {
  const [start, end] = [readme.indexOf(START), readme.indexOf(END)];
  if (start === -1 || end < start) throw new Error('the README has lost the marks around its variables');
  return `${readme.slice(0, start + START.length)}\n\n${markdownReference()}\n\n${readme.slice(end)}`;
}

/** The `.env.example`: every variable with its doc, commented out. */
export function environmentExample(): string {
  const head = [
    '# Written by `pnpm --filter @auth/env reference` from the tables of the packages. Take the # away from what you need.',
    '# Lists: a JSON array of texts, or commas, or blanks. Blank means unset.',
    '',
    '# jwt, introspection, static, debug, or a module that exports fromEnv.',
    `#${DEFAULT_ENVIRONMENT_PREFIX}=jwt`,
  ];
  const parts = TABLES.flatMap((table) => {
    const [title] = TITLES[table.section ?? ''] ?? ['the server'];
    const lines = table.variables.flatMap((variable) => {
      const { doc, default: fallback, example = '' } = variable;
      const name = fullName(table, variable);
      const note = fallback === undefined ? doc : `${doc} Default: ${fallback}.`;
      const quoted = /[\s"#\\]/.test(example) ? `'${example}'` : example;
      const file = mayBeFile(variable) ? [`#${name}_FILE=/run/secrets/${variable.name.toLowerCase()}`] : [];
      return ['', `# ${note.replaceAll('`', '')}`, `#${name}=${quoted}`, ...file];
    });
    return ['', '', `# --- ${title} ---`, ...lines];
  });
  return `${[...head, ...parts].join('\n')}\n`;
}

if (import.meta.filename === process.argv[1]) {
  const [readme, example] = ['../README.md', '../.env.example'].map((path) => new URL(path, import.meta.url));
  if (readme !== undefined) writeFileSync(readme, withReference(readFileSync(readme, 'utf8')));
  if (example !== undefined) writeFileSync(example, environmentExample());
}
