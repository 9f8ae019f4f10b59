import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { safeVerify, type VerifierEvent } from '@auth/core';
import Provider, { type JWK } from 'oidc-provider';
import { afterEach, expect, test, vi } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';

const AUDIENCE = 'https://notes.example/mcp';

const signingKey = (kid: string): JWK => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kty: 'EC', use: 'sig', alg: 'ES256', kid } as JWK;
};

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const end of ends.splice(0)) await end();
});

/** A real OpenID Provider whose keys are changed the way operators do it: started again with another key set. */
class AuthorizationServer {
  readonly #server: Server = createServer((request, response) => this.#listener(request, response));
  /** Paths asked for, tokens apart. */
  readonly paths: string[] = [];
  #listener: RequestListener = () => undefined;
  issuer = '';

  static async start(): Promise<AuthorizationServer> {
    const made = new AuthorizationServer();
    made.#server.listen(0, '127.0.0.1');
    await once(made.#server, 'listening');
    made.issuer = `http://127.0.0.1:${(made.#server.address() as AddressInfo).port}`;
    return made;
  }

  /** Signs with the first key and publishes all of them. */
  publish(...keys: JWK[]): void {
    const provider = new Provider(this.issuer, {
      jwks: { keys },
      clients: [
        {
          client_id: 'm2m',
          client_secret: 'm2m-secret',
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
          id_token_signed_response_alg: 'ES256',
          scope: 'notes:read',
        },
      ],
      scopes: ['notes:read'],
      ttl: { ClientCredentials: 7200 },
      features: {
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: () => ({
            scope: 'notes:read',
            audience: AUDIENCE,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          }),
        },
      },
    });
    const callback = provider.callback();
    this.#listener = (request, response) => {
      if (request.url !== '/token') this.paths.push(request.url ?? '');
      void callback(request, response);
    };
  }

  async token(): Promise<string> {
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('m2m:m2m-secret')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: AUDIENCE, scope: 'notes:read' }),
    });
    const answer = (await response.json()) as { access_token?: string };
    if (answer.access_token === undefined) throw new Error(`no token: ${JSON.stringify(answer)}`);
    return answer.access_token;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

test('checklist 27: a real authorization server rotates its keys, and the verifier follows without a restart', async () => {
  // Its remarks about quick-start settings.
  vi.spyOn(console, 'info').mockReturnValue();
  vi.spyOn(console, 'warn').mockReturnValue();
  const server = await AuthorizationServer.start();
  const [first, second] = [signingKey('first'), signingKey('second')];
  server.publish(first);
  ends.push(() => server.stop());

  let ahead = 0;
  const events: VerifierEvent[] = [];
  const verifier = new JWTVerifier({
    discover: true,
    issuer: server.issuer,
    audience: AUDIENCE,
    requireExpiration: true,
    profile: 'rfc9068',
    requiredScopes: ['notes:read'],
    clock: () => Date.now() / 1000 + ahead,
    observer: (event) => events.push(event),
  });
  ends.push(() => verifier.close());
  const outcome = async (token: string): Promise<string | undefined> => {
    const result = await safeVerify(verifier, token);
    return result.ok ? result.accessToken.clientId : (result.error.reason ?? result.error.code);
  };

  const old = await server.token();
  expect(await outcome(old)).toBe('m2m');

  // The new key is published next to the old one and signs from now on.
  server.publish(second, first);
  const young = await server.token();
  const before = server.paths.length;
  expect(await outcome(young)).toBe('m2m');
  expect(await outcome(old)).toBe('m2m');
  expect(server.paths.slice(before).filter((path) => path === '/jwks')).toHaveLength(1);

  // The old key is removed: its tokens end with the life of the set that we have, those we have seen before included.
  server.publish(second);
  expect(await outcome(old)).toBe('m2m');
  ahead += 600;
  expect(await outcome(old)).toBe('unknown_key');
  expect(await outcome(young)).toBe('m2m');
  expect(events.filter(({ type }) => type === 'keys.refresh_failed')).toEqual([]);
});
