import { inspect } from 'node:util';
import { createAccessToken } from '@auth/core';
import type { AuthInfo as SdkAuthInfo } from '@modelcontextprotocol/server';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type AuthInfo, accessTokenOf, toAuthInfo } from '../src/auth-info.js';
import { createGate } from '../src/gate.js';
import { KnownTokens, RESOURCE } from './support/known-tokens.js';

const gate = createGate({
  verifier: new KnownTokens(),
  resource: RESOURCE,
  authorizationServers: ['https://login.example.com'],
});
const init = { clientId: 'cli', scopes: ['a'], audience: [RESOURCE], expiresAt: 5000 };

describe('toAuthInfo', () => {
  test('has the type that the MCP SDK expects, and takes its place', () => {
    expectTypeOf<AuthInfo>().toExtend<SdkAuthInfo>();
    expectTypeOf<SdkAuthInfo>().toExtend<AuthInfo>();
  });

  test('has the shape that the MCP SDK expects', () => {
    const accessToken = createAccessToken('secret-token', init);
    const info = toAuthInfo(accessToken, gate);
    expect(info.token).toBe('secret-token');
    expect(info.resource).toEqual(new URL(RESOURCE));
    expect({ ...info }).toEqual({
      clientId: 'cli',
      scopes: ['a'],
      expiresAt: 5000,
      resourceMetadataUrl: 'https://notes.example.com/.well-known/oauth-protected-resource/mcp',
      extra: { accessToken },
    });
  });

  test('shows the credential to nobody who prints, copies or serialises it (checklist 56)', () => {
    const info = toAuthInfo(createAccessToken('secret-token', init), gate);
    const shown = [
      JSON.stringify(info),
      inspect(info, { showHidden: true, depth: 9 }),
      inspect({ ...info }, { depth: 9 }),
    ];
    expect(shown.join()).not.toContain('secret-token');
    expect(Object.keys(info)).not.toContain('token');
  });

  test('names the resource only where the token does', () => {
    expect(toAuthInfo(createAccessToken('t', { clientId: 'c' }), gate).resource).toBeUndefined();
    expect(toAuthInfo(createAccessToken('t', init)).resource).toBeUndefined();
  });

  test('never invents a client that others could share (checklist 12)', () => {
    const alice = toAuthInfo(createAccessToken('t', { subject: 'alice' }));
    expect(alice.clientId).not.toBe('alice');
    expect(alice.clientId).toBe(toAuthInfo(createAccessToken('u', { subject: 'alice' })).clientId);
    const nobody = (): string => toAuthInfo(createAccessToken('t', { subject: undefined })).clientId;
    expect(nobody()).not.toBe(nobody());
  });

  test('is a new object for each request, so that handlers cannot change it for each other', () => {
    const accessToken = createAccessToken('t', init);
    const first = toAuthInfo(accessToken, gate);
    first.scopes.push('admin');
    first.resource?.searchParams.set('x', '1');
    (first.extra ?? {}).admin = true;
    expect(toAuthInfo(accessToken, gate)).toMatchObject({ scopes: ['a'], extra: { accessToken } });
    expect(toAuthInfo(accessToken, gate).resource?.href).toBe(RESOURCE);
    expect(accessToken.scopes).toEqual(['a']);
  });
});

describe('accessTokenOf', () => {
  test('gives the token back', () => {
    const accessToken = createAccessToken('t', init);
    expect(accessTokenOf(toAuthInfo(accessToken, gate))).toBe(accessToken);
  });

  test.each([
    undefined,
    null,
    'text',
    {},
    { extra: { accessToken: {} } },
    { clientId: 'root', token: 't', scopes: [] },
  ])('does not believe %j', (value) => {
    expect(accessTokenOf(value)).toBeUndefined();
  });
});
