import type { InvalidTokenReason } from '@auth/core';
import { base64url } from './algorithms.js';
import { confusedSecrets, forgeToken, type TokenPart } from './forge-token.js';
import { forgedClaims } from './forged-claims.js';
import { KeyPair } from './key-pair.js';
import { assertCreateTokenOptions, type CreateTokenOptions, tokenClaims } from './token-claims.js';

/** A token that no verifier may accept. */
export interface ForgedToken {
  /** What is wrong with it, as the end of the sentence "refuses …". */
  readonly name: string;
  readonly token: string;
  /** The reason that the verifiers of this family give, where there is only one right answer. */
  readonly reason?: InvalidTokenReason | undefined;
}

/**
 * A catalogue of attacks on a verifier that trusts `keyPair` for the issuer and the audience of `options`: forged signatures,
 * confused algorithms, injected keys, two-faced encodings, and well-signed tokens with claims that must not pass. Every one
 * has to be refused as `invalid_token`. The token that `keyPair.createToken(options)` makes has to be accepted.
 *
 * Rejects with a `TypeError` for options that make no sense, and without an `issuer` and an `audience`.
 */
export async function forgedTokens(keyPair: KeyPair, options: CreateTokenOptions): Promise<readonly ForgedToken[]> {
  assertCreateTokenOptions(options);
  const { issuer, audience } = options;
  if (typeof issuer !== 'string' || typeof audience !== 'string') {
    throw new TypeError("forgedTokens: options 'issuer' and 'audience' must be the texts that the verifier expects");
  }
  const good = await keyPair.createToken(options);
  const claims = tokenClaims(options);
  const kid = options.kid ?? keyPair.kid;
  const header = { alg: keyPair.algorithm, typ: 'JWT', ...(kid === undefined ? {} : { kid }) };
  const stranger = await KeyPair.generate(keyPair.algorithm, kid === undefined ? {} : { kid });
  const context: Context = { keyPair, stranger, good, header, claims };
  const sections = [signatures, algorithms, injectedKeys, headers, encodings, shapes].flatMap((make) => make(context));
  return [
    ...sections,
    ...forgedClaims(claims).map(({ name, payload, reason }) => signed(context, name, reason, { payload })),
  ];
}

