import { IntrospectionFailure } from './failure.js';
import type { PrivateKey } from './private-key.js';

/** Signs a client assertion (RFC 7523 §3) for one request to the server named by `audience`. */
export type AssertionSigner = (audience: string) => Promise<string>;

/** An assertion is used at once; a minute leaves room for clocks that differ. */
const LIFETIME_SECONDS = 60;

/** The signer of `private_key_jwt`. jose is loaded, and the key imported, with the first assertion. */
export function assertionSigner(clientId: string, key: PrivateKey, clock: () => number): AssertionSigner {
  // Written here alone; forgotten when it fails, so that the next request tries again.
  let loading: ReturnType<typeof load> | undefined;
  return async (audience) => {
    try {
      loading ??= load(key);
      const { SignJWT, imported } = await loading;
      const now = Math.floor(clock());
      return await new SignJWT()
        .setProtectedHeader({ alg: key.algorithm, ...(key.kid === undefined ? {} : { kid: key.kid }) })
        .setIssuer(clientId)
        .setSubject(clientId)
        .setAudience(audience)
        .setJti(globalThis.crypto.randomUUID())
        .setIssuedAt(now)
        .setExpirationTime(now + LIFETIME_SECONDS)
        .sign(imported);
    } catch {
      // The error may quote the key.
      loading = undefined;
      throw new IntrospectionFailure('credentials');
    }
  };
}

async function load({ material, algorithm }: PrivateKey) {
  const [{ SignJWT }, { importJWK, importPKCS8 }] = await Promise.all([
    import('jose/jwt/sign'),
    import('jose/key/import'),
  ]);
  const imported =
    typeof material === 'string' ? await importPKCS8(material, algorithm) : await importJWK(material, algorithm);
  return { SignJWT, imported };
}
