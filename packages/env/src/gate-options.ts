import {
  assertSecureUrl,
  type Environment,
  EnvironmentError,
  type EnvironmentProblem,
  EnvironmentReader,
  type EnvironmentTable,
  environmentText,
  problemText,
} from '@auth/core';
import { readStrategy } from './strategies.js';
import { type FromEnvOptions, notTexts, processEnvironment, readPrefix } from './surroundings.js';

/** What a gate needs to tell clients where tokens come from; for `createGate({ verifier, ...options })`. */
export interface GateOptions {
  /** The resource identifier of this server (RFC 9728 §1.2). */
  readonly resource?: string;
  /** Issuer identifiers of the authorization servers. */
  readonly authorizationServers?: readonly string[];
  /** Scopes that clients may ask for. */
  readonly scopesSupported?: readonly string[];
}

/** The variables that describe the server. Each may also stand in the section of the strategy, as FastMCP has it. */
const gateTable: EnvironmentTable = {
  variables: [
    {
      name: 'RESOURCE',
      type: 'url',
      doc: 'Resource identifier of this server, exactly as clients address it.',
      example: 'https://mcp.example.com/mcp',
    },
    { name: 'BASE_URL', type: 'url', doc: 'Another name for `RESOURCE`.', example: 'https://mcp.example.com/mcp' },
    {
      name: 'RESOURCE_SERVER_URL',
      type: 'url',
      doc: 'Another name for `RESOURCE` (FastMCP 2.11).',
      example: 'https://mcp.example.com/mcp',
    },
    {
      name: 'AUTHORIZATION_SERVERS',
      type: 'list',
      doc: 'Issuers of the authorization servers that clients may use.',
      example: 'https://auth.example.com',
    },
    {
      name: 'SCOPES_SUPPORTED',
      type: 'scopes',
      doc: 'Scopes that clients may ask for.',
      example: 'notes:read,notes:write',
    },
  ],
};

/** The variables of this package, as verifier packages have theirs. */
export const environment: readonly EnvironmentTable[] = Object.freeze([gateTable]);

const RESOURCE_NAMES = ['RESOURCE', 'BASE_URL', 'RESOURCE_SERVER_URL'];

/**
 * What the environment says about the server: `<prefix>_RESOURCE` (or `_BASE_URL`), `<prefix>_AUTHORIZATION_SERVERS`,
 * `<prefix>_SCOPES_SUPPORTED`. What is not set is left out. Throws an `EnvironmentError` that lists every problem, and no
 * value. `env` is `process.env` by default.
 */
export function gateOptionsFromEnv(env: Environment = processEnvironment(), options: FromEnvOptions = {}): GateOptions {
  const prefix = readPrefix('gateOptionsFromEnv', env, options);
  const { gate, problems } = readGate(env, prefix);
  const all = [...notTexts(env, prefix), ...problems];
  if (all.length > 0) throw new EnvironmentError(all);
  return gate;
}

/** The names under which {@link readGate} looks, in full. */
export function gateNames(prefix: string): readonly string[] {
  return gateTable.variables.map(({ name }) => `${prefix}_${name}`);
}

/** Reads the server's variables and what is wrong with them. */
export function readGate(
  env: Environment,
  prefix: string,
): { readonly gate: GateOptions; readonly problems: readonly EnvironmentProblem[] } {
  const strategy = readStrategy(environmentText(env, prefix) ?? '', prefix);
  const section = typeof strategy === 'string' ? undefined : strategy.section;
  const prefixes = section === undefined ? [prefix] : [prefix, `${prefix}_${section}`];
  const readers = prefixes.map((start) => new EnvironmentReader(gateTable, env, { prefix: start }));
  for (const reader of readers) assertIssuers(reader);

  const problems = readers.flatMap((reader) => reader.problems);
  const only = <Value>(
    names: readonly string[],
    get: (reader: EnvironmentReader, name: string) => Value | undefined,
  ) => {
    const found = readers.flatMap((reader) =>
      names.flatMap((name) => {
        const value = get(reader, name);
        return value === undefined ? [] : [{ variable: reader.variable(name), value }];
      }),
    );
    const [first, ...others] = found;
    for (const { variable, value } of others) {
      if (JSON.stringify(value) === JSON.stringify(first?.value)) continue;
      problems.push({ variable, problem: `contradicts ${first?.variable}: set one of the two` });
    }
    return first?.value;
  };
  const resource = only(RESOURCE_NAMES, (reader, name) => reader.text(name));
  const authorizationServers = only(['AUTHORIZATION_SERVERS'], (reader, name) => reader.list(name));
  const scopesSupported = only(['SCOPES_SUPPORTED'], (reader, name) => reader.list(name));
  const gate: GateOptions = Object.freeze({
    ...(resource === undefined ? {} : { resource }),
    ...(authorizationServers === undefined ? {} : { authorizationServers }),
    ...(scopesSupported === undefined ? {} : { scopesSupported }),
  });
  return { gate, problems };
}

function assertIssuers(reader: EnvironmentReader): void {
  const issuers = reader.list('AUTHORIZATION_SERVERS');
  try {
    for (const issuer of issuers ?? []) assertSecureUrl('', 'each', issuer);
    if (issuers?.length === 0) throw new TypeError('must name at least one; leave it blank for none');
  } catch (error) {
    reader.problem('AUTHORIZATION_SERVERS', problemText(error));
  }
}
