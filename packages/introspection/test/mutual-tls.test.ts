import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { undiciTransport } from '../src/undici.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';
import { pemOf, selfSigned } from './support/certificate.js';
import { type OidcServer, startOidcServer } from './support/oidc-server.js';
import { outcomeOf } from './support/outcome.js';

const ec = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keyPem = (key: KeyObject): string => String(key.export({ format: 'pem', type: 'pkcs8' }));
const [serverKeys, clientKeys, strangerKeys] = [ec(), ec(), ec()];
const serverCertificate = selfSigned(serverKeys.publicKey, serverKeys.privateKey, 'localhost');
const clientCertificate = selfSigned(clientKeys.publicKey, clientKeys.privateKey, 'client');
const strangerCertificate = selfSigned(strangerKeys.publicKey, strangerKeys.privateKey, 'client');

describe('TLS (checklist 35)', () => {
  let server: OidcServer;
  const agents: Agent[] = [];
  beforeAll(async () => {
    const key = { ...clientKeys.publicKey.export({ format: 'jwk' }), x5c: [clientCertificate.toString('base64')] };
    server = await startOidcServer(
      [{ client_id: 'rs', token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: { keys: [key as never] } }],
      {},
      {
        key: keyPem(serverKeys.privateKey),
        cert: pemOf(serverCertificate),
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
  const ca = pemOf(serverCertificate);
  const mine = { ca, key: keyPem(clientKeys.privateKey), cert: pemOf(clientCertificate) };

  it('lets oidc-provider know us by the certificate of the caller’s Agent (RFC 8705)', async () => {
    expect(await outcomeOf(verifierWith(mine), 'unknown')).toBe('inactive');
    const sent = server.seen.at(-1);
    expect([sent?.authorization, new URLSearchParams(sent?.body).get('client_id')]).toEqual([undefined, 'rs']);
  });

  it('is temporarily unavailable without our certificate, or with another', async () => {
    expect(await outcomeOf(verifierWith({ ca }), 'unknown')).toBe('temporarily_unavailable');
    const stranger = { ca, key: keyPem(strangerKeys.privateKey), cert: pemOf(strangerCertificate) };
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
