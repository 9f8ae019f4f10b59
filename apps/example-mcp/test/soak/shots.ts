import { forgeToken, type KeyPair } from '@auth/testing';
import { allowedForForged, allowedOutcomes, type KnownToken, type Span } from './oracle.js';
import type { SoakWorld } from './world.js';

/** One request and what it may come to. */
export interface Shot {
  /** Its line in the table of counts. */
  readonly kind: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly tool: 'list_notes' | 'write_note';
  /** Whose notes may be seen. */
  readonly subject: string | undefined;
  readonly allowed: (span: Span) => readonly string[];
}

/** Chooses among items; the same choices for the same seed (mulberry32). */
export class Dice {
  // Written by next alone.
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new RangeError('nothing to choose from');
    return item;
  }
}

/** The next request: three in five with a token of the provider, the others with something that must never pass. */
export async function nextShot(world: SoakWorld, dice: Dice): Promise<Shot> {
  if (dice.next() < 0.6) return shotWith(world, dice.pick(world.tokens), dice.next() < 0.3);
  return await dice.pick(HOSTILE)(world, dice);
}

function shotWith(world: SoakWorld, known: KnownToken, writes: boolean): Shot {
  const { token, subject, server, mayWrite } = known;
  const right = writes ? (mayWrite ? 'writes' : 'writes without the scope') : 'reads';
  return {
    kind: `${server} token, ${stateOf(known, world.now())}: ${right}`,
    url: world.servers[server].url,
    authorization: `Bearer ${token}`,
    tool: writes ? 'write_note' : 'list_notes',
    subject,
    allowed: (span) => allowedOutcomes(known, writes, span, world),
  };
}

function stateOf({ server, expires, keyUntil, revoked }: KnownToken, now: number): string {
  if (now > expires.to) return 'expired';
  if (server === 'opaque') return revoked === undefined ? 'good' : 'revoked';
  return keyUntil === undefined ? 'good' : 'of a withdrawn key';
}

type MakeShot = (world: SoakWorld, dice: Dice) => Shot | Promise<Shot>;

/** A request that no verifier may accept, with the outcomes that are allowed whatever the provider does; none: as for a forged token. */
function hostile(
  kind: string,
  server: 'jwt' | 'opaque',
  authorization: (world: SoakWorld, dice: Dice) => string | undefined | Promise<string | undefined>,
  outcomes?: readonly string[],
): MakeShot {
  return async (world, dice) => ({
    kind,
    url: world.servers[server].url,
    authorization: await authorization(world, dice),
    tool: 'list_notes',
    subject: undefined,
    allowed: outcomes === undefined ? (span) => allowedForForged(span, world) : () => outcomes,
  });
}

const INVALID = ['401 invalid_token'];

const HOSTILE: readonly MakeShot[] = [
  hostile('no token', 'jwt', () => undefined, ['401']),
  hostile('no token', 'opaque', () => undefined, ['401']),
  hostile('another scheme', 'jwt', () => 'Basic dXNlcjpwYXNz', ['401']),
  hostile('malformed header', 'jwt', () => 'Bearer two tokens', ['400 invalid_request']),
  hostile('garbage', 'jwt', (_world, dice) => `Bearer ${dice.next()}`, INVALID),
  // Node itself takes no header of more than 16 KiB: no verifier sees it.
  hostile('oversized', 'jwt', () => `Bearer ${'a'.repeat(15_000)}.${'b'.repeat(1_400)}.c`, ['431']),
  hostile('large', 'jwt', () => `Bearer ${'a'.repeat(15_000)}.b.c`, INVALID),
  hostile('alg: none', 'jwt', (world) => `Bearer ${forgeToken({ payload: raised(world) })}`, INVALID),
  hostile('forged: payload swapped', 'jwt', (world, dice) => {
    const [header = '', , signature = ''] = genuine(world, dice).split('.');
    return `Bearer ${header}.${base64url(raised(world))}.${signature}`;
  }),
  hostile('forged: one bit of the signature', 'jwt', (world, dice) => {
    const [header = '', payload = '', signature = ''] = genuine(world, dice).split('.');
    const bytes = Buffer.from(signature, 'base64url');
    const at = Math.floor(dice.next() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return `Bearer ${header}.${payload}.${bytes.toString('base64url')}`;
  }),
  hostile(
    "forged: a stranger's key under the right key id",
    'jwt',
    (world) => `Bearer ${signedBy(world.stranger, world)}`,
  ),
  hostile('forged: a key id that nobody has', 'jwt', (world, dice) => {
    const header = { alg: 'ES256', typ: 'at+jwt', kid: `made up ${dice.next()}` };
    return `Bearer ${forgeToken({ header, payload: raised(world), signWith: world.stranger })}`;
  }),
  hostile('for another resource', 'jwt', async (world) => `Bearer ${await elsewhere(world)}`),
  hostile('unknown opaque token', 'opaque', (_world, dice) => `Bearer ${base64url(String(dice.next()))}`),
  hostile(
    'opaque token at the JWT server',
    'jwt',
    (world, dice) => `Bearer ${genuine(world, dice, 'opaque')}`,
    INVALID,
  ),
];

function genuine({ tokens }: SoakWorld, dice: Dice, wanted: 'jwt' | 'opaque' = 'jwt'): string {
  return dice.pick(tokens.filter(({ server }) => server === wanted)).token;
}

/** What a forger would like a token to say. */
function raised({ issuer, servers }: SoakWorld): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: 'alice', client_id: 'client', scope: 'notes:read notes:write', aud: servers.jwt.resource };
  return { iss: issuer, iat: now, exp: now + 86_400 * 365, ...claims };
}

function signedBy(key: KeyPair, world: SoakWorld): string {
  return forgeToken({ header: { alg: 'ES256', typ: 'at+jwt', kid: key.kid }, payload: raised(world), signWith: key });
}

const foreign = new WeakMap<SoakWorld, { readonly token: string; readonly cycleKey: KeyPair }>();

/** One token for each key of the provider: it remembers every token that it issues. */
async function elsewhere(world: SoakWorld): Promise<string> {
  const known = foreign.get(world);
  if (known?.cycleKey === world.stranger) return known.token;
  const made = { token: await world.issueElsewhere(), cycleKey: world.stranger };
  foreign.set(world, made);
  return made.token;
}

function base64url(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}
