import { createGate } from '@auth/http';
import { JWTVerifier } from '@auth/jwt';
import { type Effort, measure, oneAtATime } from './measure.js';
import type { Report } from './report.js';
import { AUDIENCE, freshTokens, ISSUER, publicJwk, signingKey, tokenPool } from './tokens.js';
import { joseVerify } from './verifiers.js';

/** The whole decision about a request, with tokens that were verified before. */
export async function gateBenchmark(effort: Effort, hot = 200): Promise<Report> {
  const key = await signingKey('RS256');
  const verifier = new JWTVerifier({ jwks: { keys: [publicJwk(key)] }, issuer: ISSUER, audience: AUDIENCE });
  const gate = createGate({
    verifier,
    resource: AUDIENCE,
    authorizationServers: [ISSUER],
    requiredScopes: ['notes:read'],
  });
  const tokens = freshTokens(await tokenPool(key, hot));
  const requests = (count: number): object[] =>
    tokens(count).map((token) => {
      // Flat, as a parser makes it; a text put together would be flattened on the gate's time.
      const authorization = Buffer.from(`Bearer ${token}`, 'latin1').toString('latin1');
      const fields = { host: 'mcp.example', accept: 'application/json', 'content-type': 'application/json' };
      const headers = { ...fields, authorization };
      return { method: 'POST', url: '/mcp', headers, rawHeaders: Object.entries(headers).flat() };
    });
  const check = async (request: object): Promise<void> => {
    const { ok } = await gate.check(request as Parameters<typeof gate.check>[0]);
    if (!ok) throw new Error('the gate refused');
  };
  for (const request of requests(hot)) await check(request);
  const results = await measure(
    [
      oneAtATime('gate.check, warm cache', requests, check),
      oneAtATime('verifyToken alone, warm cache', tokens, (token) => verifier.verifyToken(token)),
      oneAtATime('jose jwtVerify alone', tokens, await joseVerify(key)),
    ],
    effort,
  );
  return { benchmark: 'gate', groups: [{ name: `RS256, ${hot} hot tokens`, results }] };
}
