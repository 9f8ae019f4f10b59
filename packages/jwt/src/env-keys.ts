import { type EnvironmentReader, FASTMCP_ENVIRONMENT_PREFIX, parseJsonObject } from '@auth/core';
import type { Algorithm } from './algorithms.js';
import type { JWTVerifierOptions } from './options.js';

/** The options about keys, and the variable that feeds each of them. */
export interface KeysFromEnv {
  readonly options: Pick<JWTVerifierOptions, 'jwksUri' | 'discover' | 'publicKey' | 'secret' | 'jwks' | 'algorithms'>;
  readonly feeds: Readonly<Record<string, string>>;
}

const SOURCES = ['JWKS_URI', 'DISCOVER', 'PUBLIC_KEY', 'SECRET', 'JWKS'] as const;

/**
 * The one source of keys, and the algorithms. Undefined when something is wrong with them, which is noted in the reader. With
 * FastMCP's prefix a `PUBLIC_KEY` is the secret when every `ALGORITHM` is HS*, and no `ALGORITHM` means RS256, as there.
 */
export function keysFromEnv(reader: EnvironmentReader): KeysFromEnv | undefined {
  const source = onlySource(reader);
  const given = reader.list('ALGORITHM') as readonly Algorithm[] | undefined;
  if (given?.length === 0) reader.problem('ALGORITHM', 'must name at least one');
  const text = source === undefined || source === 'DISCOVER' ? undefined : reader.text(source);
  const unusable =
    source === undefined ||
    (source !== 'DISCOVER' && text === undefined) ||
    given?.length === 0 ||
    (given === undefined && reader.isSet('ALGORITHM'));
  if (unusable) return undefined;

  const isFastMcp = reader.prefix === FASTMCP_ENVIRONMENT_PREFIX;
  const isSymmetric = given?.every((algorithm) => algorithm.startsWith('HS')) === true;
  const asymmetric = given ?? (isFastMcp ? (['RS256'] as const) : undefined);
  switch (source) {
    case 'DISCOVER':
      return { options: { discover: true, algorithms: asymmetric }, feeds: {} };
    case 'JWKS_URI':
      return { options: { jwksUri: text, algorithms: asymmetric }, feeds: {} };
    case 'SECRET':
      return { options: { secret: text, algorithms: given }, feeds: {} };
    case 'JWKS':
      return inlineKeys(reader, text ?? '', given);
    case 'PUBLIC_KEY':
      if (isFastMcp && isSymmetric) {
        return { options: { secret: text, algorithms: given }, feeds: { secret: 'PUBLIC_KEY' } };
      }
      if (isFastMcp && !/^\s*(-----BEGIN|\{)/.test(text ?? '')) {
        const algorithm = reader.variable('ALGORITHM');
        reader.problem(
          'PUBLIC_KEY',
          `must be a PEM or JWK; for a shared secret set ${algorithm} to HS256, HS384 or HS512`,
        );
        return undefined;
      }
      return { options: { publicKey: text, algorithms: asymmetric }, feeds: {} };
  }
}

function onlySource(reader: EnvironmentReader): (typeof SOURCES)[number] | undefined {
  const given = SOURCES.filter((name) => (name === 'DISCOVER' ? reader.flag(name) === true : reader.isSet(name)));
  const [source, ...more] = given;
  const named = (names: readonly string[]): string => names.map((name) => reader.variable(name)).join(', ');
  if (source === undefined) {
    // A DISCOVER that is neither true nor false has been noted, and says what was wanted.
    if (reader.isSet('DISCOVER') && reader.flag('DISCOVER') === undefined) return undefined;
    reader.problem(
      'JWKS_URI',
      `is not set, nor is another source of keys; set it, or one of ${named(SOURCES.slice(1))}`,
    );
    return undefined;
  }
  if (more.length === 0) return source;
  reader.problem(source, `is not the only source of keys: keep one of ${named(given)}`);
  return undefined;
}

function inlineKeys(
  reader: EnvironmentReader,
  text: string,
  algorithms: readonly Algorithm[] | undefined,
): KeysFromEnv | undefined {
  try {
    // The constructor looks for the keys in it.
    const jwks = parseJsonObject(text) as { readonly keys: readonly unknown[] } & Record<string, unknown>;
    return { options: { jwks, algorithms }, feeds: {} };
  } catch {
    reader.problem('JWKS', 'must be a JSON object: {"keys":[…]}');
    return undefined;
  }
}
