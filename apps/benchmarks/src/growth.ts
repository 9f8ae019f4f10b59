import { issuerRouter, JWTVerifier } from '@auth/jwt';
import { type Effort, measure, oneAtATime } from './measure.js';
import type { Group, Report } from './report.js';
import { AUDIENCE, freshTokens, ISSUER, publicJwk, signingKey, tokenPool } from './tokens.js';
import type { Verify } from './verifiers.js';

/** What a verification costs when there are more keys and more issuers to choose from: nothing more, it should be. */
export async function growthBenchmark(
  effort: Effort,
  keyCounts: readonly number[] = [1, 16, 256],
  issuerCounts: readonly number[] = [1, 30, 1_000],
): Promise<Report> {
  const key = await signingKey('RS256');
  const pool = await tokenPool(key, 512);
  const tokens = freshTokens(pool);
  const groups: Group[] = [];
  const race = async (name: string, verifiers: Readonly<Record<string, Verify>>): Promise<void> => {
    for (const verify of Object.values(verifiers)) for (const token of tokens(pool.length)) await verify(token);
    const contenders = Object.entries(verifiers).map(([label, verify]) => oneAtATime(label, tokens, verify));
    groups.push({ name, results: await measure(contenders, effort) });
  };

  // Elliptic keys are quick to make; the right one is the last of the set.
  const others = await Promise.all(
    Array.from({ length: Math.max(...keyCounts) - 1 }, async (_, index) => ({
      ...publicJwk(await signingKey('ES256')),
      kid: `another-key-${index}`,
    })),
  );
  const common = { issuer: ISSUER, audience: AUDIENCE };
  const withKeys = (cache: false | undefined): Record<string, Verify> =>
    Object.fromEntries(
      keyCounts.map((count) => {
        const jwks = { keys: [...others.slice(0, count - 1), publicJwk(key)] };
        const verifier = new JWTVerifier({ ...common, jwks, ...(cache === false ? { cache } : {}) });
        return [`${count} keys`, (token: string) => verifier.verifyToken(token)];
      }),
    );
  await race('keys, uncached', withKeys(false));
  await race('keys, cached', withKeys(undefined));

  const withIssuers = (cache: false | undefined): Record<string, Verify> =>
    Object.fromEntries(
      issuerCounts.map((count) => {
        const make = (issuer: string): JWTVerifier =>
          new JWTVerifier({
            issuer,
            audience: AUDIENCE,
            jwks: { keys: [publicJwk(key)] },
            ...(cache === false ? { cache } : {}),
          });
        const foreign = Array.from({ length: count - 1 }, (_, index) => `https://issuer-${index}.example`);
        const router = issuerRouter(Object.fromEntries([...foreign, ISSUER].map((issuer) => [issuer, make(issuer)])));
        return [`${count} issuers`, (token: string) => router.verifyToken(token)];
      }),
    );
  await race('issuers, uncached', withIssuers(false));
  await race('issuers, cached', withIssuers(undefined));
  return { benchmark: 'growth', groups };
}
