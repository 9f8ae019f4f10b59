import { connect } from 'node:net';
import { JWTVerifier } from '@auth/jwt';
import { jsonReply, KeyPair, startScriptedServer } from '@auth/testing';
import { describe, expect, test } from 'vitest';
import { createGate } from '../src/gate.js';
import { SKINS } from './support/skins.js';

const ISSUER = 'https://login.example.com';
const AUDIENCE = 'https://notes.example.com/mcp';
const key = await KeyPair.generate('ES256');
const token = await key.createToken({ issuer: ISSUER, audience: AUDIENCE });

/** A key endpoint that lets all its callers wait, and then tells them that it is out of order, or what the keys are. */
async function keyEndpoint() {
  const waiting: ((status: number) => void)[] = [];
  const server = await startScriptedServer((request, socket) => {
    waiting.push((status) => jsonReply(key.jwks, { status })(request, socket));
  });
  return {
    jwksUri: `${server.origin}/jwks`,
    requests: server.requests,
    /** Answers everybody, once somebody has asked. */
    answer: async (status: number): Promise<void> => {
      while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
      for (const reply of waiting.splice(0)) reply(status);
    },
    close: server.close,
  };
}

/** One request with these Authorization fields, over a connection of its own; resolves to the status. */
function ask(port: number, ...fields: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (text) => {
      answer += text;
    });
    socket.on('error', reject).on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])));
    const lines = fields.map((field) => `Authorization: ${field}\r\n`).join('');
    socket.write(`GET /mcp HTTP/1.1\r\nHost: localhost\r\n${lines}Connection: close\r\n\r\n`);
  });
}

describe('CVE-2025-64527: two tokens in one request while the fetch that all wait for fails', () => {
  test.each(Object.keys(SKINS))('behind %s: 400 and 503, and the server goes on', async (skin) => {
    const endpoint = await keyEndpoint();
    let now = Date.now() / 1000;
    const { jwksUri } = endpoint;
    const verifier = new JWTVerifier({ issuer: ISSUER, audience: AUDIENCE, jwksUri, clock: () => now });
    const server = await SKINS[skin]?.(createGate({ verifier }));
    if (server === undefined) throw new Error('no such skin');
    const good = `Bearer ${token}`;
    try {
      const single = Array.from({ length: 10 }, () => ask(server.port, good));
      const double = Array.from({ length: 10 }, () => ask(server.port, good, good));
      const mixed = Array.from({ length: 10 }, () => ask(server.port, good, 'Bearer eyJhbGciOiJFUzI1NiJ9.e30.AAAA'));
      // The refused ones wait for nobody.
      expect(new Set(await Promise.all([...double, ...mixed]))).toEqual(new Set([400]));
      await endpoint.answer(500);
      expect(new Set(await Promise.all(single))).toEqual(new Set([503]));
      expect(endpoint.requests).toHaveLength(1);
      expect(await ask(server.port, good, good)).toBe(400);
      expect(await ask(server.port, good)).toBe(503);

      now += 1;
      const [back] = await Promise.all([ask(server.port, good), endpoint.answer(200)]);
      expect(back).toBe(200);
      expect(await ask(server.port, good, good)).toBe(400);
    } finally {
      await server.close();
      await verifier.close();
      await endpoint.close();
    }
  });
});
