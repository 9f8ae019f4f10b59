import { likelyCause } from '@auth/core';
import { algorithmsOption, type KeyOption } from './algorithm-option.js';
import type { Algorithm } from './algorithms.js';
import type { KeySource } from './key-source.js';
import type { JWTVerifierOptions } from './options.js';
import { createRemoteKeys } from './remote-keys.js';
import { sharedSecretBytes } from './shared-secret.js';
import { keyList, singleKey } from './static-keys.js';
import { staticPublicKey } from './static-public-key.js';
import { importJwk, importSharedSecret, type KeyImport, type VerificationKey } from './verification-key.js';

const KEY_OPTIONS = ['jwksUri', 'publicKey', 'secret', 'jwks', 'discover'] as const satisfies readonly KeyOption[];

/** Where a verifier's keys come from, and which algorithms they may be used for. */
export interface KeysAndAlgorithms {
  readonly keys: KeySource;
  readonly algorithms: readonly Algorithm[];
}

/**
 * Makes the key source of the one key option that is given. Throws a `TypeError` or `RangeError` when there is none or more
 * than one, and for every key that could never verify a token; no text of it repeats a key or a secret.
 */
export function keysOption(
  owner: string,
  options: JWTVerifierOptions,
  issuers: readonly string[] | null,
): KeysAndAlgorithms {
  const keyOption = chosenKeyOption(owner, options);
  const algorithms = algorithmsOption(owner, options.algorithms, keyOption);
  if (options.remoteKeys !== undefined && keyOption !== 'jwksUri' && keyOption !== 'discover') {
    throw new TypeError(`${owner}: option 'remoteKeys' goes with jwksUri or discover only`);
  }
  switch (keyOption) {
    case 'secret': {
      const bytes = sharedSecretBytes(owner, options.secret, algorithms);
      return { algorithms, keys: singleKey(importSharedSecret(bytes, algorithms)) };
    }
    case 'publicKey': {
      const key = staticPublicKey(owner, options.publicKey, algorithms);
      // By default the list is what the key can do, which is known now (or, without `node:crypto`, a little later).
      const narrowed = options.algorithms === undefined && !(key instanceof Promise) ? key.algorithms : algorithms;
      return { algorithms: narrowed, keys: singleKey(key) };
    }
    case 'jwks':
      return { algorithms, keys: keyList(inlineKeys(owner, options.jwks, algorithms)) };
    default:
      return { algorithms, keys: createRemoteKeys(remoteInit(owner, options, algorithms, issuers)) };
  }
}

function chosenKeyOption(owner: string, options: JWTVerifierOptions): KeyOption {
  const { discover } = options;
  if (discover !== undefined && typeof discover !== 'boolean') {
    throw new TypeError(`${owner}: option 'discover' must be true or false`);
  }
  const given = KEY_OPTIONS.filter((name) => options[name] !== undefined && options[name] !== false);
  const [only] = given;
  if (only === undefined || given.length > 1) {
    const found = given.length === 0 ? noneGiven(options) : `${given.join(' and ')} are given`;
    throw new TypeError(`${owner}: exactly one of the options ${KEY_OPTIONS.join(', ')} is needed; ${found}`);
  }
  return only;
}

function noneGiven(options: JWTVerifierOptions): string {
  const empty = KEY_OPTIONS.find((name) => Object.hasOwn(options, name) && options[name] === undefined);
  return empty === undefined ? 'none is given' : `none is given${likelyCause(undefined).replace('it', `'${empty}'`)}`;
}

function remoteInit(
  owner: string,
  options: JWTVerifierOptions,
  algorithms: readonly Algorithm[],
  issuers: readonly string[] | null,
): Parameters<typeof createRemoteKeys>[0] {
  const { jwksUri, remoteKeys, transport, clock, observer } = options;
  const shared = { owner, algorithms, remoteKeys, transport, clock, observer };
  if (jwksUri !== undefined) return { ...shared, jwksUri };
  const [issuer] = issuers ?? [];
  if (issuer === undefined || issuers?.length !== 1) {
    throw new TypeError(`${owner}: option 'discover' needs exactly one 'issuer'`);
  }
  return { ...shared, discoverIssuer: issuer };
}

function jwksCause(jwks: unknown): string {
  if (typeof jwks !== 'string') return likelyCause(jwks);
  return /^https?:/i.test(jwks) ? "; a URL belongs in the option 'jwksUri'" : '; it is a text: write JSON.parse(text)';
}

function inlineKeys(
  owner: string,
  jwks: unknown,
  algorithms: readonly Algorithm[],
): readonly VerificationKey[] | Promise<readonly VerificationKey[]> {
  const keys = typeof jwks === 'object' && jwks !== null ? (jwks as { readonly keys?: unknown }).keys : undefined;
  if (!Array.isArray(keys))
    throw new TypeError(`${owner}: option 'jwks' must be a JWK Set: { keys: [...] }${jwksCause(jwks)}`);
  const imports = Array.from(keys as readonly unknown[], (jwk) => importJwk(jwk, algorithms));
  const usable = (results: readonly KeyImport[]): readonly VerificationKey[] => {
    const found = results.flatMap((result) => ('key' in result ? [result.key] : []));
    if (found.length > 0) return found;
    const reasons = [...new Set(results.flatMap((result) => ('ignored' in result ? [result.ignored] : [])))];
    const why = reasons.length === 0 ? 'it is empty' : reasons.slice(0, 8).join('; ');
    throw new TypeError(`${owner}: option 'jwks' has no key that can be used: ${why}`);
  };
  // What is known at once is judged at once.
  if (imports.every((result) => !(result instanceof Promise) && 'ignored' in result))
    return usable(imports as KeyImport[]);
  return imports.some((result) => result instanceof Promise)
    ? Promise.all(imports).then(usable)
    : usable(imports as KeyImport[]);
}
