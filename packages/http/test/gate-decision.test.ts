import { describe, expect, test } from 'vitest';
import { createGate, type Gate } from '../src/gate.js';
import type { GateDecision } from '../src/gate-decision.js';
import type { GateOptions } from '../src/gate-options.js';
import { KnownTokens } from './support/known-tokens.js';

function audited(options: Partial<GateOptions> = {}): { gate: Gate; decisions: GateDecision[] } {
  const decisions: GateDecision[] = [];
  let now = 50;
  // Each look at the clock is a quarter of a second later.
  const clock = (): number => (now += 0.25);
  const onDecision = (decision: GateDecision): void => void decisions.push(decision);
  return { gate: createGate({ verifier: new KnownTokens(), onDecision, clock, ...options }), decisions };
}

const post = (token: string, url = '/mcp') => ({ method: 'POST', url, headers: { authorization: `Bearer ${token}` } });

describe('onDecision', () => {
  test('says who was let in, to what, with which scopes and how long it took', async () => {
    const { gate, decisions } = audited({ requiredScopes: ['notes:read'] });
    await gate.check(post('good', '/mcp?tenant=blue'));
    expect(decisions).toEqual([
      {
        outcome: 'allowed',
        clientId: 'cli',
        subject: 'alice',
        requiredScopes: ['notes:read'],
        durationMs: 250,
        method: 'POST',
        path: '/mcp',
      },
    ]);
  });

  test('says why a token was refused', async () => {
    const { gate, decisions } = audited();
    for (const token of ['expired', 'outage', 'a b']) await gate.check(post(token));
    await gate.check({ url: 'https://notes.example.com/mcp#x', headers: {} });
    expect(decisions.map(({ outcome, code, reason }) => [outcome, code, reason])).toEqual([
      ['refused', 'invalid_token', 'expired'],
      ['refused', 'temporarily_unavailable', undefined],
      ['refused', 'invalid_request', undefined],
      ['refused', 'missing_token', undefined],
    ]);
    expect(decisions[3]).toMatchObject({ method: 'GET', path: '/mcp' });
  });

  test('names a caller who may not do what was asked', async () => {
    const { gate, decisions } = audited();
    await gate.require('notes:write').check(post('good'));
    await gate.require(() => false).check(post('good'));
    expect(decisions).toMatchObject([
      { code: 'insufficient_scope', subject: 'alice', requiredScopes: ['notes:write'] },
      { code: 'access_denied', subject: 'alice', requiredScopes: [] },
    ]);
  });

  test('tells nobody from somebody at an optional gate', async () => {
    const { gate, decisions } = audited();
    await gate.optional().check({ headers: {} });
    await gate.optional().check(post('good'));
    expect(decisions.map(({ outcome }) => outcome)).toEqual(['anonymous', 'allowed']);
  });

  test('reports a host or an origin that is not allowed', async () => {
    const { gate, decisions } = audited({ allowedHosts: ['localhost'], allowedOrigins: ['http://localhost:1'] });
    await gate.check({ headers: { host: 'evil.example' } });
    await gate.check({ headers: { host: 'localhost', origin: 'http://evil.example' } });
    expect(decisions.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['refused', 'host_not_allowed'],
      ['refused', 'origin_not_allowed'],
    ]);
  });

  test('is silent about metadata and preflights, which decide nothing', async () => {
    const resource = 'https://notes.example.com';
    const { gate, decisions } = audited({ resource, authorizationServers: ['https://login.example.com'] });
    await gate.check({ url: '/.well-known/oauth-protected-resource', headers: {} });
    await gate.check({ method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } });
    expect(decisions).toEqual([]);
  });

  test('never holds a credential, a query or a control character (checklist 56)', async () => {
    const { gate, decisions } = audited();
    for (const token of ['good', 'bad-secret-token', 'fault', 'revoked', 'expired']) {
      await gate.check({ ...post(token, `/mcp\n2026 forged line?access=${token}`), method: 'POST' });
      await gate.check(post(token, '/mcp?access_token=query-secret'));
    }
    const text = JSON.stringify(decisions);
    expect(decisions).toHaveLength(10);
    for (const secret of ['bad-secret-token', 'query-secret', 'Bearer', '\\n', 'db.internal', 'the-jti']) {
      expect(text).not.toContain(secret);
    }
    expect(decisions.some((decision) => 'token' in decision || 'claims' in decision)).toBe(false);
  });

  test('cuts long paths', async () => {
    const { gate, decisions } = audited();
    await gate.check(post('good', `/${'a'.repeat(9000)}`));
    expect(decisions[0]?.path.length).toBeLessThan(210);
  });
});
