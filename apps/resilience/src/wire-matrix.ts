import type { TokenVerifier, VerifierEvent } from '@auth/core';
import { IntrospectionTokenVerifier } from '@auth/introspection';
import { JWTVerifier } from '@auth/jwt';
import { type AuthorizationServer, type Endpoint, type FaultTarget, startAuthorizationServer } from '@auth/testing';
import { eventTexts, mapSome, outcomeOf, type Row, secondsUntil } from './row.js';
import { WIRE_FAULTS, type WireFault } from './wire-faults.js';

/** The world of one row: everything is new, and nothing but the verifier's clock makes time pass. */
interface World {
  readonly server: AuthorizationServer;
  readonly verifier: TokenVerifier & { close(): Promise<void> };
  readonly clock: { now: number };
  readonly events: VerifierEvent[];
  token: string;
}

/** One moment at which a fault can strike. */
interface Phase {
  readonly name: string;
  /** What happened before the fault. */
  readonly before: (world: World) => Promise<void>;
  /** What happens between the fault and the call that the row is about. */
  readonly meanwhile?: (world: World) => Promise<void>;
}

/** Something that a verifier depends on, over the wire. */
export interface WireDependency {
  readonly name: string;
  readonly introduction: string;
  readonly target: FaultTarget;
  readonly endpoints: readonly Endpoint[];
  readonly format: 'jwt' | 'opaque';
  readonly verifier: (server: AuthorizationServer, common: Common) => World['verifier'];
  readonly phases: readonly Phase[];
}

interface Common {
  readonly clock: () => number;
  readonly observer: (event: VerifierEvent) => void;
  readonly timeoutMs: number;
}

const START = 1_800_000_000;
/** Long enough for a good answer on a busy machine. */
const DEADLINE_MS = 4_000;
const AMPLE_MS = 30_000;

const never = async (): Promise<void> => undefined;
const use = async ({ verifier, token }: World): Promise<void> => void (await verifier.verifyToken(token));
/** Uses the verifier once, and lets some time pass. */
const useAnd = (seconds: number) => async (world: World) => {
  await use(world);
  world.clock.now += seconds;
};

const publishAnotherKey = async ({ server }: World): Promise<void> => void (await server.rotateKeys());

const KEY_PHASES: readonly Phase[] = [
  { name: 'cold: no keys yet', before: never },
  { name: 'warm: keys at hand', before: use },
  {
    name: 'rotation: keys at hand, the token is signed by a new one',
    before: use,
    meanwhile: async (world) => {
      await world.server.rotateKeys();
      world.token = await world.server.issue();
    },
  },
  // Another key has been published: an unchanged set would be confirmed with a 304, which has no body to go wrong.
  { name: 'refresh: the keys are past their life', before: useAnd(601), meanwhile: publishAnotherKey },
  { name: 'lost: past their life by more than maxStaleSeconds', before: useAnd(4_201), meanwhile: publishAnotherKey },
];

const LASTING: Phase = {
  name: 'lasting: five calls have met the fault before',
  before: never,
  meanwhile: async ({ verifier, server }) => {
    // Tokens of their own: an answer that comes through in spite of it must not be in the cache.
    const tokens = await Promise.all(Array.from({ length: 5 }, () => server.issue()));
    await Promise.all(tokens.map((token) => outcomeOf(verifier, token)));
  },
};

const INTROSPECTION_PHASES: readonly Phase[] = [
  { name: 'cold: the token was never seen', before: never },
  { name: 'warm: the answer is cached', before: use },
  { name: 'refresh: the cached answer is past its life', before: useAnd(61) },
  LASTING,
];

const jwtVerifier =
  (discover: boolean): WireDependency['verifier'] =>
  ({ issuer, jwksUri, audience }, { clock, observer, timeoutMs }) =>
    new JWTVerifier({
      ...(discover ? { discover: true } : { jwksUri }),
      ...{ issuer, audience, clock, observer, remoteKeys: { timeoutMs } },
    });

const introspectionVerifier =
  (discover: boolean): WireDependency['verifier'] =>
  ({ issuer, introspectionUrl, resourceServer: { clientId, clientSecret } }, common) =>
    new IntrospectionTokenVerifier({
      ...(discover ? { discover: true } : { introspectionUrl }),
      ...{ issuer, clientId, clientSecret, ...common, cache: { ttlSeconds: 60 } },
    });

