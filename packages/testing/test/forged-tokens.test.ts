import { createHmac, createPublicKey, verify } from 'node:crypto';
import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { confusedSecrets, encodeSegment, forgeToken } from '../src/forge-token.js';
import { forgedTokens } from '../src/forged-tokens.js';
import { KeyPair } from '../src/key-pair.js';

const options = { issuer: 'https://issuer.example', audience: 'https://api.example', scopes: ['read'] };

describe('forgeToken', () => {
  it('writes objects as JSON, and texts and bytes as they are', () => {
    const token = forgeToken({ header: '{"alg":"none","alg":"x"}', payload: Buffer.from([0xff]), signature: '=+' });
    const [header = '', payload = '', signature] = token.split('.');
    expect(Buffer.from(header, 'base64url').toString()).toBe('{"alg":"none","alg":"x"}');
    expect([payload, signature]).toEqual(['_w', '=+']);
  });

  it.each([
    [null, 'null'],
    [7, '7'],
    [true, 'true'],
    [[1, { a: null }], '[1,{"a":null}]'],
    ['{', '{'],
    ['', ''],
  ])('writes the payload %j as %s', (payload, expected) => {
    const segment = forgeToken({ payload }).split('.')[1] ?? '';
    expect(Buffer.from(segment, 'base64url').toString()).toBe(expected);
    expect(segment).toBe(encodeSegment(payload));
  });

  it('signs segments as they are, however they are encoded', async () => {
    const keyPair = await KeyPair.generate('ES256');
    const signingInput = `${encodeSegment({ alg: 'ES256' })}=.not base64url`;
    const token = forgeToken({ signingInput, signWith: keyPair });
    const signature = Buffer.from(token.slice(signingInput.length + 1), 'base64url');
    const key = { key: keyPair.publicKeyObject, dsaEncoding: 'ieee-p1363' as const };
    expect(token.startsWith(`${signingInput}.`)).toBe(true);
    expect(verify('sha256', Buffer.from(signingInput), key, signature)).toBe(true);
    expect(forgeToken({ signingInput: 'a.b', signature: 'c' })).toBe('a.b.c');
    expect(() => forgeToken({ signingInput, payload: {} })).toThrow(/signingInput/);
    expect(() => forgeToken({ signingInput, header: {} })).toThrow(/signingInput/);
  });

  it('makes an unsigned token of nothing', () => {
    const [header = '', payload = '', signature] = forgeToken().split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'none', typ: 'JWT' });
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ sub: 'fastmcp-user' });
    expect(signature).toBe('');
    expect(() => forgeToken({ head: {} } as object)).toThrow(/head/);
  });

  it('signs what it wrote', async () => {
    const keyPair = await KeyPair.generate('ES256');
    const token = forgeToken({ payload: { sub: 'x' }, signWith: keyPair });
    await expect(jwtVerify(token, createPublicKey(keyPair.publicKey))).resolves.toMatchObject({
      payload: { sub: 'x' },
    });
  });

  it('keys HS256 with the published forms of a public key', async () => {
    const keyPair = await KeyPair.generate('RS256');
    const [pem] = confusedSecrets(keyPair);
    const mac = createHmac('sha256', keyPair.publicKey).update('x').digest();
    expect(Buffer.from(pem?.key.sign('x') ?? [])).toEqual(mac);
  });
});

describe.each(['RS256', 'ES256', 'ES384', 'EdDSA', 'HS256'] as const)('forgedTokens for an %s key', (algorithm) => {
  const made = KeyPair.generate(algorithm, { kid: 'k' }).then(async (keyPair) => ({
    keyPair,
    good: await keyPair.createToken(options),
    forged: await forgedTokens(keyPair, options),
  }));

  it('gives every attack a name of its own and a token unlike the good one', async () => {
    const { good, forged } = await made;
    expect(forged.length).toBeGreaterThan(90);
    expect(new Set(forged.map(({ name }) => name)).size).toBe(forged.length);
    expect(forged.filter(({ token }) => token === good)).toEqual([]);
    // Each has to get past the size limit, else that is all it would test.
    expect(forged.filter(({ token }) => token.length > 16_384)).toEqual([]);
  });

  it('signs well whatever is refused for another reason than its signature', async () => {
    const { keyPair, forged } = await made;
    const reasons = ['unsupported_type', 'critical_header', 'expired', 'audience_mismatch', 'sender_constrained'];
    const chosen = forged.filter(({ reason }) => reason !== undefined && reasons.includes(reason));
    expect(chosen.length).toBeGreaterThan(15);
    for (const { name, token } of chosen) {
      const [header, payload, signature = ''] = token.split('.');
      const input = Buffer.from(`${header}.${payload}`);
      const bytes = Buffer.from(signature, 'base64url');
      if (algorithm === 'HS256') expect(Buffer.from(keyPair.sign(input)), name).toEqual(bytes);
      else {
        const hash = algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`;
        const key = { key: createPublicKey(keyPair.publicKey), dsaEncoding: 'ieee-p1363' as const };
        expect(verify(hash, input, key, bytes), name).toBe(true);
      }
    }
  });

  it('spells one token in several ways that decode to the same bytes', async () => {
    const { forged } = await made;
    // ECDSA signs differently each time: the good token is the one that the variants were made of.
    const good = forged.find(({ name }) => name === 'a padded signature')?.token.slice(0, -1) ?? '';
    const same = forged.filter(({ token }) => {
      const bytes = (text: string): string =>
        text
          .split('.')
          .map((part) => Buffer.from(part, 'base64url').toString('hex'))
          .join();
      return bytes(token) === bytes(good);
    });
    expect(same.length).toBeGreaterThanOrEqual(4);
    expect(same.every(({ reason }) => reason === 'malformed')).toBe(true);
  });
});

it('forgedTokens wants to know what the verifier expects', async () => {
  const keyPair = await KeyPair.generate('ES256');
  await expect(forgedTokens(keyPair, {})).rejects.toThrow(/issuer.*audience/);
  await expect(forgedTokens(keyPair, { ...options, scope: 'x' } as object)).rejects.toThrow(/scope/);
});
