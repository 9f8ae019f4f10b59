import { type AccessToken, type AuthError, isAuthError } from '@auth/core';
import { httpReply, type ScriptedReply } from '@auth/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { JWTVerifier } from '../src/jwt-verifier.js';
import type { JWTVerifierOptions } from '../src/options.js';
import { presets } from '../src/presets.js';
import { keyForm } from './case-keys.js';
import { caseToken, filled, isRecord, type Json } from './case-tokens.js';
import cases from './data/fastmcp-cases.json' with { type: 'json' };
import ourRules from './data/our-rules.json' with { type: 'json' };
import { type Endpoint, startEndpoint } from './jwks-endpoint.js';

interface Case {
  readonly id: string;
  readonly source: string;
  readonly setup: Json;
  readonly given: Json;
  readonly expect: Json;
}

/** Cases that are decided otherwise here, or that are about something this package does not have, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'jwt-164': 'there is no public decoder of unverified parts; explain() shows what is in a token',
  'jwt-165': 'there is no public decoder of unverified parts',
  'jwt-167': 'there is no public decoder of unverified parts',
  'jwt-172': 'there is no public decoder of unverified parts',
  'jwt-174': 'there is no public decoder of unverified parts',
  'jwt-179': 'scopes_supported belongs to the gate, not to a verifier',
  'jwt-180': 'scopes_supported belongs to the gate, not to a verifier',
  'jwks-033': 'Remote keys: private or symmetric keys in a set are ignored and reported',
  'jwks-064': 'Algorithm: not Ed448',
};

const now = Math.floor(Date.now() / 1000);
const rules = ourRules as Readonly<Record<string, { rule: string; setup?: Json; expect?: Json }>>;
const all = cases as unknown as readonly Case[];
// The guard against private addresses has tests of its own: ssrf-guard.test.ts and public-address.test.ts.
const isSsrf = ({ id, setup: { helper, ssrf_safe: safe, construct } }: Case): boolean =>
  safe === true ||
  (isRecord(construct) && 'ssrf_safe' in construct) ||
  (id.startsWith('jwks-') && typeof helper === 'string');
const relevant = all.filter((item) => !isSsrf(item) && DIFFERENT[item.id] === undefined);

const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

function replyOf(response: Json): ScriptedReply {
  const { status = 200, location, text, content_type: contentType = 'application/json', json } = response;
  const body = filled(json, now);
  if (isRecord(body) && typeof body.pad === 'string') body.pad = 'x'.repeat(5_000_000);
  return httpReply({
    status: Number(status),
    headers: { 'content-type': String(contentType), ...(typeof location === 'string' ? { location } : {}) },
    body: typeof text === 'string' ? text : JSON.stringify(body),
  });
}

/** Our options for a case's Python ones. What a case leaves out is not checked. */
async function optionsOf(setup: Json, extra: Partial<JWTVerifierOptions>): Promise<[JWTVerifierOptions, Endpoint?]> {
  const { public_key: key, algorithm, jwks_uri: jwksUri, jwks_response: response } = setup;
  const form = typeof key === 'string' && /(?:rsa|p256|p384|ed25519|cert\()/.test(key) ? keyForm(key) : key;
  const secret = typeof algorithm === 'string' && algorithm.startsWith('HS');
  let endpoint: Endpoint | undefined;
  if (isRecord(response)) {
    endpoint = await startEndpoint(replyOf(response));
    if (response.error === 'connect') await endpoint.close();
    else closing.push(endpoint.close);
  }
  const material = key === 'bytes:secret' ? new TextEncoder().encode('secret') : form;
  const options: Json = {
    issuer: null,
    audience: null,
    ...extra,
    ...(material === undefined ? {} : { [secret ? 'secret' : 'publicKey']: material }),
    ...(jwksUri === undefined ? {} : { jwksUri: endpoint?.jwksUri ?? jwksUri }),
    ...(algorithm === undefined || algorithm === null ? {} : { algorithms: algorithm }),
    ...('issuer' in setup ? { issuer: filled(setup.issuer, now) } : {}),
    ...('audience' in setup ? { audience: setup.audience } : {}),
    ...('required_scopes' in setup ? { requiredScopes: setup.required_scopes } : {}),
  };
  return endpoint === undefined ? [options as never] : [options as never, endpoint];
}

function expectFields(fields: Json, seen: JWTVerifier | AccessToken): void {
  for (const [name, wanted] of Object.entries(fields)) {
    const camel = (name.split('.').at(-1) ?? '').replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
    const found = (seen as unknown as Json)[camel];
    if (name === 'scopes_contains') expect((seen as AccessToken).scopes).toEqual(expect.arrayContaining(wanted as []));
    else if (name === 'claims_contains') expect((seen as AccessToken).claims).toMatchObject(wanted as Json);
    else if (wanted === 'floor of exp') expect(found).toBe(now + 10);
    else if (wanted === 'not null') expect(found).toBeDefined();
    // Keys and secrets are not readable from a verifier; its transport neither.
    else if (name === 'public_key' || name === 'http_client') expect(found).toBeUndefined();
    else if (name === 'algorithm') expect((seen as JWTVerifier).algorithms).toEqual([wanted]);
    else expect(found ?? null).toEqual(wanted);
  }
}

function expectError(error: unknown, { code, reason }: Json): void {
  expect(isAuthError(error)).toBe(true);
  const { code: seenCode, reason: seenReason } = error as AuthError;
  if (code !== undefined) expect([code].flat()).toContain(seenCode);
  if (reason !== undefined) expect([reason].flat()).toContain(seenReason);
}

async function run({ setup, given, expect: recorded }: Case, rule: (typeof rules)[string] | undefined, cache?: false) {
  const { construct, ...others } = { ...setup, ...rule?.setup };
  const flat = { ...(isRecord(construct) ? construct : others), ...(isRecord(construct) ? rule?.setup : {}) };
  const wanted = { ...recorded, ...rule?.expect };
  if (flat.verifier === 'azure_jwt') {
    const preset = presets.entraV2({ clientId: String(flat.client_id), tenantId: String(flat.tenant_id) });
    const options = { ...preset, algorithms: 'RS256' as const, requiredScopes: flat.required_scopes as string[] };
    return expectFields(wanted.fields as Json, new JWTVerifier(options));
  }
  const [options, endpoint] = await optionsOf(flat, cache === undefined ? {} : { cache });
  let verifier: JWTVerifier;
  try {
    verifier = new JWTVerifier(options);
  } catch (error) {
    expect(wanted.constructs === false || wanted.constructs === 'either').toBe(true);
    expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
    return;
  }
  closing.push(() => verifier.close());
  expect(wanted.constructs).not.toBe(false);
  if (!isRecord(given.token)) return expectFields((wanted.fields ?? {}) as Json, verifier);
  const token = caseToken(given.token, now);
  // Twice: what is remembered must not change an answer.
  for (let round = 0; round < 2; round++) {
    const outcome = await verifier.verifyToken(token).catch((error: unknown) => error);
    if (wanted.accepted === true) {
      expect(isAuthError(outcome) ? outcome : undefined).toBeUndefined();
      expectFields((wanted.fields ?? {}) as Json, outcome as AccessToken);
    } else {
      expectError(outcome, wanted);
    }
  }
  if (wanted.atMost !== undefined) expect(endpoint?.requests.length).toBeLessThanOrEqual(Number(wanted.atMost));
}

describe('the recorded cases of FastMCP', () => {
  it.each(relevant.filter(({ given }) => given.sequence === undefined))('$id $source', async (item) => {
    await run(item, rules[item.id]);
    await run(item, rules[item.id], false);
  });

  const goodToken = (): string => {
    const claims = { iss: 'https://test.example.com', aud: 'https://api.example.com', exp: now + 36_000 };
    return caseToken({ sign_with: 'rsa1', header: { alg: 'RS256', kid: 'a' }, claims }, now);
  };
  const sequence = async (id: string, extra: Partial<JWTVerifierOptions>): Promise<[JWTVerifier, Endpoint]> => {
    const item = all.find((candidate) => candidate.id === id);
    const [options, endpoint] = await optionsOf(item?.setup ?? {}, extra);
    if (endpoint === undefined) throw new Error(`${id} has no endpoint`);
    const verifier = new JWTVerifier(options);
    closing.push(() => verifier.close());
    return [verifier, endpoint];
  };

  it('jwks-052 25 concurrent verifications on a cold cache cause one fetch', async () => {
    const [verifier, endpoint] = await sequence('jwks-052', {});
    const tokens = await Promise.all(Array.from({ length: 25 }, () => verifier.verifyToken(goodToken())));
    expect(tokens).toHaveLength(25);
    expect(endpoint.requests).toHaveLength(1);
  });

  it('jwks-054 a key set is fetched again past its life, which is an option', async () => {
    let time = now;
    const [verifier, endpoint] = await sequence('jwks-054', { clock: () => time, remoteKeys: { ttlSeconds: 0.3 } });
    const token = goodToken();
    await verifier.verifyToken(token);
    time += 0.1;
    await verifier.verifyToken(token);
    expect(endpoint.requests).toHaveLength(1);
    time += 0.3;
    await verifier.verifyToken(token);
    expect(endpoint.requests).toHaveLength(2);
  });

  it('lists every case that it does not run, with the rule', () => {
    const skipped = all.filter((item) => !relevant.includes(item) && !isSsrf(item)).map(({ id }) => id);
    expect(skipped.sort()).toEqual(Object.keys(DIFFERENT).sort());
    expect(relevant.length).toBeGreaterThan(130);
  });

  it.each(['jwks-033', 'jwks-064'])('%s is refused here', async (id) => {
    const item = all.find((candidate) => candidate.id === id);
    if (item === undefined) throw new Error('no such case');
    const decided = id === 'jwks-064' ? { rule: '', expect: { accepted: false } } : undefined;
    const expected = { accepted: false, code: 'temporarily_unavailable' };
    await run({ ...item, expect: expected }, decided);
  });
});
