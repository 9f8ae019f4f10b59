import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { describe, expect, it } from 'vitest';
import type { Algorithm } from '../src/algorithms.js';
import { KeyPair } from '../src/key-pair.js';

const ALGORITHMS: readonly Algorithm[] = ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'];

describe('KeyPair.certificate', () => {
  it.each(ALGORITHMS)('is a self-signed certificate of an %s key', async (algorithm) => {
    const keyPair = await KeyPair.generate(algorithm);
    const certificate = new X509Certificate(keyPair.certificate());
    expect(certificate.verify(keyPair.publicKeyObject)).toBe(true);
    expect(certificate.checkIssued(certificate)).toBe(true);
    expect(certificate.publicKey.export({ format: 'jwk' })).toEqual(keyPair.publicKeyObject.export({ format: 'jwk' }));
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkHost('other')).toBeUndefined();
    expect([certificate.validFrom, certificate.validTo]).toEqual([
      'Jan  1 00:00:00 2020 GMT',
      'Dec 31 23:59:59 2049 GMT',
    ]);
  });

  it('says whose it is and how long it is valid', async () => {
    const keyPair = await KeyPair.generate('ES256');
    const certificate = new X509Certificate(
      keyPair.certificate({ commonName: '127.0.0.1', validFrom: 0, validUntil: 60.9 }),
    );
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.subject).toBe('CN=127.0.0.1');
    expect([certificate.validFrom, certificate.validTo]).toEqual([
      'Jan  1 00:00:00 1970 GMT',
      'Jan  1 00:01:00 1970 GMT',
    ]);
  });

  it('is good enough for TLS', async () => {
    const keyPair = await KeyPair.generate('ES256');
    const cert = keyPair.certificate();
    const server = createServer({ key: keyPair.privatePem(), cert }, (_request, response) => response.end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    const trusting = new Agent({ connect: { ca: cert } });
    const { body } = await request(url, { dispatcher: trusting });
    expect(await body.text()).toBe('hello');
    const others = new Agent({ connect: { ca: (await KeyPair.generate('ES256')).certificate() } });
    await expect(request(url, { dispatcher: others })).rejects.toThrow();
    await Promise.all([trusting.destroy(), others.destroy()]);
    server.close();
    server.closeAllConnections();
  });

  it('throws for a secret, and names an option that makes no sense', async () => {
    expect(() => KeyPair.fromSecret('HS256', 's').certificate()).toThrow(TypeError);
    const keyPair = await KeyPair.generate('ES256');
    expect(() => keyPair.certificate({ commonName: '' })).toThrow(/commonName/);
    expect(() => keyPair.certificate({ validUntil: 2_524_608_000 })).toThrow(/validUntil/);
    expect(() => keyPair.certificate({ host: 'x' } as object)).toThrow(/host/);
  });
});
