import { randomBytes } from 'node:crypto';
import { JWTVerifier } from '@auth/jwt';
import { serveJwks } from './jwk-server.js';
import { type Effort, inFlight, measure, oneAtATime } from './measure.js';
import type { Group, Report } from './report.js';
import { AUDIENCE, freshTokens, ISSUER, KID, signingKey, tokenPool } from './tokens.js';
import type { Verify } from './verifiers.js';

/** A flood of forged tokens against good ones, and refusals that need no signature. */
export async function forgedBenchmark(effort: Effort, poolSize = 512): Promise<Report> {
  const key = await signingKey('RS256');
  const jwks = await serveJwks(key);
  const verifier = new JWTVerifier({
    jwksUri: jwks.url,
    algorithms: 'RS256',
    issuer: ISSUER,
    audience: AUDIENCE,
    cache: false,
  });
  try {
    await verifier.ready();
    const good = await tokenPool(key, poolSize);
    const verify: Verify = (token) => verifier.verifyToken(token);
    const refuse: Verify = async (token) => {
      try {
        await verifier.verifyToken(token);
      } catch {
        return;
      }
      throw new Error('a forged token was accepted');
    };
    const forged = good.map((token) => {
      const text = token.toString('latin1');
      return Buffer.from(`${text.slice(0, text.lastIndexOf('.'))}.${randomBytes(256).toString('base64url')}`, 'latin1');
    });
    const flood = [
      inFlight(64, 'good', freshTokens(good), verify),
      inFlight(64, 'forged signatures', freshTokens(forged), refuse),
    ];
    const groups: Group[] = [{ name: '64 in flight', results: await measure(flood, effort) }];
    const withHeader = (header: object): Buffer[] =>
      good.map((token) => {
        const part = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: KID, ...header }));
        const text = token.toString('latin1');
        return Buffer.from(`${part.toString('base64url')}${text.slice(text.indexOf('.'))}`, 'latin1');
      });
    const appended = (text: string): Buffer[] => good.map((token) => Buffer.concat([token, Buffer.from(text)]));
    const refusals: Record<string, readonly Buffer[]> = {
      'too large': appended('A'.repeat(17_000)),
      'alg none': withHeader({ alg: 'none' }),
      'typ not allowed': withHeader({ typ: 'dpop+jwt' }),
      'not canonical': appended('='),
      'unknown kid in the cooldown': withHeader({ kid: 'nobody' }),
    };
    const contenders = Object.entries(refusals).map(([name, pool]) => oneAtATime(name, freshTokens(pool), refuse));
    groups.push({ name: 'refused without a signature, one at a time', results: await measure(contenders, effort) });
    return { benchmark: 'forged', groups };
  } finally {
    await verifier.close();
    jwks.close();
  }
}
