import { randomBytes } from 'node:crypto';
import { type Contender, type Effort, measure, oneAtATime } from './measure.js';
import type { Group, Report } from './report.js';
import { freshTokens, signingKey, tokenPool } from './tokens.js';
import { fastJwt, ours } from './verifiers.js';

/** Hits of the caches over a few hot tokens and over many, in a shuffled order; and what a miss costs. */
export async function cachedBenchmark(effort: Effort, many = 10_000, hot = 200): Promise<Report> {
  const key = await signingKey('RS256');
  const pool = await tokenPool(key, many);
  const groups: Group[] = [];
  for (const size of [hot, many]) {
    const own = shuffled(pool.slice(0, size));
    const verifiers = {
      'ours, cached': ours(key, { maxEntries: many * 2 }),
      'fast-jwt, cached': fastJwt(key, many * 2),
    };
    const items = freshTokens(own);
    for (const verify of Object.values(verifiers)) for (const token of items(size)) await verify(token);
    const contenders = Object.entries(verifiers).map(([name, verify]) => oneAtATime(name, items, verify));
    groups.push({ name: `hits over ${size}`, results: await measure(contenders, effort) });
  }
  // Going round more tokens than fit: each one misses, is inserted, and pushes another one out.
  const misses = shuffled(pool.slice(0, 512));
  const contenders = [
    oneAtATime('ours, cache: false', freshTokens(misses), ours(key)),
    oneAtATime(
      'ours, every token a miss',
      freshTokens(misses),
      ours(key, { maxEntries: Math.ceil(misses.length / 8) }),
    ),
  ];
  groups.push({ name: 'misses (RS256)', results: await measure(contenders, effort) });
  groups.push({ name: 'insert into a full cache', results: await measure([await insertion(many)], effort) });
  return { benchmark: 'cached', groups };
}

/** The cache is nothing that users can reach: read from its source, which Node strips of its types. */
const CACHE_MODULE = new URL('../../../packages/jwt/src/verified-token-cache.ts', import.meta.url);

/** Entries of tokens that nobody has seen, each of which pushes others out. */
async function insertion(maxEntries: number): Promise<Contender> {
  const { VerifiedTokenCache } = (await import(CACHE_MODULE.href)) as {
    VerifiedTokenCache: new (maxEntries: number) => { set(entry: object): void };
  };
  const cache = new VerifiedTokenCache(maxEntries);
  const entries = (count: number): object[] =>
    Array.from({ length: count }, () => ({ ...UNUSED, token: randomBytes(690).toString('base64url') }));
  for (const entry of entries(maxEntries)) cache.set(entry);
  return oneAtATime('ours', entries, (entry) => cache.set(entry));
}

const UNUSED = { header: {}, claims: {}, hint: {}, key: {}, generation: 0 };

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}
