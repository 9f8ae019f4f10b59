/**
 * What the fresh project of a dry run does with the installed packages: each of them works once, over HTTP where it is made
 * for that, and every entry point that needs no framework can be imported.
 */
export const CONSUMER_SCRIPT = `
import assert from 'node:assert/strict';
import { authenticate, isAuthError } from '@auth/core';
import { StaticTokenVerifier } from '@auth/dev-verifiers';
import { verifierFromEnv } from '@auth/env';
import { createGate } from '@auth/http';
import { fetchGate } from '@auth/http/fetch';
import { IntrospectionTokenVerifier } from '@auth/introspection';
import { JWTVerifier } from '@auth/jwt';
import { createAuthorizer } from '@auth/mcp';
import { startAuthorizationServer } from '@auth/testing';

await import('@auth/http/node');
await import('@auth/jwt/undici');
await import('@auth/jwt/ssrf-guard');
await import('@auth/introspection/undici');

await using server = await startAuthorizationServer();
const { issuer, audience, jwksUri, introspectionUrl, resourceServer } = server;
const bearer = (token) => new Request('https://api.example/', { headers: { authorization: 'Bearer ' + token } });

const jwt = new JWTVerifier({ jwksUri, issuer, audience });
const gate = fetchGate(createGate({ verifier: jwt, requiredScopes: ['read'] }));
const caller = await gate(bearer(await server.issue({ subject: 'alice', scopes: ['read'] })));
assert.equal(caller.subject, 'alice');
const forged = await server.issue({ subject: 'mallory', scopes: ['read'] });
assert.equal((await gate(bearer(forged.slice(0, -8) + 'AAAAAAAA'))).status, 401);

const { clientId, clientSecret } = resourceServer;
const introspection = new IntrospectionTokenVerifier({ introspectionUrl, clientId, clientSecret });
const opaque = await server.issue({ subject: 'bob', format: 'opaque' });
assert.equal((await introspection.verifyToken(opaque)).subject, 'bob');

const tokens = { 'dev-token': { clientId: 'carol', scopes: [] } };
const development = new StaticTokenVerifier({ tokens });
assert.equal((await authenticate({ authorization: 'Bearer dev-token', verifier: development })).clientId, 'carol');

const fromEnvironment = await verifierFromEnv({
  MCP_SERVER_AUTH: 'jwt',
  MCP_SERVER_AUTH_JWT_JWKS_URI: jwksUri,
  MCP_SERVER_AUTH_JWT_ISSUER: issuer,
  MCP_SERVER_AUTH_JWT_AUDIENCE: audience,
});
// The error of one package is recognized by another: there is one copy of the core.
const refused = await fromEnvironment.verifyToken('no.such.token').catch((error) => error);
assert.ok(isAuthError(refused));
assert.equal(typeof createAuthorizer, 'function');

await Promise.all([jwt.close(), introspection.close(), fromEnvironment.close()]);
console.log('A fresh project installed all packages, and they work.');
`;
