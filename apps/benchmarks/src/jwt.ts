import { serveJwks } from './jwk-server.js';
import { type Effort, inFlight, measure, oneAtATime } from './measure.js';
import type { Group, Report } from './report.js';
import { BENCH_ALGORITHMS, freshTokens, signingKey, tokenPool } from './tokens.js';
import { rawVerifiers, uncachedVerifiers, type Verify } from './verifiers.js';

/** Verification without any cache: ours beside the peers, and the machine's limits. */
export async function jwtBenchmark(effort: Effort, poolSize = 512): Promise<Report> {
  const groups: Group[] = [];
  for (const algorithm of BENCH_ALGORITHMS) {
    const key = await signingKey(algorithm);
    const pool = await tokenPool(key, poolSize);
    const jwks = await serveJwks(key);
    try {
      const verifiers = Object.entries({ ...(await uncachedVerifiers(key, jwks.url)), ...(await rawVerifiers(key)) });
      const items = freshTokens(pool);
      for (const [name, verify] of verifiers) await assertVerifies(name, verify, items(1)[0] ?? '');
      const one = verifiers.map(([name, verify]) => oneAtATime(name, items, verify));
      groups.push({ name: `${algorithm} one`, results: await measure(one, effort) });
      const many = verifiers.map(([name, verify]) => inFlight(64, name, items, verify));
      groups.push({ name: `${algorithm} 64`, results: await measure(many, effort) });
    } finally {
      jwks.close();
    }
  }
  return { benchmark: 'jwt', groups };
}

/** Who does not refuse a forged token has no place in the table. */
export async function assertVerifies(name: string, verify: Verify, token: string): Promise<void> {
  await verify(token);
  const at = token.lastIndexOf('.') + 10;
  const forged = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
  let refused = false;
  try {
    await verify(forged);
  } catch {
    refused = true;
  }
  if (!refused) throw new Error(`${name} accepts a forged token`);
}