/** What can fail on the wire. */
export const WIRE_DEPENDENCIES: readonly WireDependency[] = [
  {
    name: 'JWKS',
    introduction: 'JWTVerifier with `jwksUri`; the set lives 600 s, cooldown and stale bound as by default.',
    target: 'jwks',
    endpoints: ['jwks'],
    format: 'jwt',
    verifier: jwtVerifier(false),
    phases: KEY_PHASES,
  },
  {
    name: 'Metadata of the issuer of JWTs',
    introduction: 'JWTVerifier with `discover: true`; both documents (RFC 8414, OpenID Connect) fail.',
    target: 'metadata',
    endpoints: ['oauthMetadata', 'oidcMetadata'],
    format: 'jwt',
    verifier: jwtVerifier(true),
    phases: KEY_PHASES,
  },
  {
    name: 'RFC 8414 metadata alone',
    introduction: 'The same, but the OpenID Connect document is there.',
    target: 'oauthMetadata',
    endpoints: ['oauthMetadata', 'oidcMetadata'],
    format: 'jwt',
    verifier: jwtVerifier(true),
    phases: KEY_PHASES.slice(0, 1),
  },
  {
    name: 'Introspection',
    introduction:
      'IntrospectionTokenVerifier with `introspectionUrl` and `cache: { ttlSeconds: 60 }`; the breaker as by default.',
    target: 'introspection',
    endpoints: ['introspection'],
    format: 'opaque',
    verifier: introspectionVerifier(false),
    phases: INTROSPECTION_PHASES,
  },
  {
    name: 'Metadata for introspection',
    introduction: 'IntrospectionTokenVerifier with `discover: true`; both documents fail. Metadata live 3600 s.',
    target: 'metadata',
    endpoints: ['oauthMetadata', 'oidcMetadata'],
    format: 'opaque',
    verifier: introspectionVerifier(true),
    phases: [
      { name: 'cold: no metadata yet', before: never },
      { name: 'warm: metadata at hand, another token', before: useAnd(61) },
      { name: 'refresh: metadata past their life', before: useAnd(3_601) },
      LASTING,
    ],
  },
];

/** Plays every fault in every phase of one dependency. */
export async function wireRows(dependency: WireDependency): Promise<readonly Row[]> {
  const plays = dependency.phases.flatMap((phase) => WIRE_FAULTS.map((fault) => [phase, fault] as const));
  return mapSome(plays, ([phase, fault]) => play(dependency, phase, fault));
}

async function play(
  dependency: WireDependency,
  phase: Phase,
  { name, fault, endless = false, harmless = false }: WireFault,
): Promise<Row> {
  const clock = { now: START };
  const events: VerifierEvent[] = [];
  const { format, target } = dependency;
  const lifetime = { expiresInSeconds: 100_000, accessTokenFormat: format };
  await using server = await startAuthorizationServer({ algorithm: 'ES256', clock: () => clock.now, ...lifetime });
  const verifier = dependency.verifier(server, {
    clock: () => clock.now,
    observer: (event) => events.push(event),
    timeoutMs: endless ? DEADLINE_MS : AMPLE_MS,
  });
  const world: World = { server, verifier, clock, events, token: await server.issue() };
  const asked = (): number =>
    server.requests.filter(({ endpoint }) => dependency.endpoints.some((own) => own === endpoint)).length;
  try {
    await phase.before(world);
    events.length = 0;
    server.fail(target, fault);
    await phase.meanwhile?.(world);
    const before = asked();
    const outcome = await outcomeOf(verifier, world.token);
    const requests = asked() - before;
    const during = events.splice(0);

    server.restore();
    const untouched = requests === 0 && outcome === 'accepted';
    const refreshed = during.some(({ type }) => type === 'keys.refreshed');
    const answered = target === 'introspection' && outcome === 'accepted';
    const inUseAgain = async (): Promise<boolean> => {
      const start = asked();
      return (await outcomeOf(verifier, world.token)) === 'accepted' && asked() > start;
    };
    const uninterrupted = harmless || untouched || refreshed || answered;
    const recoverySeconds = uninterrupted ? undefined : await secondsUntil(clock, inUseAgain);
    return {
      fault: name,
      phase: phase.name,
      outcome,
      requests,
      boundedBy: requests === 0 ? 'no request' : endless ? 'our deadline' : 'the answer',
      recoverySeconds,
      events: eventTexts(during),
      eventsAfterwards: eventTexts(events),
    };
  } finally {
    await verifier.close();
  }
}
