import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JWTVerifier, type JWTVerifierOptions, presets } from '@auth/jwt';
import { RSAKeyPair } from '@auth/testing';
import { describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT } from '../src/command.ts';

const TENANT = '8f2a1b9c-0000-4000-8000-1234567890ab';
const API = '11111111-2222-4333-8444-555555555555';
const AUDIENCE = 'https://notes.example.com/mcp';

interface Guide {
  /** The options that the page shows. */
  readonly options: Pick<JWTVerifierOptions, 'issuer' | 'audience' | 'validate'> & { readonly jwksUri?: string };
  readonly scope: string;
  readonly clientId: string;
  /** What the page calls the usual mistake: changed claims, or another token; and what `explain` then says of it on the page. */
  readonly mistake: Readonly<Record<string, unknown>> | 'opaque';
  readonly options401?: Partial<JWTVerifierOptions>;
  readonly reason: string;
}

const GUIDES: Readonly<Record<string, Guide>> = {
  keycloak: {
    options: presets.keycloak({ baseUrl: 'https://sso.example.com', realm: 'staff', audience: 'notes-api' }),
    scope: 'notes:read',
    clientId: 'notes-ui',
    mistake: { aud: 'account' },
    reason: 'audience_mismatch',
  },
  'entra-id': {
    options: presets.entraV2({ tenantId: TENANT, clientId: API }),
    scope: 'notes.read',
    clientId: '6731de76-14a6-49ae-97bc-6eba6914391e',
    mistake: { iss: `https://sts.windows.net/${TENANT}/`, ver: '1.0' },
    reason: 'issuer_mismatch',
  },
  auth0: {
    options: presets.auth0({ domain: 'tenant.eu.auth0.com', audience: AUDIENCE }),
    scope: 'notes:read',
    clientId: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja',
    mistake: 'opaque',
    reason: 'malformed',
  },
  okta: {
    options: presets.okta({ domain: 'dev-1.okta.com', authorizationServerId: 'default', audience: AUDIENCE }),
    scope: 'notes:read',
    clientId: '0oabv6kx4qq6h1U5l0h7',
    mistake: { iss: 'https://dev-1.okta.com' },
    reason: 'issuer_mismatch',
  },
  cognito: {
    options: presets.cognito({ region: 'eu-west-1', userPoolId: 'eu-west-1_AbC123', clientIds: ['1example23456789'] }),
    scope: 'notes/read',
    clientId: '1example23456789',
    mistake: {},
    options401: { audience: AUDIENCE },
    reason: 'audience_mismatch',
  },
  hydra: {
    options: { issuer: 'https://auth.example.com', audience: AUDIENCE },
    scope: 'notes:read',
    clientId: 'd17d8a08-0c8e-4b7a-9a1c-1e2b4b6c7a55',
    mistake: 'opaque',
    reason: 'malformed',
  },
  'oidc-provider': {
    options: { issuer: 'http://127.0.0.1:3001', audience: AUDIENCE },
    scope: 'notes:read',
    clientId: 'notes-client',
    mistake: 'opaque',
    reason: 'malformed',
  },
};

const keyPair = await RSAKeyPair.generate();

const pageOf = (name: string): string => readFileSync(join(REPOSITORY_ROOT, 'docs/guides', `${name}.md`), 'utf8');

/** The claims on the page, signed by a key of ours, from now on for an hour. */
function tokenOf(page: string, changes: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const claims: unknown = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
  // createToken has defaults for the subject and the issuer: the claims of the page replace them.
  return keyPair.createToken({ additionalClaims: { ...(claims as Record<string, unknown>), ...changes } });
}

function verifierOf({ options }: Guide, changes: Partial<JWTVerifierOptions> = {}): JWTVerifier {
  const { jwksUri: _jwksUri, ...claimOptions } = options;
  return new JWTVerifier({ ...claimOptions, jwks: keyPair.jwks, ...changes });
}

describe.each(Object.entries(GUIDES))('the guide for %s', (name, guide) => {
  const page = pageOf(name);

  it('shows a token that its options accept, with the scope and the client that it names', async () => {
    const verifier = verifierOf(guide, { requiredScopes: [guide.scope] });
    expect(await verifier.verifyToken(await tokenOf(page))).toMatchObject({ clientId: guide.clientId });
    expect(page).toContain(guide.scope);
  });

  it('shows what explain says of the usual 401', async () => {
    const { mistake, options401 } = guide;
    const token = mistake === 'opaque' ? 'ory_at_JGhESDjKfHMQ8Wcy0cC3' : await tokenOf(page, mistake);
    const { accepted, error, checks } = await verifierOf(guide, options401).explain(token);
    expect([accepted, error?.reason]).toEqual([false, guide.reason]);
    expect(page).toContain(`\`${guide.reason}\``);
    const { hint, expected, actual } = checks.find(({ outcome }) => outcome === 'failed') ?? {};
    const shown = hint ?? `expected ${JSON.stringify(expected)}, actual ${JSON.stringify(actual)}`;
    expect(page).toContain(shown);
  });

  it('says where its facts are from', () => {
    expect(page).toMatch(/^Sources: \[/m);
    for (const [, url = ''] of page.matchAll(/\]\((http[^)]+)\)/g)) expect(new URL(url).protocol).toBe('https:');
  });
});
