import {
  type AccessToken,
  assertKnownOptions,
  assertTokenSize,
  invalidToken,
  numberOption,
  ownClaim,
  parseJsonObject,
  safeVerify,
  shown,
  type Verifier,
  type VerifyOptions,
} from '@auth/core';
import { splitToken } from './compact-token.js';

/** Options of {@link issuerRouter}. */
export interface IssuerRouterOptions {
  /** Longest token that is looked at, in UTF-8 bytes; the verifiers have bounds of their own. Default 16384. */
  readonly maxTokenBytes?: number | undefined;
}

/**
 * One verifier for several issuers: each token goes to the verifier of exactly its issuer, and to no other. The unverified `iss`
 * does nothing but choose from this table; the chosen verifier checks everything, `iss` included.
 *
 * A token whose issuer is missing, no text, or not in the table, is `issuer_mismatch` and causes no network traffic at all; one
 * that cannot be read is `malformed`. A verifier that throws something foreign counts as unavailable. The size of the table does
 * not matter.
 *
 * Throws a `TypeError` for an empty table and for members that are no verifiers.
 */
export function issuerRouter(
  verifiers: Readonly<Record<string, Verifier>>,
  options: IssuerRouterOptions = {},
): Verifier {
  if (typeof verifiers !== 'object' || verifiers === null || Array.isArray(verifiers)) {
    throw new TypeError('issuerRouter: an object of issuers and their verifiers is needed: { [issuer]: verifier }');
  }
  // A Map, because an object has members that nobody configured.
  const table = new Map(Object.entries(verifiers));
  if (table.size === 0) throw new TypeError('issuerRouter: at least one issuer is needed');
  for (const [issuer, verifier] of table) {
    if (issuer.trim() === '') throw new TypeError('issuerRouter: an issuer must be a text that is not blank');
    if (typeof (verifier as Partial<Verifier> | null)?.verifyToken !== 'function') {
      throw new TypeError(
        'issuerRouter: every member must be a verifier, with a verifyToken method: { [issuer]: verifier }',
      );
    }
  }
  assertKnownOptions('issuerRouter', options, ['maxTokenBytes']);
  const bounds = { min: 1, integer: true };
  const maxTokenBytes = numberOption('issuerRouter', 'maxTokenBytes', options.maxTokenBytes, 16_384, bounds);
  return Object.freeze(new IssuerRouter(table, maxTokenBytes));
}

class IssuerRouter implements Verifier {
  readonly #table: ReadonlyMap<string, Verifier>;
  readonly #maxTokenBytes: number;

  constructor(table: ReadonlyMap<string, Verifier>, maxTokenBytes: number) {
    this.#table = table;
    this.#maxTokenBytes = maxTokenBytes;
  }

  async verifyToken(token: string, options?: VerifyOptions): Promise<AccessToken> {
    assertTokenSize(token, this.#maxTokenBytes);
    const issuer = unverifiedIssuer(token);
    const verifier = typeof issuer === 'string' ? this.#table.get(issuer) : undefined;
    if (verifier === undefined) {
      throw invalidToken('issuer_mismatch', { check: 'issuer', actual: shown(issuer) });
    }
    const result = await safeVerify(verifier, token, options);
    if (!result.ok) throw result.error;
    return result.accessToken;
  }
}

/** What a token says about its issuer, as strictly read as by a verifier; nothing about it is verified. */
function unverifiedIssuer(token: string): unknown {
  const parts = splitToken(token);
  if (parts === undefined) throw invalidToken('malformed');
  try {
    parseJsonObject(parts.header.bytes);
    return ownClaim(parseJsonObject(parts.payload), 'iss');
  } catch (error) {
    throw invalidToken('malformed', undefined, error);
  }
}
