import type { LookupFunction } from 'node:net';
import { type ScriptedServer, startScriptedServer } from '@auth/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { createRemoteKeys } from '../src/remote-keys.js';
import {
  assertGuardedUrl,
  BlockedAddressError,
  guardedTransport,
  publicLookup,
  type ResolvedAddress,
} from '../src/ssrf-guard.js';

const v4 = (address: string): ResolvedAddress => ({ address, family: 4 });
const v6 = (address: string): ResolvedAddress => ({ address, family: 6 });

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A server on this machine; its `connections` say who came. */
async function trap(): Promise<ScriptedServer & { readonly port: string }> {
  const server = await startScriptedServer();
  servers.push(server);
  return Object.assign(server, { port: new URL(server.origin).port });
}

const look = (lookup: LookupFunction, all: boolean): Promise<unknown> =>
  new Promise((resolve, reject) => {
    lookup('as.example', { all }, (error, address, family) => {
      if (error) reject(error);
      else resolve(all ? address : { address, family });
    });
  });

describe('URLs', () => {
  test.each(['https://as.example/jwks', 'https://as.example:8443/', 'https://8.8.8.8/', 'https://[2606:4700::1111]/'])(
    '%s may be asked',
    (url) => expect(() => assertGuardedUrl(url)).not.toThrow(),
  );

  test.each([
    'http://as.example/',
    'http://127.0.0.1/',
    'ftp://as.example/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.0.0.1/',
    'https://0177.0.0.1/',
    'https://127.0.0.1./',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://[2002:7f00:1::]/',
    'https://１２７.０.０.１/',
  ])('%s may not', (url) => expect(() => assertGuardedUrl(url)).toThrow(BlockedAddressError));
});

describe('names', () => {
  test('the socket gets exactly the addresses that were checked', async () => {
    const found = [v4('93.184.216.34'), v6('2606:4700::1111')];
    const lookup = publicLookup(async () => found);
    expect(await look(lookup, true)).toEqual(found);
    expect(await look(lookup, false)).toEqual(found[0]);
  });

  test.each([
    ['a private one', [v4('10.0.0.1')]],
    ['a public and a private one', [v4('8.8.8.8'), v4('10.0.0.1')]],
    ['this machine', [v4('127.0.0.1')]],
    ['carrier-grade NAT', [v4('100.64.0.1')]],
    ['IPv6 that carries a private one', [v6('::ffff:0:a9fe:a9fe')]],
    ['NAT64 for local use', [v6('64:ff9b:1:a9fe:a9:fe00::')]],
    ['none', []],
    ['something that is no address', [v4('as.example')]],
  ])('a name whose addresses are %s is blocked', async (_name, found) => {
    const lookup = publicLookup(async () => found);
    await expect(look(lookup, true)).rejects.toThrow(BlockedAddressError);
    await expect(look(lookup, false)).rejects.toThrow(BlockedAddressError);
  });

  test('a resolver that fails is a failure to connect', async () => {
    const lookup = publicLookup(() => Promise.reject(new Error('ENOTFOUND')));
    await expect(look(lookup, true)).rejects.toThrow('ENOTFOUND');
  });
});

describe('the transport', () => {
  const get = (url: string) => ({ url, method: 'GET' as const, headers: {}, deadlineMs: 1000 });

  test('DNS rebinding: the connection asks our lookup, and goes nowhere when it is blocked', async () => {
    const seen = await trap();
    const names: string[] = [];
    const transport = guardedTransport({
      resolve: async (name) => {
        names.push(name);
        return [v4('127.0.0.1')];
      },
    });
    await expect(transport(get(`https://as.example:${seen.port}/`))).rejects.toMatchObject({ code: 'EBLOCKED' });
    await transport.close();
    expect(names).toEqual(['as.example']);
    expect(seen.connections.total).toBe(0);
  });

  test('the system’s resolver is the default: localhost is blocked', async () => {
    const seen = await trap();
    const transport = guardedTransport();
    await expect(transport(get(`https://localhost:${seen.port}/`))).rejects.toMatchObject({ code: 'EBLOCKED' });
    await expect(transport(get(`https://127.0.0.1:${seen.port}/`))).rejects.toMatchObject({ code: 'EBLOCKED' });
    await transport.close();
    expect(seen.connections.total).toBe(0);
  });

  test('as the transport of remote keys it makes a blocked endpoint unavailable', async () => {
    const seen = await trap();
    const source = createRemoteKeys({
      jwksUri: `https://127.0.0.1:${seen.port}/jwks`,
      algorithms: ['ES256'],
      transport: guardedTransport(),
    });
    await expect(source.findKeys({ algorithm: 'ES256', kid: 'a' })).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      cause: { failure: 'network', code: 'EBLOCKED' },
    });
    expect(seen.connections.total).toBe(0);
    await source.close();
  });

  test('unknown options are refused', () => {
    expect(() => guardedTransport({ allow: ['10.0.0.0/8'] } as object)).toThrow(/allow/);
    expect(() => guardedTransport({ resolve: 'dns' } as object)).toThrow(/resolve/);
  });
});
