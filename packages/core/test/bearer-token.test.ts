import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuthError } from '../src/auth-error.js';
import { parseBearerToken } from '../src/bearer-token.js';

type Outcome = { readonly token: string } | { readonly code: string };

function outcome(header: unknown): Outcome {
  try {
    return { token: parseBearerToken(header as string) };
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    return { code: error.code };
  }
}

const TOKEN = 'mF_9.B5f-4.1JqM~+/==';

describe('parseBearerToken accepts [checklist 38]', () => {
  it.each([
    ['the plain form', `Bearer ${TOKEN}`],
    ['lower case', `bearer ${TOKEN}`],
    ['upper case', `BEARER ${TOKEN}`],
    ['mixed case', `bEaReR ${TOKEN}`],
    ['several spaces', `Bearer    ${TOKEN}`],
    ['spaces around', `  Bearer ${TOKEN}  `],
    ['a list of one field', [`Bearer ${TOKEN}`]],
  ])('%s', (_what, header) => {
    expect(outcome(header)).toEqual({ token: TOKEN });
  });
});

describe('parseBearerToken finds no bearer credentials (missing_token) [checklist 41] in', () => {
  it.each<[string, unknown]>([
    ['no header', undefined],
    ['null', null],
    ['an empty list', []],
    ['an empty field', ''],
    ['blanks', '    '],
    ['Basic credentials', 'Basic dXNlcjpwYXNz'],
    ['a scheme that only begins like Bearer', `Bearers ${TOKEN}`],
    ['a DPoP-bound token', `DPoP ${TOKEN}`],
    ['a scheme alone', 'Negotiate'],
    ['Digest credentials with quoted commas', 'Digest username="a, Bearer x", realm="r", qop=auth, nc=00000001'],
    ['a scheme whose quoted text never ends', 'Digest username="a, Bearer x'],
    ['a scheme with an escaped quote', 'Digest username="a\\", Bearer x", realm="r"'],
    ['a quoted text that begins and ends with an escaped quote', 'Digest a="\\", Bearer x, \\""'],
    ['a quoted text with an escaped space', 'Digest a="\\ , Bearer x"'],
    ['a quoted text with an escaped letter', 'Digest a="\\a, Bearer x"'],
    ['parameters with several spaces between them', 'Digest a=b,   c=d,e=f'],
    ['a scheme whose token ends with padding', 'Basic dXNlcjpwYXM='],
  ])('%s', (_what, header) => {
    expect(outcome(header)).toEqual({ code: 'missing_token' });
  });
});

