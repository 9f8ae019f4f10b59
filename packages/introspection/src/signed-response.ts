import { type Claims, type Clock, type HttpTransport, headerValue, ownClaim, parseJsonObject } from '@auth/core';
import { IntrospectionFailure } from './failure.js';
import type { SigningAlgorithm } from './private-key.js';
import { SIGNED_MEDIA_TYPE } from './request.js';
import type { PublicKeySet } from './signing-keys.js';

/** What a signed answer must say (RFC 9701 §5). */
export interface SignedResponseRules {
  readonly issuer: string;
  /** `aud` of the answer: us. */
  readonly clientId: string;
  readonly algorithms: readonly SigningAlgorithm[];
  readonly toleranceSeconds: number;
  readonly clock: Clock;
}

/** An answer is made for one question: an old one was replayed. */
const MAX_AGE_SECONDS = 300;

/**
 * Puts a signed answer into a JSON envelope, `{"jwt":"…"}`, so that it comes in under the same deadline, size cap and status
 * rules as every other answer. Any other media type becomes an empty envelope: unsigned answers are not accepted.
 */
export function enveloped(transport: HttpTransport): HttpTransport {
  return async (request) => {
    const response = await transport(request);
    if (response.status !== 200) return response;
    const type = headerValue(response.headers, 'content-type')?.split(';')[0]?.trim().toLowerCase();
    const body = type === SIGNED_MEDIA_TYPE ? envelope(response.body) : emptyEnvelope(response.body);
    // The declared length is that of the text alone.
    return { ...response, headers: { ...response.headers, 'content-length': undefined }, body };
  };
}

async function* envelope(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('{"jwt":"');
  yield* body;
  yield new TextEncoder().encode('"}');
}

async function* emptyEnvelope(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Read and counted, so that the connection can be used again; as white space, which JSON ignores.
  for await (const chunk of body) yield new Uint8Array(chunk.byteLength).fill(0x20);
  yield new TextEncoder().encode('{}');
}

/**
 * The answer within an envelope, its signature and its claims verified: `typ`, an asymmetric algorithm, `iss`, `aud`, a recent
 * `iat`. `keys(true)` asks for newer keys, once, when none fits. jose is loaded with the first answer.
 */
export async function openSigned(
  { jwt }: Claims,
  rules: SignedResponseRules,
  keys: (renew: boolean) => Promise<PublicKeySet>,
): Promise<Claims> {
  if (typeof jwt !== 'string' || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt)) throw new IntrospectionFailure('unsigned');
  const set = await keys(false);
  if (!(await isAuthentic(jwt, set, rules))) {
    const newer = await keys(true);
    if (newer === set || !(await isAuthentic(jwt, newer, rules))) throw new IntrospectionFailure('signature');
  }
  const claims = readPayload(jwt);
  const introspection = ownClaim(claims, 'token_introspection');
  if (typeof introspection !== 'object' || introspection === null || Array.isArray(introspection)) {
    throw new IntrospectionFailure('signature');
  }
  return introspection as Claims;
}

async function isAuthentic(jwt: string, set: PublicKeySet, rules: SignedResponseRules): Promise<boolean> {
  const [{ jwtVerify }, { createLocalJWKSet }] = await Promise.all([
    import('jose/jwt/verify'),
    import('jose/jwks/local'),
  ]);
  try {
    await jwtVerify(jwt, createLocalJWKSet({ keys: [...set.keys] }), {
      typ: 'token-introspection+jwt',
      algorithms: [...rules.algorithms],
      issuer: rules.issuer,
      audience: rules.clientId,
      maxTokenAge: MAX_AGE_SECONDS,
      clockTolerance: rules.toleranceSeconds,
      currentDate: new Date(rules.clock() * 1000),
    });
    return true;
  } catch {
    // jose's errors hold the claims: the answer of the server.
    return false;
  }
}

/** jose reads the last of several members with one name; we read the bytes that it verified once more, strictly. */
function readPayload(jwt: string): Claims {
  const base64 = (jwt.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
  try {
    return parseJsonObject(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  } catch {
    throw new IntrospectionFailure('signature');
  }
}
