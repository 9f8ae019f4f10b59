import { verify } from 'node:crypto';
import { KeyPair } from '@auth/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfBase64Url } from '../src/base64url.js';
import { keptPart, splitToken } from '../src/compact-token.js';
import { encodeBase64Url } from '../src/crypto-node.js';
import { decodeBase64Url as decodeOnTheWeb, encodeBase64Url as encodeOnTheWeb } from '../src/crypto-web.js';
import { bytesOfBase64, readDer } from '../src/der.js';
import { ecdsaDerSignature } from '../src/ecdsa-signature.js';
import { mayVerifyNow, verificationEnded, verificationStarted } from '../src/verification-load.js';

describe('base64url', () => {
  it('every byte string has exactly one text, and both platforms read it alike', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url');
        expect(Buffer.from(bytesOfBase64Url(text) ?? [9]).equals(Buffer.from(bytes))).toBe(true);
        expect(Buffer.from(decodeOnTheWeb(text)).equals(Buffer.from(bytes))).toBe(true);
        expect(encodeBase64Url(bytes)).toBe(text);
        expect(encodeOnTheWeb(bytes)).toBe(text);
      }),
    );
  });

  it('a text is canonical by its characters, its length and the unused bits of its last character (RFC 4648 §3.5)', () => {
    // Ł and 𐀁 have the code of a good character in their low bits.
    const character = fc.constantFrom(...'AQgwEIMcZz09-_+/= \n.éŁ\ud800\udc01');
    const canonical = /^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/;
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 12 }), (text) => {
        const good = canonical.test(text);
        expect(bytesOfBase64Url(text) !== undefined).toBe(good);
        expect(encodeOnTheWeb(decodeOnTheWeb(text)) === text).toBe(good);
      }),
      { numRuns: 5000 },
    );
  });

  it('anything that is no text has no bytes', () => {
    for (const value of [undefined, null, 5, {}, ['AA']]) expect(bytesOfBase64Url(value)).toBeUndefined();
  });
});

describe('taking a token apart', () => {
  it('what comes apart goes together again, whatever the text', () => {
    const part = fc.oneof(
      fc.base64String(),
      fc.uint8Array({ maxLength: 9 }).map((bytes) => encodeBase64Url(bytes)),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const token = parts.join('.');
        const split = splitToken(token);
        const good =
          parts.length === 3 && parts[0] !== '' && parts.every((each) => bytesOfBase64Url(each) !== undefined);
        expect(split !== undefined).toBe(good);
        if (split !== undefined) {
          const { header, payload, signature, signingInput } = split;
          expect([header.text, encodeBase64Url(payload), encodeBase64Url(signature)]).toEqual(parts);
          expect(encodeBase64Url(header.bytes)).toBe(header.text);
          expect(`${signingInput}.${parts[2]}`).toBe(token);
          expect(splitToken(token, header)?.header).toBe(header);
          expect(splitToken(token, { ...header, text: `${header.text}AAAA` })?.header).toEqual(header);
        }
      }),
    );
  });
});

it('a part that is kept says the same, and shares no memory with the token', () => {
  const header = splitToken(`${'A'.repeat(60)}.${'B'.repeat(4000)}.CCCC`)?.header;
  if (header === undefined) throw new Error('not a token');
  const kept = keptPart(header);
  expect(kept.text).toBe(header.text);
  expect([...kept.bytes]).toEqual([...header.bytes]);
  expect(kept.bytes.buffer).not.toBe(header.bytes.buffer);
  expect(kept.bytes.buffer.byteLength).toBe(kept.bytes.length);
});

describe('DER', () => {
  it('reading never throws, and what is read fills the bytes exactly', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const values = readDer(Uint8Array.from(bytes));
        if (values === undefined) return;
        expect(values.reduce((sum, { whole }) => sum + whole.length, 0)).toBe(bytes.length);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['an indefinite length', '3080020101'],
    ['a length in more bytes than needed', '30810302010100'],
    ['a length that goes too far', '3005020101'],
    ['a tag of several bytes', '1f8101020101'],
  ])('%s is refused', (_name, hex) => {
    expect(readDer(Uint8Array.from(Buffer.from(hex, 'hex')))).toBeUndefined();
  });

  it('base64 with padding is read, sloppy base64 is not', () => {
    expect(bytesOfBase64(' AQID\nBA== ')).toEqual(Buffer.from([1, 2, 3, 4]));
    for (const text of ['', 'AQ', 'AQ=', 'AQ===', 'AR==', 'AQ_-', '=AAA']) expect(bytesOfBase64(text)).toBeUndefined();
  });
});

describe('ECDSA signatures in DER', () => {
  it.each([
    ['P-256', 'ES256', 'sha256'],
    ['P-384', 'ES384', 'sha384'],
    ['P-521', 'ES512', 'sha512'],
  ] as const)('%s: what was signed in JOSE form verifies in DER form', async (_curve, algorithm, hash) => {
    const key = await KeyPair.generate(algorithm);
    for (let round = 0; round < 20; round++) {
      const data = Buffer.from(`round ${round}`);
      expect(verify(hash, data, key.publicKeyObject, ecdsaDerSignature(key.sign(data)))).toBe(true);
    }
  });

  it('numbers get their shortest form and stay positive', () => {
    const half = (hex: string): string => hex.padStart(64, '0');
    const der = (r: string, s: string): string =>
      Buffer.from(ecdsaDerSignature(Buffer.from(half(r) + half(s), 'hex'))).toString('hex');
    expect(der('01', '7f')).toBe('300602010102017f');
    expect(der('80', '00')).toBe('30070202008002' + '0100');
    expect(der('00ff00', '0100')).toBe('30090203' + '00ff00' + '02020100');
  });
});

describe('where a signature is checked', () => {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('on the calling thread when nothing else runs, also many times in a row', async () => {
    await turn();
    await turn();
    for (let round = 0; round < 50; round++) {
      expect(mayVerifyNow()).toBe(true);
      await undefined;
    }
  });

  it('on the thread pool when another one is there, or was started in the same breath', async () => {
    await turn();
    verificationStarted();
    expect(mayVerifyNow()).toBe(false);
    verificationEnded();
    expect([mayVerifyNow(), mayVerifyNow()]).toEqual([true, false]);
    await undefined;
    expect(mayVerifyNow()).toBe(true);
    await undefined;
  });

  it('on the thread pool from the third piece of work of a turn on, and after many in a row', async () => {
    await turn();
    await turn();
    const answers: boolean[] = [];
    for (let piece = 0; piece < 4; piece++) {
      answers.push(mayVerifyNow());
      // A tick runs between callbacks of one turn.
      await new Promise<void>((resolve) => process.nextTick(resolve));
    }
    expect(answers).toEqual([true, true, false, false]);
    await turn();
    await turn();
    const many: boolean[] = [];
    for (let check = 0; check < 300; check++) {
      many.push(mayVerifyNow());
      await undefined;
    }
    expect([many[0], many[255], many[256]]).toEqual([true, true, false]);
  });
});