describe('parseBearerToken refuses as malformed or ambiguous (invalid_request) [checklist 39]', () => {
  it.each<[string, unknown]>([
    ['the scheme without a token', 'Bearer'],
    ['the scheme with blanks only', 'Bearer   '],
    ['a second part (OBS-two-tokens)', `Bearer ${TOKEN} extra`],
    ['a comma list', `Bearer ${TOKEN},${TOKEN}`],
    ['two credentials in one field', `Bearer ${TOKEN}, Bearer ${TOKEN}`],
    ['another scheme before Bearer', `Basic dXNlcjpwYXNz, Bearer ${TOKEN}`],
    ['another scheme before Bearer with padding', 'Basic dXNlcjpwYXNz, Bearer dG9rZW4='],
    ['parameters, then Bearer', `Digest realm="r", nc=1, Bearer ${TOKEN}`],
    ['Bearer, then another scheme', `Bearer ${TOKEN}, Basic dXNlcjpwYXNz`],
    ['two fields (OBS-two-tokens)', [`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]],
    ['two fields of which one is fine', ['Basic x', `Bearer ${TOKEN}`]],
    ['two fields of which one is empty', [`Bearer ${TOKEN}`, '']],
    ['two fields of which none is Bearer', ['Basic a', 'Basic b']],
    ['padding inside', 'Bearer a=b'],
    ['padding only', 'Bearer =='],
    ['quotes', `Bearer "${TOKEN}"`],
    ['a tab as a separator', `Bearer\t${TOKEN}`],
    ['a tab at the end', `Bearer ${TOKEN}\t`],
    ['a tab at the beginning', `\tBearer ${TOKEN}`],
    ['a no-break space at the end', `Bearer ${TOKEN}\u00a0`],
    ['a no-break space as a separator', `Bearer\u00a0${TOKEN}`],
    ['a no-break space at the beginning', `\u00a0Bearer ${TOKEN}`],
    ['a line feed', `Bearer ${TOKEN}\n`],
    ['a carriage return and more', `Bearer ${TOKEN}\r\nX-Admin: 1`],
    ['a NUL', `Bearer ${TOKEN}\0`],
    ['a letter beyond ASCII', 'Bearer tökén'],
    ['a letter that lower-cases to an ASCII one', 'Bea\u212aer x'],
    ['a colon', `Bearer: ${TOKEN}`],
    ['an equals sign', `Bearer=${TOKEN}`],
    ['a percent sign', 'Bearer a%20b'],
    ['no scheme', ', x'],
    ['a scheme that does not stand at the beginning', '(( ab x'],
    ['credentials with one padding character after others', 'Basic abc, def='],
    ['credentials with more padding after others, and more to come', 'Basic abc, def===, ghi=='],
    ['a quoted beginning', '"Bearer" x'],
    ['a list with a hole', [undefined, `Bearer ${TOKEN}`]],
    ['a field that is no text', [7]],
    ['a number', 7],
    ['an object', { 0: `Bearer ${TOKEN}`, length: 1 }],
    ['a nested list', [[`Bearer ${TOKEN}`]]],
  ])('%s', (_what, header) => {
    expect(outcome(header)).toEqual({ code: 'invalid_request' });
  });
});

describe('parseBearerToken, for any text', () => {
  const b64Token = fc
    .tuple(fc.string({ unit: fc.constantFrom(...'AZaz09-._~+/'), minLength: 1 }), fc.nat(3))
    .map(([text, padding]) => text + '='.repeat(padding));
  const spaces = fc.nat(3).map((count) => ' '.repeat(count));
  const scheme = fc.mixedCase(fc.constant('bearer'), { untoggleAll: (text) => text.toLowerCase() });

  it('returns the token of every well-formed header', () => {
    fc.assert(
      fc.property(scheme, b64Token, spaces, spaces, spaces, (name, token, before, between, after) => {
        expect(parseBearerToken(`${before}${name} ${between}${token}${after}`)).toBe(token);
      }),
    );
  });

  it('agrees with the grammar: one scheme, spaces, one b64token, and nothing else is ever a token', () => {
    const piece = fc.constantFrom(
      'Bearer',
      'bearer',
      ' ',
      '  ',
      'abc',
      '=',
      ',',
      'Basic',
      '"',
      '\t',
      '\u00a0',
      '\\',
      'x=y',
    );
    const grammar = /^ *bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const header = pieces.join('');
        const expected = grammar.exec(header)?.[1];
        const found = outcome(header);
        if (expected === undefined)
          expect(['missing_token', 'invalid_request']).toContain('code' in found && found.code);
        else expect(found).toEqual({ token: expected });
      }),
      { numRuns: 2_000 },
    );
  });

  it('never lets two fields pass as one, however an intermediary or the fetch API joins them', () => {
    const credentials = fc.oneof(
      b64Token.map((token) => `Bearer ${token}`),
      b64Token.map((token) => `Basic ${token}`),
      fc.constantFrom('Digest realm="a, b", nc=1', 'Negotiate'),
    );
    fc.assert(
      fc.property(
        credentials,
        b64Token,
        fc.constantFrom(',', ', ', ' , '),
        fc.boolean(),
        (other, token, comma, first) => {
          const fields = first ? [`Bearer ${token}`, other] : [other, `Bearer ${token}`];
          expect(outcome(fields)).toEqual({ code: 'invalid_request' });
          expect(outcome(fields.join(comma))).toEqual({ code: 'invalid_request' });
        },
      ),
    );
  });

  it('puts nothing of the header into its error', () => {
    const secret = 'hunter2hunter2';
    for (const header of [`Bearer ${secret} ${secret}`, `Basic ${secret}`, [secret, secret], `"${secret}`]) {
      expect(() => parseBearerToken(header)).toThrow(AuthError);
      try {
        parseBearerToken(header);
      } catch (error) {
        expect(`${JSON.stringify(error)} ${(error as Error).stack}`).not.toContain(secret);
      }
    }
  });

  it.each<[string, (size: number) => string]>([
    ['spaces', (size) => ' '.repeat(size)],
    ['spaces inside', (size) => `Bearer a${' '.repeat(size)}b`],
    ['one good token', (size) => `Bearer ${'a'.repeat(size)}`],
    ['one token with a bad end', (size) => `Bearer ${'a'.repeat(size)}!`],
    ['padding', (size) => `Bearer a${'='.repeat(size)}!`],
    ['a scheme', (size) => `${'a'.repeat(size)}`],
    ['commas', (size) => `Basic ${','.repeat(size)}`],
    ['commas and spaces', (size) => `Basic ${', '.repeat(size / 2)}`],
    ['a comma and spaces', (size) => `Basic a,${' '.repeat(size)}`],
    ['parameters', (size) => `Digest ${'a=b, '.repeat(size / 5)}`],
    ['a parameter name that never ends', (size) => `Digest a=b,${'a'.repeat(size)}`],
    ['a parameter with padding', (size) => `Digest a=b,a${'='.repeat(size)}!`],
    ['quotes', (size) => `Digest a=${'"'.repeat(size)}`],
    ['a quoted text that never ends', (size) => `Digest a="${'b'.repeat(size)}`],
    ['escapes in a quoted text', (size) => `Digest a="${'\\'.repeat(size)}`],
    ['quotes and escapes', (size) => `Digest ${'"\\'.repeat(size / 2)}`],
  ])('answers on a megabyte of %s in linear time: a quadratic one would need minutes', (_what, make) => {
    expect(Object.keys(outcome(make(1_000_000)))).toHaveLength(1);
  });
});
