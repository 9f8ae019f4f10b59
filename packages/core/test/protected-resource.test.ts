import { describe, expect, it } from 'vitest';
import {
  type ProtectedResourceOptions,
  protectedResourceMetadata,
  protectedResourceMetadataUrl,
} from '../src/protected-resource.js';

const OPTIONS = { resource: 'https://api.example/mcp', authorizationServers: ['https://issuer.example'] };

describe('protectedResourceMetadata', () => {
  it('says what RFC 9728 §2 wants, and leaves out what is empty [checklist 47]', () => {
    expect(protectedResourceMetadata({ ...OPTIONS, scopesSupported: [] })).toEqual({
      resource: 'https://api.example/mcp',
      authorization_servers: ['https://issuer.example'],
      bearer_methods_supported: ['header'],
    });
  });

  it('says all that it is told', () => {
    const options = {
      ...OPTIONS,
      scopesSupported: ['read', 'write'],
      resourceName: 'Notes',
      resourceDocumentation: 'https://docs.example',
    };
    expect(protectedResourceMetadata(options)).toEqual({
      resource: 'https://api.example/mcp',
      authorization_servers: ['https://issuer.example'],
      scopes_supported: ['read', 'write'],
      bearer_methods_supported: ['header'],
      resource_name: 'Notes',
      resource_documentation: 'https://docs.example',
    });
  });

  it('keeps identifiers exactly as they are given, since clients compare texts [checklist 45]', () => {
    for (const resource of ['https://api.example', 'https://api.example/', 'https://API.example:443/mcp/']) {
      const document = protectedResourceMetadata({ resource, authorizationServers: [resource] });
      expect(document).toMatchObject({ resource, authorization_servers: [resource] });
    }
  });

  it('is a deeply frozen copy', () => {
    const authorizationServers = ['https://issuer.example'];
    const document = protectedResourceMetadata({ ...OPTIONS, authorizationServers, scopesSupported: ['a'] });
    authorizationServers.push('https://evil.example');
    expect(document.authorization_servers).toEqual(['https://issuer.example']);
    for (const part of [document, ...Object.values(document)]) expect(Object.isFrozen(part)).toBe(true);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a resource over http [checklist 46]', { resource: 'http://api.example' }, 'resource'],
    ['a resource with a fragment [checklist 46]', { resource: 'https://api.example/#a' }, 'resource'],
    ['a resource with a blank', { resource: 'https://api.example ' }, 'resource'],
    ['no resource', { resource: undefined }, 'resource'],
    ['no authorization server', { authorizationServers: [] }, 'authorizationServers'],
    ['a text for the list of authorization servers', { authorizationServers: 'https://a' }, 'authorizationServers'],
    ['an authorization server over http', { authorizationServers: ['http://issuer.example'] }, 'authorizationServers'],
    ['a text for the list of scopes', { scopesSupported: 'read' }, 'scopesSupported'],
    ['a scope that is none', { scopesSupported: ['a b'] }, 'scopesSupported'],
    ['a blank name', { resourceName: ' ' }, 'resourceName'],
    ['documentation that is no text', { resourceDocumentation: 7 }, 'resourceDocumentation'],
    ['an unknown option', { scopes: ['a'] }, 'scopes'],
  ])('refuses %s', (_what, change, name) => {
    const make = (): unknown =>
      protectedResourceMetadata({ ...OPTIONS, ...change } as unknown as ProtectedResourceOptions);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(`option '${name}'`);
  });
});

describe('protectedResourceMetadataUrl [checklist 45]', () => {
  it.each([
    ['https://api.example', 'https://api.example/.well-known/oauth-protected-resource'],
    ['https://api.example/', 'https://api.example/.well-known/oauth-protected-resource'],
    ['https://api.example/mcp', 'https://api.example/.well-known/oauth-protected-resource/mcp'],
    ['https://api.example/mcp/', 'https://api.example/.well-known/oauth-protected-resource/mcp/'],
    ['https://api.example/a/b?t=1', 'https://api.example/.well-known/oauth-protected-resource/a/b?t=1'],
    ['https://api.example/?t=1', 'https://api.example/.well-known/oauth-protected-resource?t=1'],
    ['https://api.example:8443/mcp', 'https://api.example:8443/.well-known/oauth-protected-resource/mcp'],
    ['http://127.0.0.1:3000/mcp', 'http://127.0.0.1:3000/.well-known/oauth-protected-resource/mcp'],
  ])('of %s is %s', (resource, expected) => {
    expect(protectedResourceMetadataUrl(resource)).toBe(expected);
  });

  it('refuses what is no secure URL', () => {
    expect(() => protectedResourceMetadataUrl('http://api.example')).toThrow(TypeError);
  });
});
