import { requireAnyScope, requireClaim } from '@auth/core';
import { createGate } from '../../src/gate.js';
import { KnownTokens, RESOURCE } from './known-tokens.js';
import type { AnyGate } from './skins.js';

const AUTHORIZATION_SERVER = 'https://login.example.com';

/** The policies that the table of request cases runs against, with verifiers of this kind. */
export function gatesWith(Verifier: typeof KnownTokens) {
  const verifier = new Verifier();
  const discoverable = { verifier, resource: RESOURCE, authorizationServers: [AUTHORIZATION_SERVER] };
  return {
    /** Nothing but a verifier. */
    bare: createGate({ verifier }),
    full: createGate({
      ...discoverable,
      requiredScopes: ['notes:read'],
      scopesSupported: ['notes:read', 'notes:write'],
    }),
    /** A resource that nobody can log in to: nothing to discover. */
    undiscoverable: createGate({ verifier, resource: RESOURCE, requiredScopes: ['notes:read'] }),
    rootResource: createGate({ ...discoverable, resource: 'https://notes.example.com' }),
    slashResource: createGate({ ...discoverable, resource: 'https://notes.example.com/mcp/' }),
    strictVerifier: createGate({ ...discoverable, verifier: new Verifier({ requiredScopes: ['notes:write'] }) }),
    audience: createGate({ ...discoverable, requireResourceAudience: true }),
    write: createGate({
      ...discoverable,
      requiredScopes: ['notes:read'],
      scopeHierarchy: { 'notes:admin': ['notes:write', 'notes:read'] },
    }).require('notes:write'),
    anyOf: createGate(discoverable).require(requireAnyScope('notes:write', 'notes:admin')),
    role: createGate(discoverable).require('notes:read', requireClaim('role', 'admin')),
    throwing: createGate(discoverable).require(() => {
      throw new Error('secret text of a check');
    }),
    optional: createGate({ ...discoverable, requiredScopes: ['notes:read'] }).optional(),
    local: createGate({
      ...discoverable,
      allowedHosts: ['localhost', '127.0.0.1', '[::1]', 'notes.test:8080'],
      allowedOrigins: ['http://localhost:5173', 'vscode-webview://panel'],
    }),
    azure: createGate({
      ...discoverable,
      requiredScopes: ['notes:read'],
      challengeScopes: { 'notes:read': 'api://notes/read' },
    }),
  } satisfies Readonly<Record<string, AnyGate>>;
}

export const GATES = gatesWith(KnownTokens);

export type GateName = keyof typeof GATES;
