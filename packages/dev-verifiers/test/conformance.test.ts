import { runVerifierConformance } from '@auth/testing';
import { describe, it } from 'vitest';
import { DebugTokenVerifier, StaticTokenVerifier } from '../src/index.js';

runVerifierConformance(
  ({ requiredScopes, clock, grants }) => {
    const tokens = grants.map(() => `static-${crypto.randomUUID()}`);
    const definitions = grants.map(({ subject, scopes, expiresAt }, index) => [
      tokens[index],
      {
        clientId: 'client',
        scopes,
        ...(subject === undefined ? {} : { subject }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      },
    ]);
    return {
      verifier: new StaticTokenVerifier({ tokens: Object.fromEntries(definitions), requiredScopes, clock }),
      tokens,
    };
  },
  { describe, it },
  { name: 'StaticTokenVerifier' },
);

// One identity for everybody, with the same scopes and no expiry: that is what it is for.
const sameForAll = 'it gives every token the same identity and scopes, without an expiry';

runVerifierConformance(
  ({ requiredScopes, grants }) => {
    const tokens = grants.map(() => `debug-${crypto.randomUUID()}`);
    const scopes = grants[0]?.scopes ?? [];
    return {
      verifier: new DebugTokenVerifier({ validate: (token) => tokens.includes(token), scopes, requiredScopes }),
      tokens,
    };
  },
  { describe, it },
  {
    name: 'DebugTokenVerifier',
    skip: {
      accepts: sameForAll,
      'refuses-expired': sameForAll,
      'forgets-in-time': sameForAll,
      'requires-scopes': sameForAll,
      'keeps-callers-apart': sameForAll,
      'spares-other-callers': sameForAll,
    },
  },
);
