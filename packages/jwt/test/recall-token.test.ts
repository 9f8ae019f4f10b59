import { recallToken, type VerifierEvent } from '@auth/core';
import { describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import { goodClaims, keyFor, NOW, signed, TRUST } from './signing-keys.js';

const key = await keyFor('ES256');
const token = signed(key, { alg: 'ES256' }, goodClaims({ exp: NOW + 60 }));

describe('what is recalled of a token', () => {
  it('is what verifyToken gave, and never one that any function of the user has a say in', async () => {
    let now = NOW;
    const options = { ...TRUST, publicKey: key.publicKey, clock: () => now };
    const verifier = new JWTVerifier(options);
    expect(recallToken(verifier, token)).toBeUndefined();
    const given = await verifier.verifyToken(token);
    expect(recallToken(verifier, token)).toBe(given);
    for (const other of [`${token}A`, ` ${token}`, '', undefined, null, 7, {}]) {
      expect(recallToken(verifier, other as string)).toBeUndefined();
    }
    now = NOW + 65;
    expect(recallToken(verifier, token)).toBeUndefined();
    now = Number.NaN;
    expect(recallToken(verifier, token)).toBeUndefined();
    now = NOW;
    expect(recallToken(verifier, token)).toBe(given);
    await verifier.close();
    expect(recallToken(verifier, token)).toBeUndefined();
    class Other extends JWTVerifier {}
    const others = [
      new Other(options),
      new JWTVerifier({ ...options, cache: false }),
      new JWTVerifier({ ...options, validate: () => true }),
      new JWTVerifier({ ...options, mapClaims: () => ({}) }),
      new JWTVerifier({ ...options, isRevoked: () => false }),
    ];
    for (const each of others) {
      await each.verifyToken(token);
      expect(recallToken(each, token)).toBeUndefined();
    }
  });

  it('is reported as verifyToken reports it', async () => {
    const events: VerifierEvent[] = [];
    const verifier = new JWTVerifier({ ...TRUST, publicKey: key.publicKey, observer: (event) => events.push(event) });
    await verifier.verifyToken(token);
    recallToken(verifier, `${token}A`);
    expect(events).toHaveLength(1);
    recallToken(verifier, token);
    expect(events[1]).toEqual(events[0]);
  });

  it('a signal that throws when it is read is met by the long way, which rejects and does not throw', async () => {
    const verifier = new JWTVerifier({ ...TRUST, publicKey: key.publicKey });
    await verifier.verifyToken(token);
    const options = {
      get signal(): AbortSignal {
        throw new Error('a fault');
      },
    };
    await expect(verifier.verifyToken(token, options)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });
});
