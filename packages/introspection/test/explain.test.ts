import { type ScriptedAnswer, scriptedTransport } from '@auth/testing';
import { describe, expect, it } from 'vitest';
import type { IntrospectionTokenVerifierOptions } from '../src/options.js';
import { IntrospectionTokenVerifier } from '../src/verifier.js';
import { outcomeOf } from './support/outcome.js';

const NOW = 1_800_000_000;
const AUDIENCE = 'https://api.example';
const GOOD = { active: true, client_id: 'c', scope: 'read', exp: NOW + 60, aud: AUDIENCE };

function verifier(
  answer: ScriptedAnswer,
  options: Partial<IntrospectionTokenVerifierOptions> = {},
): IntrospectionTokenVerifier {
  return new IntrospectionTokenVerifier({
    introspectionUrl: 'https://auth.example',
    clientId: 'rs',
    clientSecret: 'secret',
    audience: AUDIENCE,
    transport: scriptedTransport(() => answer),
    clock: () => NOW,
    ...options,
  });
}

async function outcomes(answer: ScriptedAnswer, token = 'token', options = {}): Promise<Record<string, string>> {
  const { checks } = await verifier(answer, options).explain(token);
  return Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome]));
}

describe('explain', () => {
  it('lists every check of an accepted token', async () => {
    const explanation = await verifier({ json: GOOD }).explain('token');
    expect(explanation.accepted).toBe(true);
    expect(explanation).not.toHaveProperty('error');
    expect(explanation.checks.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
      'token: passed',
      'introspection: passed',
      'active: passed',
      'expiration: passed',
      'not before: passed',
      'audience: passed',
      'token use: passed',
      'token type: passed',
      'sender constraint: passed',
      'scopes: passed',
    ]);
  });

  it('goes on after the first failure, which is the error', async () => {
    const answer = { json: { ...GOOD, exp: NOW - 60, aud: `${AUDIENCE}/`, token_use: 'refresh' } };
    const explanation = await verifier(answer).explain('token');
    const failed = explanation.checks.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ name }) => name)).toEqual(['expiration', 'audience', 'token use']);
    expect(failed[1]).toMatchObject({
      expected: AUDIENCE,
      actual: `${AUDIENCE}/`,
      hint: expect.stringMatching(/slash/),
    });
    expect(explanation.accepted).toBe(false);
    expect(explanation.error?.reason).toBe('expired');
  });

  it('says nothing about the rest of an inactive token', async () => {
    expect(await outcomes({ json: { active: false } })).toMatchObject({
      active: 'failed',
      expiration: 'skipped',
      scopes: 'skipped',
    });
  });

  it('tells a server that cannot be had from one that refuses, and from a token not worth asking about', async () => {
    expect(await outcomes({ status: 500 })).toMatchObject({
      token: 'passed',
      introspection: 'failed',
      active: 'skipped',
    });
    expect(await outcomes({ status: 400 })).toMatchObject({
      token: 'passed',
      introspection: 'failed',
      active: 'skipped',
    });
    expect(await outcomes({ json: GOOD }, '')).toMatchObject({
      token: 'failed',
      introspection: 'skipped',
      active: 'skipped',
    });
  });

  it('names scopes that are missing', async () => {
    expect(await outcomes({ json: GOOD }, 'token', { requiredScopes: ['admin'] })).toMatchObject({ scopes: 'failed' });
  });

  it('decides as verification does, for any answer', async () => {
    const answers: readonly ScriptedAnswer[] = [
      { json: GOOD },
      { json: {} },
      { json: { ...GOOD, cnf: {} } },
      { json: { ...GOOD, nbf: NOW + 60 } },
      { json: { ...GOOD, token_type: 'DPoP' } },
      { json: { ...GOOD, scope: '' } },
      { status: 400 },
      { status: 401 },
      { text: 'no' },
    ];
    for (const answer of answers) {
      const options = { requiredScopes: ['read'] };
      const { accepted, error } = await verifier(answer, options).explain('token');
      const outcome = accepted ? 'accepted' : (error?.reason ?? error?.code);
      expect(outcome).toBe(await outcomeOf(verifier(answer, options), 'token'));
    }
  });

  it('asks the server, past any cache', async () => {
    const transport = scriptedTransport(() => ({ json: GOOD }));
    const cached = verifier({}, { transport, cache: { ttlSeconds: 60 } });
    await cached.verifyToken('token');
    await cached.explain('token');
    await cached.verifyToken('token');
    expect(transport.requests.length).toBe(2);
  });

  it('shows neither token nor secret, even when the server repeats the token', async () => {
    const token = 'the-token-itself-0123456789';
    const options = { clientSecret: 'the-secret-itself-0123456789' };
    const explanation = await verifier({ json: { ...GOOD, aud: token } }, options).explain(token);
    expect(explanation.error?.reason).toBe('audience_mismatch');
    const text = JSON.stringify([explanation, explanation.error?.details]);
    expect(text).not.toContain(token);
    expect(text).not.toContain(options.clientSecret);
  });
});
