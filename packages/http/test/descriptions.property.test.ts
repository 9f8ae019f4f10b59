import { AuthError, type AuthErrorCode, type InvalidTokenReason } from '@auth/core';
import { JWTVerifier } from '@auth/jwt';
import { forgedTokens, KeyPair, startAuthorizationServer } from '@auth/testing';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { createGate, type Gate } from '../src/gate.js';
import type { GateDecision } from '../src/gate-decision.js';
import type { GateResponse } from '../src/gate-response.js';

const ISSUER = 'https://login.example.com';
const AUDIENCE = 'https://notes.example.com/mcp';

let keyPair: KeyPair;
let gate: Gate;
let last: GateDecision | undefined;

beforeAll(async () => {
  keyPair = await KeyPair.generate('ES256', { kid: 'key-of-the-issuer' });
  gate = createGate({
    verifier: new JWTVerifier({ publicKey: keyPair.publicKey, issuer: ISSUER, audience: AUDIENCE }),
    requiredScopes: ['notes:read'],
    onDecision: (decision) => {
      last = decision;
    },
  });
});

async function refusalOf(from: Gate, authorization: string): Promise<GateResponse> {
  last = undefined;
  const result = await from.check({ method: 'POST', url: '/mcp', headers: { authorization } });
  if (result.ok) throw new Error('the gate let a forged token in');
  return result.response;
}

/** The texts that there are: one for each code and reason, written in the source and nowhere else. */
function fixedText(code: AuthErrorCode, reason: InvalidTokenReason | undefined): string {
  return new AuthError(code, reason === undefined ? {} : { reason }).description;
}

function assertFixedText(response: GateResponse): void {
  const body = JSON.parse(response.body);
  const expected = fixedText(body.error, last?.reason);
  expect(body.error_description).toBe(expected);
  const challenge = response.headers['WWW-Authenticate'];
  if (challenge !== undefined) expect(challenge).toContain(`error_description="${expected}"`);
  expect(expected).toMatch(/^[A-Za-z ;,-]+$/);
}

/** Every text of a token's header and payload that is long enough to be told from chance. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.length > 5 ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

function readSegment(segment: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(segment ?? '', 'base64url').toString());
  } catch {
    return undefined;
  }
}

describe('the error_description of a refusal', () => {
  test('is one of the fixed texts for every attack of the catalogue', async () => {
    const catalogue = await forgedTokens(keyPair, { issuer: ISSUER, audience: AUDIENCE, subject: 'alice-the-subject' });
    expect(catalogue.length).toBeGreaterThan(50);
    for (const { token } of catalogue) {
      const response = await refusalOf(gate, `Bearer ${token}`);
      // Not every attack fits into a header; those that do not are refused as malformed credentials.
      expect([400, 401, 403]).toContain(response.status);
      assertFixedText(response);
      const [header, payload] = token.split('.').map(readSegment);
      const answer = JSON.stringify(response);
      for (const text of [...textsIn(header), ...textsIn(payload)]) expect(answer).not.toContain(text);
    }
  });

  test('holds no claim value and no key id, whatever the token says', async () => {
    // The mark tells what came from the token from what the fixed texts happen to say.
    const marked = fc.string({ maxLength: 30 }).map((text) => `\u00b6mark${text}`);
    const value = fc.oneof(
      marked,
      fc.integer({ min: 900_000_000 }),
      fc.constant(null),
      fc.array(marked, { maxLength: 3 }),
    );
    const claims = fc.record(
      {
        iss: value,
        aud: value,
        sub: value,
        exp: value,
        nbf: value,
        iat: value,
        scope: value,
        client_id: value,
        cnf: value,
      },
      { requiredKeys: [] },
    );
    const header = fc.record({ kid: marked, typ: value, alg: value, crit: value, jku: marked }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(claims, header, async (additionalClaims, extraHeader) => {
        const now = Math.floor(Date.now() / 1000);
        const token = await keyPair.createToken({
          issuer: ISSUER,
          audience: AUDIENCE,
          now,
          additionalClaims,
          header: extraHeader,
        });
        const response = await refusalOf(gate, `Bearer ${token}`);
        assertFixedText(response);
        const answer = JSON.stringify(response);
        expect(answer).not.toContain('mark');
        expect(answer).not.toMatch(/\d{9}/);
        expect(answer).not.toContain('key-of-the-issuer');
      }),
      { numRuns: 300 },
    );
  });

  test('holds nothing of the credentials, however malformed', async () => {
    const credentials = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `Bearer mark${text}`),
      fc.string({ maxLength: 60 }).map((text) => `bearer  ${text}, mark`),
      fc.stringMatching(/^Bearer mark[A-Za-z0-9._~+/-]{0,80}={0,3}$/),
    );
    await fc.assert(
      fc.asyncProperty(credentials, async (authorization) => {
        const response = await refusalOf(gate, authorization);
        assertFixedText(response);
        expect(JSON.stringify(response)).not.toContain('mark');
      }),
      { numRuns: 300 },
    );
  });

  test('holds no text of an authorization server that fails', async () => {
    await using server = await startAuthorizationServer();
    const token = await keyPair.createToken({ issuer: server.issuer, audience: AUDIENCE });
    const faults = [
      { kind: 'status', status: 500, body: 'upstream-mark' },
      { kind: 'status', status: 401, body: '{"error_description":"upstream-mark"}' },
      { kind: 'wrong-json', body: '{"keys":"upstream-mark"' },
      { kind: 'redirect', location: 'https://upstream-mark.example/' },
      { kind: 'reset' },
    ] as const;
    for (const fault of faults) {
      server.fail('jwks', fault);
      const verifier = new JWTVerifier({ jwksUri: server.jwksUri, issuer: server.issuer, audience: AUDIENCE });
      const response = await refusalOf(createGate({ verifier }), `Bearer ${token}`);
      await verifier.close();
      expect(response.status).toBe(503);
      assertFixedText(response);
      expect(JSON.stringify(response)).not.toMatch(/mark|127\.0\.0\.1|ECONN/);
      server.restore();
    }
  });
});
