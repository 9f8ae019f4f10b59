import { describe, expect, it } from 'vitest';
import {
  assertDiscoverableIssuer,
  isMetadataOf,
  metadataEndpoint,
  serverMetadataUrls,
} from '../src/server-metadata.js';

describe('serverMetadataUrls', () => {
  it.each([
    ['https://as.example', '', ''],
    ['https://as.example/', '', ''],
    ['https://as.example/tenant', '/tenant', '/tenant'],
    ['https://as.example/tenant/', '/tenant', '/tenant'],
  ])(
    'puts the well-known part in front of the path of %s for RFC 8414 and behind it for OpenID Connect',
    (issuer, oauth, oidc) => {
      expect(serverMetadataUrls(issuer)).toEqual([
        `https://as.example/.well-known/oauth-authorization-server${oauth}`,
        `https://as.example${oidc}/.well-known/openid-configuration`,
      ]);
    },
  );
});

describe('isMetadataOf', () => {
  it('compares the issuer exactly, and only as an own member', () => {
    expect(isMetadataOf({ issuer: 'https://as.example' }, 'https://as.example')).toBe(true);
    expect(isMetadataOf({ issuer: 'https://as.example/' }, 'https://as.example')).toBe(false);
    expect(isMetadataOf(Object.create({ issuer: 'https://as.example' }), 'https://as.example')).toBe(false);
  });
});

describe('metadataEndpoint', () => {
  it.each([
    ['https://as.example', 'https://keys.example/jwks', { url: 'https://keys.example/jwks' }],
    ['https://as.example', undefined, { failure: 'missing' }],
    ['https://as.example', 'http://keys.example/jwks', { failure: 'insecure' }],
    ['https://as.example', 42, { failure: 'insecure' }],
    // A remote issuer must not be able to point our credentials at a service on this machine.
    ['https://as.example', 'http://127.0.0.1:9/jwks', { failure: 'insecure' }],
    ['https://as.example', 'https://localhost/jwks', { failure: 'insecure' }],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/jwks', { url: 'http://127.0.0.1:8080/jwks' }],
  ])('for the issuer %s takes %s as it should', (issuer, value, expected) => {
    const metadata = value === undefined ? {} : { jwks_uri: value };
    expect(metadataEndpoint(metadata, 'jwks_uri', issuer)).toEqual(expected);
  });
});

describe('assertDiscoverableIssuer', () => {
  it.each(['https://as.example?', 'https://as.example?a=b', 'http://as.example', 'https://as.example#x', '', 42])(
    'refuses %s, naming the option',
    (issuer) => {
      expect(() => assertDiscoverableIssuer('Owner', issuer)).toThrow(/^Owner: option 'issuer'/);
    },
  );

  it('gives the text as it was written', () => {
    expect(assertDiscoverableIssuer('Owner', 'https://as.example/')).toBe('https://as.example/');
  });
});