interface Context {
  readonly keyPair: KeyPair;
  /** A key of the same kind and the same key id that nobody trusts. */
  readonly stranger: KeyPair;
  readonly good: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

function signed(
  { keyPair, header, claims }: Context,
  name: string,
  reason: InvalidTokenReason | undefined,
  parts: { readonly header?: TokenPart; readonly payload?: TokenPart },
): ForgedToken {
  return { name, reason, token: forgeToken({ header, payload: claims, signWith: keyPair, ...parts }) };
}

function signatures({ keyPair, stranger, good, header, claims }: Context): ForgedToken[] {
  const [head = '', body = '', signature = ''] = good.split('.');
  const raised = base64url(JSON.stringify({ ...claims, sub: 'administrator', scope: 'admin' }));
  const zeros = base64url(new Uint8Array(Buffer.from(signature, 'base64url').length));
  return [
    { name: 'a swapped payload', token: `${head}.${raised}.${signature}`, reason: 'signature_invalid' },
    { name: 'a swapped header', token: `${base64url(JSON.stringify({ ...header, x: 1 }))}.${body}.${signature}` },
    { name: 'a stripped signature', token: `${head}.${body}.` },
    { name: 'a missing signature segment', token: `${head}.${body}`, reason: 'malformed' },
    { name: 'half a signature', token: `${head}.${body}.${signature.slice(0, (signature.length >> 3) << 2)}` },
    { name: 'a signature of zeros (CVE-2022-21449)', token: `${head}.${body}.${zeros}` },
    { name: 'a signature that goes on', token: `${head}.${body}.${signature}AAAA` },
    {
      name: "a stranger's signature under the right key id",
      token: forgeToken({ header, payload: claims, signWith: stranger }),
      reason: 'signature_invalid',
    },
    {
      name: 'a signature over the payload alone',
      token: `${head}.${body}.${base64url(keyPair.sign(body))}`,
      reason: 'signature_invalid',
    },
  ];
}

function algorithms(context: Context): ForgedToken[] {
  const { keyPair, header, claims, good } = context;
  const reason = 'algorithm_not_allowed';
  const none = ['none', 'None', 'NONE', 'nOnE'].map((alg): ForgedToken => {
    const token = forgeToken({ header: { ...header, alg }, payload: claims });
    return { name: `alg ${alg} without a signature`, token, reason };
  });
  const kept = forgeToken({ header: { ...header, alg: 'none' }, payload: claims, signature: good.split('.')[2] });
  const isSecret = keyPair.algorithm.startsWith('HS');
  const confused = isSecret ? [] : confusedSecrets(keyPair);
  return [
    ...none,
    { name: 'alg none with a signature', token: kept, reason },
    signed(context, 'alg in lower case', reason, { header: { ...header, alg: keyPair.algorithm.toLowerCase() } }),
    signed(context, 'an unknown alg', reason, { header: { ...header, alg: 'XX256' } }),
    signed(context, 'a prototype member as alg', reason, { header: { ...header, alg: 'toString' } }),
    signed(context, 'no alg', undefined, { header: { ...header, alg: undefined } }),
    signed(context, 'alg as a list', undefined, { header: { ...header, alg: [keyPair.algorithm] } }),
    ...confused.map(({ form, key }): ForgedToken => {
      const token = forgeToken({ header: { ...header, alg: 'HS256' }, payload: claims, signWith: key });
      return { name: `HS256 keyed with ${form}`, token, reason };
    }),
    ...(isSecret
      ? [
          {
            name: 'HS256 keyed with nothing',
            token: forgeToken({ header, payload: claims, signWith: emptyKey(keyPair) }),
          },
        ]
      : []),
  ];
}

function emptyKey({ algorithm }: KeyPair): KeyPair {
  return KeyPair.fromSecret(algorithm as 'HS256', '');
}

function injectedKeys({ keyPair, stranger, header, claims }: Context): ForgedToken[] {
  if (keyPair.algorithm.startsWith('HS')) return [];
  const url = 'http://127.0.0.1:9/stranger';
  const der = stranger.publicKey.replaceAll(/-----[^-]+-----|\n/g, '');
  const injections = { jwk: stranger.jwk, jku: url, x5u: url, x5c: [der] };
  return Object.entries(injections).flatMap(([member, value]) =>
    [header, { ...header, kid: 'injected' }].map((base, index): ForgedToken => {
      const token = forgeToken({ header: { ...base, [member]: value }, payload: claims, signWith: stranger });
      return { name: `a key injected as ${member}, under ${index === 0 ? 'the right' : 'its own'} key id`, token };
    }),
  );
}

function headers(context: Context): ForgedToken[] {
  const { header } = context;
  const crits: readonly (readonly [name: string, members: object])[] = [
    ['an unknown crit', { crit: ['x-urgent'], 'x-urgent': true }],
    ['a crit that names a known member', { crit: ['alg'] }],
    ['an empty crit', { crit: [] }],
    ['a crit that is no list', { crit: 'exp' }],
    ['b64 false in crit', { b64: false, crit: ['b64'] }],
    ['b64 false without crit', { b64: false }],
    ['b64 true without crit', { b64: true }],
  ];
  const types = [
    'dpop+jwt',
    'logout+jwt',
    'secevent+jwt',
    'oauth-id-jag+jwt',
    'application/dpop+jwt',
    'ID',
    '',
    'JWT ',
  ];
  const kids = [0, '', null, ['k'], {}, true];
  return [
    ...crits.map(([name, members]) => signed(context, name, 'critical_header', { header: { ...header, ...members } })),
    ...types.map((typ) => signed(context, `typ "${typ}"`, 'unsupported_type', { header: { ...header, typ } })),
    ...kids.map((kid) => signed(context, `kid ${JSON.stringify(kid)}`, undefined, { header: { ...header, kid } })),
  ];
}

/** Two spellings of one token, or two readings of one text (RFC 7515 §2, RFC 8725 §2.4). */
function encodings(context: Context): ForgedToken[] {
  const { keyPair, good, header, claims } = context;
  const reason = 'malformed';
  const [head = '', body = '', signature = ''] = good.split('.');
  const input = `${head}.${body}`;
  // Spaces at the end of JSON move the length until the last character has bits to spare; `???` and `~~~` encode to / and +.
  const spare = (json: string): string => base64url(json.padEnd(Math.ceil(json.length / 3) * 3 + 1));
  const odd = JSON.stringify({ ...claims, odd: '???>>>~~~???' });
  const spareBody = spare(JSON.stringify(claims));
  const resign = (name: string, text: string): ForgedToken => ({
    name,
    reason,
    token: forgeToken({ signingInput: text, signWith: keyPair }),
  });
  const variants: ForgedToken[] = [
    { name: 'a padded signature', token: `${good}=`, reason },
    { name: 'a space after the token', token: `${good} `, reason },
    { name: 'a line end after the token', token: `${good}\n`, reason },
    { name: 'a space before the token', token: ` ${good}`, reason },
    {
      name: 'a line end inside the signature',
      token: `${input}.${signature.slice(0, 8)}\n${signature.slice(8)}`,
      reason,
    },
    { name: 'a NUL after the token', token: `${good}\0`, reason },
    resign('a padded payload', `${head}.${spareBody}==`),
    resign('spare bits in the payload', `${head}.${spareBits(spareBody)}`),
    resign('spare bits in the header', `${spareBits(spare(JSON.stringify(header)))}.${body}`),
    resign(
      'a payload in the alphabet of plain base64',
      `${head}.${Buffer.from(odd).toString('base64').replaceAll('=', '')}`,
    ),
    resign('a line end inside the payload', `${head}.${body.slice(0, 8)}\n${body.slice(8)}`),
  ];
  if (spareBits(signature) !== signature) {
    variants.push({ name: 'spare bits in the signature', token: `${input}.${spareBits(signature)}`, reason });
  }
  return variants;
}

/** Sets the lowest bit of the last character, which decoders ignore when the text does not end on a byte. */
function spareBits(segment: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  if (segment.length % 4 === 0) return segment;
  return segment.slice(0, -1) + (alphabet[alphabet.indexOf(segment.at(-1) ?? 'A') | 1] ?? '');
}

function shapes(context: Context): ForgedToken[] {
  const { good, header, claims } = context;
  const reason = 'malformed';
  const [head = '', body = '', signature = ''] = good.split('.');
  const json = JSON.stringify(claims);
  const headerJson = JSON.stringify(header);
  const deep = `${'['.repeat(2000)}${']'.repeat(2000)}`;
  const payloads: Readonly<Record<string, TokenPart>> = {
    'a duplicate claim': `{"sub":"administrator",${json.slice(1)}`,
    'a duplicate claim under an escaped name': `{"\\u0073ub":"administrator",${json.slice(1)}`,
    'a payload after a byte-order mark': `\ufeff${json}`,
    'a payload that is not UTF-8': Buffer.concat([
      Buffer.from(`${json.slice(0, -1)},"x":"`),
      Buffer.from([0xc0, 0xaf]),
      Buffer.from('"}'),
    ]),
    'a lone surrogate in a claim': `${json.slice(0, -1)},"x":"\\ud800"}`,
    'an array as payload (CVE-2026-107723)': `[${json}]`,
    'null as payload': 'null',
    'a text as payload': JSON.stringify(json),
    'an empty payload': '',
    'junk after the payload': `${json}{}`,
    'a payload nested 2000 deep': `${json.slice(0, -1)},"x":${deep}}`,
  };
  const heads: Readonly<Record<string, TokenPart>> = {
    'a duplicate alg': `{"alg":"none",${headerJson.slice(1)}`,
    'an array as header': `[${headerJson}]`,
    'a header after a byte-order mark': `\ufeff${headerJson}`,
    'a header nested 2000 deep': `${headerJson.slice(0, -1)},"x":${deep}}`,
  };
  const serialised = JSON.stringify({ protected: head, payload: body, signature });
  return [
    ...Object.entries(payloads).map(([name, payload]) => signed(context, name, reason, { payload })),
    ...Object.entries(heads).map(([name, part]) => signed(context, name, reason, { header: part })),
    { name: 'five segments (an encrypted token)', token: `${head}.${body}.${signature}.${body}.${signature}`, reason },
    { name: 'four segments', token: `${good}.${signature}`, reason },
    { name: 'the JSON serialisation', token: serialised, reason },
    { name: 'two tokens in one', token: `${good},${good}`, reason },
    { name: 'only dots', token: '..', reason },
  ];
}
