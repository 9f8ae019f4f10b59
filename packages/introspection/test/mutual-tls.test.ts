import { X509Certificate } from 'node:crypto';
import { KeyPair } from '@auth/testing';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { undiciTransport } from '../src/undici.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';
import { type OidcServer, startOidcServer } from './support/oidc-server.js';
import { outcomeOf } from './support/outcome.js';

const serverKey = await KeyPair.generate('ES256');
const clientKey = await KeyPair.generate('ES256');
const strangerKey = await KeyPair.generate('ES256');
// Once each: an ECDSA signature is another one every time.
const ca = serverKey.certificate();
const cert = clientKey.certificate({ commonName: 'client' });

describe('TLS (checklist 35)', () => {
  let server: OidcServer;
  const agents: Agent[] = [];
  beforeAll(async () => {
    const { raw } = new X509Certificate(cert);
    const key = { ...clientKey.publicKeyObject.export({ format: 'jwk' }), x5c: [raw.toString('base64')] };
    server = await startOidcServer(
      [{ client_id: 'rs', token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: { keys: [key as never] } }],
      {},
      {
        key: serverKey.privatePem(),
        cert: ca,
        requestCert: true,
        rejectUnauthorized: false,
      },
    );
  });
  afterAll(async () => {
    for (const agent of agents) await agent.destroy();
    await server[Symbol.asyncDispose]();
  });

  /** A verifier that shows this certificate; undici's own Agent trusts nobody but the public authorities. */
  const verifierWith = (
    connect: { ca?: string; key?: string; cert?: string } | undefined,
  ): IntrospectionTokenVerifier => {
    const agent = connect === undefined ? undefined : new Agent({ connect });
    if (agent !== undefined) agents.push(agent);
    return new IntrospectionTokenVerifier({
      introspectionUrl: server.introspectionUrl,
      clientId: 'rs',
      clientAuthMethod: 'none',
      ...(agent === undefined ? {} : { transport: undiciTransport({ dispatcher: agent }) }),
    });
  };
  const mine = { ca, key: clientKey.privatePem(), cert };

  it('lets oidc-provider know us by the certificate of the caller’s Agent (RFC 8705)', async () => {
    expect(await outcomeOf(verifierWith(mine), 'unknown')).toBe('inactive');
    const sent = server.seen.at(-1);
    expect([sent?.authorization, new URLSearchParams(sent?.body).get('client_id')]).toEqual([undefined, 'rs']);
  });

  it('is temporarily unavailable without our certificate, or with another', async () => {
    expect(await outcomeOf(verifierWith({ ca }), 'unknown')).toBe('temporarily_unavailable');
    const stranger = { ca, key: strangerKey.privatePem(), cert: strangerKey.certificate({ commonName: 'client' }) };
    expect(await outcomeOf(verifierWith(stranger), 'unknown')).toBe('temporarily_unavailable');
  });

  it('sends nothing to a server whose certificate is not trusted', async () => {
    const before = server.seen.length;
    const verifier = verifierWith(undefined);
    await expect(verifier.verifyToken('token')).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      cause: { failure: 'network', code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/) },
    });
    expect(server.seen.length).toBe(before);
    await verifier.close();
  });

  it('leaves the caller’s Agent open', async () => {
    const verifier = verifierWith(mine);
    await verifier.verifyToken('a').catch(() => undefined);
    await verifier.close();
    expect(await outcomeOf(verifier, 'b')).toBe('inactive');
  });
});
