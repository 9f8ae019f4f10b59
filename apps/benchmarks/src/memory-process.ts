import { createHmac, createSecretKey } from 'node:crypto';
import { JWTVerifier } from '@auth/jwt';
import { liveHeap } from './heap.js';
import { AUDIENCE, ISSUER } from './tokens.js';

// A heap of its own, in which nothing else happens.
export interface MemoryOrder {
  readonly verifications: number;
  readonly cacheEntries: number;
}

export interface MemoryResult {
  /** Of the verifier's cache, token included. */
  readonly bytesPerEntry: number;
  /** Live heap after each tenth of the verifications, in bytes. */
  readonly heap: readonly number[];
  /** Resident memory at the same times, in bytes. */
  readonly resident: readonly number[];
}

const SECRET = 'a secret of the benchmark that is long enough for HS256';
const key = createSecretKey(Buffer.from(SECRET));
const header = part({ alg: 'HS256', typ: 'at+jwt' });
const expiresAt = Math.floor(Date.now() / 1_000) + 86_400;

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function token(count: number): string {
  const claims = {
    iss: ISSUER,
    sub: `user-${count}`,
    aud: AUDIENCE,
    exp: expiresAt,
    client_id: 'notes-web-client',
    scope: 'openid profile notes:read notes:write',
    jti: `token-${count}`,
    tenant: 'blue',
    roles: ['editor', 'reviewer'],
  };
  const input = `${header}.${part(claims)}`;
  const signature = createHmac('sha256', key).update(input).digest('base64url');
  // As a string that came over the wire: flat, and of nobody else's parts.
  return Buffer.from(`${input}.${signature}`, 'latin1').toString('latin1');
}

async function run({ verifications, cacheEntries }: MemoryOrder): Promise<MemoryResult> {
  const options = { secret: SECRET, issuer: ISSUER, audience: AUDIENCE };
  let next = 0;
  const filled = new JWTVerifier({ ...options, cache: { maxEntries: cacheEntries } });
  await filled.verifyToken(token(next++));
  const before = await liveHeap();
  for (let count = 1; count < cacheEntries; count++) await filled.verifyToken(token(next++));
  const bytesPerEntry = ((await liveHeap()) - before) / (cacheEntries - 1);
  await filled.close();

  const verifier = new JWTVerifier(options);
  const heap: number[] = [];
  const resident: number[] = [];
  for (let tenth = 0; tenth < 10; tenth++) {
    for (let count = 0; count < verifications / 10; count++) await verifier.verifyToken(token(next++));
    heap.push(await liveHeap());
    resident.push(process.memoryUsage().rss);
  }
  return { bytesPerEntry, heap, resident };
}

process.on('message', (order: MemoryOrder) => void run(order).then((result) => process.send?.(result)));
process.on('disconnect', () => process.exit());
