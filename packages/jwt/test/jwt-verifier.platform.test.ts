import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { ALGORITHMS, ASYMMETRIC, goodClaims, keyFor, keyOption, signed, TRUST } from './signing-keys.js';

describe('JWTVerifier on each platform', () => {
  it.each(ALGORITHMS)(
    '%s: accepts good tokens and refuses forged ones, one at a time and many at once',
    async (algorithm) => {
      const key = await keyFor(algorithm);
      const stranger = await keyFor(algorithm, 'stranger');
      const verifier = new JWTVerifier({ ...TRUST, ...keyOption(key), algorithms: algorithm, cache: false });
      await verifier.ready();
      const make = (signer: typeof key, jti: string): string => signed(signer, { alg: algorithm }, goodClaims({ jti }));
      await expect(verifier.verifyToken(make(key, 'one'))).resolves.toMatchObject({ subject: 'alice' });
      await expect(verifier.verifyToken(make(stranger, 'one'))).rejects.toMatchObject({ reason: 'signature_invalid' });
      const many = Array.from({ length: 24 }, async (_item, index) => {
        const outcome = await verifier
          .verifyToken(make(index % 2 === 0 ? key : stranger, String(index)))
          .catch(() => 'refused');
        expect(outcome === 'refused').toBe(index % 2 === 1);
      });
      await Promise.all(many);
    },
  );

  it.each(ASYMMETRIC)('%s: inline jwks, the first token waits for no one to call ready', async (algorithm) => {
    const key = await keyFor(algorithm);
    const verifier = new JWTVerifier({ ...TRUST, jwks: { keys: [{ kty: 'RSA' }, key.jwk] }, algorithms: algorithm });
    const token = signed(key, { alg: algorithm, kid: key.kid }, goodClaims());
    await expect(verifier.verifyToken(token)).resolves.toMatchObject({ subject: 'alice' });
    await expect(verifier.verifyToken(token)).resolves.toMatchObject({ subject: 'alice' });
    await verifier.close();
  });

  it('a key of good form that is no key makes nothing pass', async () => {
    const { jwk } = await keyFor('ES256');
    const options = { ...TRUST, publicKey: { ...jwk, y: jwk.x } };
    // node:crypto sees it at once; Web Crypto only later, and the fault is not the token's.
    let verifier: JWTVerifier;
    try {
      verifier = new JWTVerifier(options);
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      return;
    }
    const token = signed(await keyFor('ES256'), { alg: 'ES256' }, goodClaims());
    await expect(verifier.verifyToken(token)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    await expect(verifier.ready()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });
});
