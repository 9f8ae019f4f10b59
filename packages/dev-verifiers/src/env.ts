import {
  DEFAULT_ENVIRONMENT_PREFIX,
  type Environment,
  EnvironmentError,
  EnvironmentReader,
  type EnvironmentTable,
  environmentText,
  type FromEnvContext,
  parseJsonObject,
} from '@auth/core';
import { DebugTokenVerifier } from './debug-token-verifier.js';
import { isProduction } from './development-guard.js';
import { StaticTokenVerifier } from './static-token-verifier.js';
import type { StaticToken } from './static-tokens.js';

const REQUIRED_SCOPES = {
  name: 'REQUIRED_SCOPES',
  type: 'scopes',
  doc: 'Scopes that every token must hold.',
  default: 'none',
  example: 'notes:read',
} as const;

const ALLOW_IN_PRODUCTION = {
  name: 'ALLOW_IN_PRODUCTION',
  type: 'boolean',
  doc: 'Run although `NODE_ENV` is `production`.',
  default: 'false',
  example: 'false',
} as const;

const STATIC: EnvironmentTable = {
  section: 'STATIC',
  variables: [
    {
      name: 'TOKENS',
      type: 'secret',
      required: true,
      doc: 'JSON object: each token with `{ "clientId", "scopes", "expiresAt", "subject", "claims" }`, of which only the first is required.',
      example: '{"dev-alice-token":{"clientId":"alice","scopes":["notes:read"]}}',
    },
    REQUIRED_SCOPES,
    ALLOW_IN_PRODUCTION,
  ],
};

const DEBUG: EnvironmentTable = {
  section: 'DEBUG',
  variables: [
    {
      name: 'CLIENT_ID',
      type: 'text',
      doc: 'Client id that every token gets.',
      default: 'debug-client',
      example: 'debug-client',
    },
    { name: 'SCOPES', type: 'scopes', doc: 'Scopes that every token gets.', default: 'none', example: 'notes:read' },
    REQUIRED_SCOPES,
    ALLOW_IN_PRODUCTION,
  ],
};

/** The variables of this package, one table for each strategy. */
export const environment: readonly EnvironmentTable[] = Object.freeze([STATIC, DEBUG]);

/**
 * Makes the verifier that the environment describes; the strategy, `static` or `debug`, is the context's, else the value of
 * the variable that the prefix names. Throws an `EnvironmentError` that lists every problem, and no value.
 */
export function fromEnv(env: Environment, context: FromEnvContext = {}): DebugTokenVerifier | StaticTokenVerifier {
  const prefix = context.prefix ?? DEFAULT_ENVIRONMENT_PREFIX;
  const strategy = (context.strategy ?? environmentText(env, prefix) ?? '').trim().toLowerCase();
  if (strategy === 'static') return staticFromEnv(env, context);
  if (strategy === 'debug') return debugFromEnv(env, context);
  throw new EnvironmentError([{ variable: prefix, problem: "must be 'static' or 'debug' for @auth/dev-verifiers" }]);
}

function staticFromEnv(env: Environment, context: FromEnvContext): StaticTokenVerifier {
  const reader = new EnvironmentReader(STATIC, env, context);
  const text = reader.text('TOKENS');
  let tokens: Record<string, unknown> = {};
  try {
    if (text !== undefined) tokens = parseJsonObject(text);
  } catch (error) {
    reader.problem('TOKENS', `must be a JSON object: ${error instanceof Error ? error.message : 'it is broken'}`);
  }
  const allowInProduction = allowedInProduction(reader, env);
  return reader.construct(
    () =>
      new StaticTokenVerifier({
        // The constructor checks the definitions.
        tokens: tokens as Record<string, StaticToken>,
        requiredScopes: reader.list('REQUIRED_SCOPES'),
        allowInProduction,
      }),
  );
}

function debugFromEnv(env: Environment, context: FromEnvContext): DebugTokenVerifier {
  const reader = new EnvironmentReader(DEBUG, env, context);
  const allowInProduction = allowedInProduction(reader, env);
  return reader.construct(
    () =>
      new DebugTokenVerifier({
        clientId: reader.text('CLIENT_ID'),
        scopes: reader.list('SCOPES'),
        requiredScopes: reader.list('REQUIRED_SCOPES'),
        allowInProduction,
      }),
  );
}

/** The environment that is read may be another than the process's, which the constructors look at. */
function allowedInProduction(reader: EnvironmentReader, env: Environment): boolean | undefined {
  const allowed = reader.flag('ALLOW_IN_PRODUCTION');
  if (allowed !== true && isProduction(env.NODE_ENV)) {
    reader.problem(
      'ALLOW_IN_PRODUCTION',
      'this verifier proves nothing about a token and refuses NODE_ENV=production; choose jwt or introspection, or set this to true',
    );
  }
  return allowed;
}
