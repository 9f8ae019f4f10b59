import {
  type Environment,
  EnvironmentReader,
  type EnvironmentTable,
  FASTMCP_ENVIRONMENT_PREFIX,
  type FromEnvContext,
  type HttpTransport,
} from '@auth/core';
import { introspectionTable } from './env-variables.js';
import type { BreakerOptions, IntrospectionCacheOptions, IntrospectionTokenVerifierOptions } from './options.js';
import { IntrospectionTokenVerifier } from './verifier.js';

/** The variables of this package. */
export const environment: readonly EnvironmentTable[] = Object.freeze([introspectionTable]);

/** What FastMCP waits for an answer when nothing is said. */
const FASTMCP_TIMEOUT_SECONDS = 10;

/**
 * Makes the verifier that the environment describes: `<prefix>_INTROSPECTION_…`. Throws an `EnvironmentError` that lists every
 * problem, and no value. With prefix `FASTMCP_SERVER_AUTH` the variables mean what they meant in FastMCP 2, which had none for
 * issuer and audience: there they need not be decided about.
 */
export function fromEnv(env: Environment, context: FromEnvContext = {}): IntrospectionTokenVerifier {
  const reader = new EnvironmentReader(introspectionTable, env, context);
  const isFastMcp = reader.prefix === FASTMCP_ENVIRONMENT_PREFIX;
  const client = clientOptions(reader);
  const endpoint = endpointOptions(reader);
  const options: IntrospectionTokenVerifierOptions = {
    issuer: reader.identifiers('ISSUER', !isFastMcp),
    audience: reader.identifiers('AUDIENCE', !isFastMcp),
    requiredScopes: reader.list('REQUIRED_SCOPES'),
    clockToleranceSeconds: reader.number('CLOCK_TOLERANCE_SECONDS'),
    timeoutMs: milliseconds(timeoutSeconds(reader, isFastMcp)),
    cache: cacheOptions(reader),
    breaker: breakerOptions(reader),
    maxTokenBytes: reader.number('MAX_TOKEN_BYTES'),
    maxBytes: reader.number('MAX_BYTES'),
  };
  if (reader.problems.length > 0 && client !== undefined) {
    // Only the constructor judges credentials, and it will not be reached: it is asked about them alone.
    const judged = { ...client, introspectionUrl: 'https://unused.invalid/', transport: unused };
    reader.attempt(() => new IntrospectionTokenVerifier(judged));
  }
  return reader.construct(() => new IntrospectionTokenVerifier({ ...options, ...client, ...endpoint }));
}

const unused: HttpTransport = () => Promise.reject(new TypeError('this verifier was made for its options only'));

/** Where to ask. */
function endpointOptions(
  reader: EnvironmentReader,
): Pick<IntrospectionTokenVerifierOptions, 'introspectionUrl' | 'discover'> {
  const isSet = reader.isSet('INTROSPECTION_URL');
  if (reader.flag('DISCOVER') !== true) {
    const undecided = reader.isSet('DISCOVER') && reader.flag('DISCOVER') === undefined;
    if (!isSet && !undecided) reader.problem('INTROSPECTION_URL', 'is not set, and it is required');
    return { introspectionUrl: reader.text('INTROSPECTION_URL') };
  }
  if (isSet) reader.problem('DISCOVER', `contradicts ${reader.variable('INTROSPECTION_URL')}: set one of the two`);
  return { discover: true };
}

type ClientOptions = Pick<
  IntrospectionTokenVerifierOptions,
  | 'clientId'
  | 'clientSecret'
  | 'clientAuthMethod'
  | 'rawBasicCredentials'
  | 'privateKey'
  | 'signingAlgorithm'
  | 'bearerToken'
>;

/** What each method sends; `none` sends nothing. */
const SECRET_OF: Readonly<Record<string, string>> = {
  client_secret_basic: 'CLIENT_SECRET',
  client_secret_post: 'CLIENT_SECRET',
  private_key_jwt: 'PRIVATE_KEY',
  bearer: 'BEARER_TOKEN',
};

/** Who we are; undefined when something that is needed for it is not there. */
function clientOptions(reader: EnvironmentReader): ClientOptions | undefined {
  const before = reader.problems.length;
  const discover = reader.flag('DISCOVER') === true;
  const given = reader.text('CLIENT_AUTH_METHOD') as IntrospectionTokenVerifierOptions['clientAuthMethod'];
  const isUnusable = given === undefined && reader.isSet('CLIENT_AUTH_METHOD');
  const method = given ?? (discover ? undefined : 'client_secret_basic');
  const secret = isUnusable || method === undefined ? undefined : SECRET_OF[method];
  if (secret !== undefined && !reader.isSet(secret)) reader.problem(secret, `is not set, and ${method} needs it`);
  if (method !== 'bearer' && !reader.isSet('CLIENT_ID')) reader.problem('CLIENT_ID', 'is not set, and it is required');
  const secrets = ['CLIENT_SECRET', 'PRIVATE_KEY', 'BEARER_TOKEN'];
  const isUnreadable = secrets.some((name) => reader.isSet(name) && reader.text(name) === undefined);
  if (isUnusable || isUnreadable || reader.problems.length > before) return undefined;
  return {
    clientId: reader.text('CLIENT_ID'),
    clientSecret: reader.text('CLIENT_SECRET'),
    clientAuthMethod: given,
    rawBasicCredentials: reader.flag('RAW_BASIC_CREDENTIALS'),
    privateKey: reader.text('PRIVATE_KEY'),
    signingAlgorithm: reader.text('SIGNING_ALGORITHM') as IntrospectionTokenVerifierOptions['signingAlgorithm'],
    bearerToken: reader.text('BEARER_TOKEN'),
  };
}

function timeoutSeconds(reader: EnvironmentReader, isFastMcp: boolean): number | undefined {
  const seconds = reader.number('TIMEOUT_SECONDS');
  if (!isFastMcp) return seconds;
  if (seconds !== undefined && !Number.isInteger(seconds)) {
    reader.problem('TIMEOUT_SECONDS', "must be whole seconds, as in FastMCP; the other prefix's may be a fraction");
  }
  return seconds ?? FASTMCP_TIMEOUT_SECONDS;
}

function cacheOptions(reader: EnvironmentReader): IntrospectionCacheOptions | undefined {
  const ttlSeconds = reader.number('CACHE_TTL_SECONDS');
  const [maxEntries, negativeTtlSeconds] = ['CACHE_MAX_ENTRIES', 'CACHE_NEGATIVE_TTL_SECONDS'].map((name) => {
    // A cache that is set up but off would be a surprise either way.
    if (reader.isSet(name) && !reader.isSet('CACHE_TTL_SECONDS')) {
      reader.problem(name, `goes with ${reader.variable('CACHE_TTL_SECONDS')} only`);
    }
    return reader.number(name);
  });
  return ttlSeconds === undefined ? undefined : { ttlSeconds, maxEntries, negativeTtlSeconds };
}

function breakerOptions(reader: EnvironmentReader): BreakerOptions {
  const [open, maxOpen] = [reader.number('BREAKER_OPEN_SECONDS'), reader.number('BREAKER_MAX_OPEN_SECONDS')];
  if (open !== undefined && maxOpen !== undefined && maxOpen < open) {
    reader.problem('BREAKER_MAX_OPEN_SECONDS', `must be at least ${reader.variable('BREAKER_OPEN_SECONDS')}`);
  }
  return { failures: reader.number('BREAKER_FAILURES'), openMs: milliseconds(open), maxOpenMs: milliseconds(maxOpen) };
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
