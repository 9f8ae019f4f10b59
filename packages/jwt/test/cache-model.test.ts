import { setImmediate as turn } from 'node:timers/promises';
import { type HttpTransport, isAuthError } from '@auth/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import type { JWTVerifierOptions } from '../src/options.js';
import { jwksOf } from './jwks-endpoint.js';
import { goodClaims, keyFor, NOW, signed, TRUST } from './signing-keys.js';

/** The world that all verifiers of one run live in. */
interface World {
  now: number;
  published: readonly string[];
  endpoint: 'good' | 'down';
  validate: boolean | 'throws';
  revoked: boolean | 'throws';
  scopes: readonly string[];
}

const KIDS = ['a', 'b', 'c'];
const keys = new Map(await Promise.all(KIDS.map(async (kid) => [kid, await keyFor('ES256', kid)] as const)));

/** Tokens by each key, of different lives; the last of each has a signature of somebody else's. */
const TOKENS = [...keys].flatMap(([name, key]) => {
  const token = (extra: Record<string, unknown>): string =>
    signed(key, { alg: 'ES256', kid: key.kid }, goodClaims({ jti: name, ...extra }));
  const good = token({});
  const forged = `${good.slice(0, good.lastIndexOf('.') - 2)}AA${good.slice(good.lastIndexOf('.'))}`;
  return [good, token({ exp: NOW + 40 }), token({ nbf: NOW + 30 }), token({ scope: 'other' }), forged];
});

const answers = fc.constantFrom<boolean | 'throws'>(true, false, 'throws');
const changes = fc.oneof(
  fc.record({ now: fc.integer({ min: -20, max: 400 }).map((seconds) => NOW + seconds) }),
  fc.record({ published: fc.subarray(KIDS, { minLength: 1 }) }),
  fc.record({ endpoint: fc.constantFrom<World['endpoint']>('good', 'good', 'down') }),
  fc.record({ validate: answers }),
  fc.record({ revoked: answers }),
  fc.record({ scopes: fc.constantFrom(['notes:read'], [], ['other']) }),
);
const script = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ token: fc.constantFrom(...TOKENS) }) },
    // Several at once: some of them start before the first has been remembered.
    fc.record({ token: fc.constantFrom(...TOKENS), times: fc.integer({ min: 2, max: 3 }) }),
    changes,
  ),
  { minLength: 8, maxLength: 40 },
);

/** A verifier in the world, and everything that it asked of the world. */
function inhabitant(world: World, cache: JWTVerifierOptions['cache'], options: Partial<JWTVerifierOptions>) {
  const log: string[] = [];
  const answer = (question: string, given: boolean | 'throws'): boolean => {
    log.push(question);
    if (given === 'throws') throw new Error(question);
    return given;
  };
  const transport: HttpTransport = async () => {
    log.push('fetch');
    if (world.endpoint === 'down') throw new Error('ECONNREFUSED');
    const body = Buffer.from(JSON.stringify(jwksOf(...world.published.map((kid) => keys.get(kid)?.jwk))));
    return { status: 200, headers: {}, body: bytes(body) };
  };
  const own: Partial<JWTVerifierOptions> = {
    ...('validate' in options ? { validate: () => answer('validate', world.validate) } : {}),
    ...('mapClaims' in options ? { mapClaims: () => ({ scopes: world.scopes }) } : {}),
    ...('isRevoked' in options ? { isRevoked: () => answer('revoked', world.revoked) } : {}),
  };
  const verifier = new JWTVerifier({
    ...TRUST,
    ...options,
    ...own,
    jwksUri: 'https://as.example/jwks',
    remoteKeys: { ttlSeconds: 100, maxStaleSeconds: 150, cooldownSeconds: 20 },
    transport,
    clock: () => world.now,
    cache,
  });
  return { verifier, log };
}

async function* bytes(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

async function outcome(verifier: JWTVerifier, token: string): Promise<unknown> {
  try {
    const accessToken = await verifier.verifyToken(token);
    return { ...accessToken, token: accessToken.token };
  } catch (error) {
    return isAuthError(error) ? { ...error, message: error.message } : { foreign: String(error) };
  }
}

const anything = (): never => {
  throw new Error('replaced for each verifier');
};
const POLICIES: readonly (readonly [string, Partial<JWTVerifierOptions>])[] = [
  ['no functions of the user', {}],
  ['required scopes and an age', { requiredScopes: ['notes:read'], maxTokenAgeSeconds: 120 }],
  ['validate', { validate: anything }],
  ['mapClaims and required scopes', { mapClaims: anything, requiredScopes: ['notes:read'] }],
  ['isRevoked', { isRevoked: anything }],
];

test.each(POLICIES)(
  'with %s: whatever happens in whatever order, the cache changes no answer, no question to the user and no fetch',
  async (_name, options) => {
    await fc.assert(
      fc.asyncProperty(script, async (steps) => {
        const start = { published: KIDS, endpoint: 'good', validate: true, revoked: false, scopes: ['other'] } as const;
        const world: World = { now: NOW, ...start };
        const plain = inhabitant(world, false, options);
        const cached = [undefined, { maxEntries: 1 }, { maxEntries: 3 }].map((cache) =>
          inhabitant(world, cache, options),
        );
        for (const step of steps) {
          if (!('token' in step)) {
            Object.assign(world, step);
            continue;
          }
          const times = 'times' in step ? step.times : 1;
          const seen = async ({ verifier, log }: typeof plain): Promise<unknown> => {
            const outcomes = await Promise.all(Array.from({ length: times }, () => outcome(verifier, step.token)));
            // A refresh behind the back of the request ends before the next one starts.
            for (let pause = 0; pause < 4; pause++) await turn();
            return { outcomes, questions: log.splice(0).sort() };
          };
          const wanted = await seen(plain);
          for (const other of cached) expect(await seen(other)).toEqual(wanted);
        }
        for (const { verifier } of [plain, ...cached]) await verifier.close();
      }),
      { numRuns: process.env.TEST_LONG === '1' ? 1_500 : 60 },
    );
  },
  1_800_000,
);
