import {
  type Environment,
  EnvironmentReader,
  type EnvironmentTable,
  type FromEnvContext,
  type HttpTransport,
} from '@auth/core';
import { keysFromEnv } from './env-keys.js';
import { jwtTable } from './env-variables.js';
import { JWTVerifier } from './jwt-verifier.js';
import type { JWTVerifierOptions } from './options.js';
import type { RemoteKeysOptions } from './remote-key-options.js';

/** The variables of this package. */
export const environment: readonly EnvironmentTable[] = Object.freeze([jwtTable]);

/**
 * Makes the verifier that the environment describes: `<prefix>_JWT_…`. Throws an `EnvironmentError` that lists every problem,
 * and no value. With prefix `FASTMCP_SERVER_AUTH` the variables mean what they meant in FastMCP 2.
 */
export function fromEnv(env: Environment, context: FromEnvContext = {}): JWTVerifier {
  const reader = new EnvironmentReader(jwtTable, env, context);
  const keys = keysFromEnv(reader);
  const remoteKeys = remoteKeysFromEnv(reader);
  const issuer = oneOrMore(reader.identifiers('ISSUER', true));
  const audience = oneOrMore(reader.identifiers('AUDIENCE', true));
  const maxEntries = reader.number('CACHE_MAX_ENTRIES');

  if (reader.problems.length > 0 && keys !== undefined) {
    // Only the constructor judges keys, and it will not be reached: it is asked about them alone.
    const wanted = keys.options.discover ? issuer : null;
    if (wanted !== undefined) {
      const judged = { ...keys.options, issuer: wanted, audience: null, transport: unused };
      reader.attempt(() => new JWTVerifier(judged), keys.feeds);
    }
  }
  return reader.construct(
    () =>
      new JWTVerifier({
        ...keys?.options,
        // Without a value, a problem is noted, and this is not reached.
        issuer: issuer ?? null,
        audience: audience ?? null,
        requiredScopes: reader.list('REQUIRED_SCOPES'),
        clockToleranceSeconds: reader.number('CLOCK_TOLERANCE_SECONDS'),
        maxTokenAgeSeconds: reader.number('MAX_TOKEN_AGE_SECONDS'),
        requireExpiration: reader.flag('REQUIRE_EXPIRATION'),
        profile: reader.text('PROFILE') as JWTVerifierOptions['profile'],
        maxTokenBytes: reader.number('MAX_TOKEN_BYTES'),
        cache: maxEntries === undefined ? undefined : maxEntries > 0 && { maxEntries },
        remoteKeys,
      }),
    keys?.feeds,
  );
}

const unused: HttpTransport = () => Promise.reject(new TypeError('this verifier was made for its options only'));

const REMOTE = {
  timeoutMs: 'JWKS_TIMEOUT_SECONDS',
  ttlSeconds: 'JWKS_TTL_SECONDS',
  cooldownSeconds: 'JWKS_COOLDOWN_SECONDS',
  maxStaleSeconds: 'JWKS_MAX_STALE_SECONDS',
} as const satisfies Partial<Record<keyof RemoteKeysOptions, string>>;

/** How remote keys are kept; undefined when nothing is said about it. */
function remoteKeysFromEnv(reader: EnvironmentReader): RemoteKeysOptions | undefined {
  const given = Object.values(REMOTE).filter((name) => reader.isSet(name));
  if (given.length === 0) return undefined;
  if (!reader.isSet('JWKS_URI') && reader.flag('DISCOVER') !== true) {
    const [uri, discover] = [reader.variable('JWKS_URI'), reader.variable('DISCOVER')];
    for (const name of given) reader.problem(name, `goes with ${uri} or ${discover} only`);
  }
  const timeoutSeconds = reader.number(REMOTE.timeoutMs);
  return {
    timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000,
    ttlSeconds: reader.number(REMOTE.ttlSeconds),
    cooldownSeconds: reader.number(REMOTE.cooldownSeconds),
    maxStaleSeconds: reader.number(REMOTE.maxStaleSeconds),
  };
}

/** One member as a text: what `verifier.issuer` shows is what was written. */
function oneOrMore(list: readonly string[] | null | undefined): string | readonly string[] | null | undefined {
  return list?.length === 1 ? list[0] : list;
}
