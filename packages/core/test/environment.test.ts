import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EnvironmentReader } from '../src/environment.js';
import {
  type Environment,
  EnvironmentError,
  type EnvironmentTable,
  environmentText,
  type FromEnvContext,
  isEnvironmentError,
  unknownVariables,
  type VariableType,
} from '../src/environment-table.js';
import { parseEnvironmentList, parseEnvironmentValue, problemText } from '../src/environment-values.js';

const PEM_LINES = '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----';

const TABLE: EnvironmentTable = {
  section: 'DEMO',
  variables: [
    { name: 'NAME', type: 'text', doc: 'A name.', default: 'nobody' },
    { name: 'MODE', type: 'text', doc: 'A mode.', choices: ['fast', 'safe'] },
    { name: 'URL', type: 'url', doc: 'A URL.', option: 'endpoint' },
    { name: 'ISSUER', type: 'list', doc: 'Issuers.' },
    { name: 'SKIP_ISSUER', type: 'boolean', doc: 'Do not check it.' },
    { name: 'ALGORITHM', type: 'list', doc: 'Algorithms.', choices: ['RS256', 'ES256'], option: 'algorithms' },
    { name: 'SCOPES', type: 'scopes', doc: 'Scopes.' },
    { name: 'TIMEOUT_SECONDS', type: 'number', doc: 'A time.', bounds: { min: 0, exclusiveMin: true, max: 60 } },
    { name: 'COUNT', type: 'number', doc: 'A count.', bounds: { min: 1, integer: true } },
    { name: 'ANY_NUMBER', type: 'number', doc: 'Any number.', default: '5' },
    { name: 'LIMIT', type: 'number', doc: 'A limit.', default: 'what `it` says', option: 'limits.most' },
    { name: 'PAUSE_SECONDS', type: 'number', doc: 'A pause.', default: '0', option: 'pauseMs' },
    { name: 'SWITCH', type: 'boolean', doc: 'A switch.' },
    { name: 'OTHER_SWITCH', type: 'boolean', doc: 'A switch.', default: 'true' },
    { name: 'CLIENT_SECRET', type: 'secret', doc: 'A secret.' },
    { name: 'PUBLIC_KEY', type: 'key', doc: 'A key.' },
  ],
};

function read(variables: Environment, context: FromEnvContext = {}): EnvironmentReader {
  const env = Object.fromEntries(Object.entries(variables).map(([name, value]) => [`P_DEMO_${name}`, value]));
  return new EnvironmentReader(TABLE, env, { prefix: 'P', ...context });
}

function problemsOf(reader: EnvironmentReader): readonly string[] {
  return reader.problems.map(({ variable, problem }) => `${variable}: ${problem}`);
}

describe('values', () => {
  it.each<[VariableType, string, unknown]>([
    ['text', 'some text', 'some text'],
    ['list', 'a', ['a']],
    ['list', 'a b', ['a', 'b']],
    ['list', 'a,b', ['a', 'b']],
    ['list', '  a  ,  b,,a ', ['a', 'b']],
    ['list', 'a\tb\nc', ['a', 'b', 'c']],
    ['list', '["a", "b c"]', ['a', 'b c']],
    ['list', '[" a "]', ['a']],
    ['list', '[]', []],
    ['list', '"a"', ['a']],
    ['list', '"a,b"', ['a', 'b']],
    ['list', 'a,b]', ['a', 'b]']],
    ['scopes', 'notes:read,notes:write', ['notes:read', 'notes:write']],
    ['url', 'https://issuer.example/jwks?x=1', 'https://issuer.example/jwks?x=1'],
    ['url', 'http://127.0.0.1:3000/jwks', 'http://127.0.0.1:3000/jwks'],
    ['number', '5', 5],
    ['number', '0', 0],
    ['number', '2.5', 2.5],
    ['boolean', 'true', true],
    ['boolean', 'false', false],
    ['secret', ' kept as it is ', ' kept as it is '],
    ['secret', 'a\\nb', 'a\\nb'],
    ['key', '{"kty":"RSA"}', '{"kty":"RSA"}'],
    ['key', PEM_LINES.replaceAll('\n', '\\n'), PEM_LINES],
    ['key', PEM_LINES.replaceAll('\n', '\\r\\n'), PEM_LINES],
    ['key', PEM_LINES, PEM_LINES],
  ])('of type %s: %j is read', (type, text, expected) => {
    expect(parseEnvironmentValue({ name: 'X', type, doc: '' }, text)).toEqual(expected);
  });

  it.each<[VariableType, string, RegExp]>([
    ['list', '["a"', /broken/],
    ['list', '{"a":', /broken/],
    ['list', '"a', /broken/],
    ['list', "['a']", /broken/],
    ['list', '{"a":1}', /no array of texts/],
    ['list', '12345', /no array of texts/],
    ['list', 'null', /no array of texts/],
    ['list', 'true', /no array of texts/],
    ['list', '[1]', /texts that are not blank/],
    ['list', '["a", 1]', /texts that are not blank/],
    ['list', '[["a"]]', /texts that are not blank/],
    ['list', '["a", " "]', /texts that are not blank/],
    ['list', '[null]', /texts that are not blank/],
    ['list', ',', /at least one/],
    ['list', '""', /no array of texts/],
    ['scopes', 'a b"c', /scopes/],
    ['scopes', '["a b"]', /scopes/],
    ['scopes', 'a\u00a0b', /scopes/],
    ['scopes', 'lesen,schreibön', /scopes/],
    ['url', 'http://issuer.example', /^must be an https URL/],
    ['url', 'issuer.example', /^must be an https URL/],
    ['url', 'https://me:pass@issuer.example', /^must be an https URL/],
    ['url', 'file:///etc/passwd', /^must be an https URL/],
    ['number', '-1', /decimal digits/],
    ['number', '1e3', /decimal digits/],
    ['number', '0x10', /decimal digits/],
    ['number', 'NaN', /decimal digits/],
    ['number', 'Infinity', /decimal digits/],
    ['number', '1_000', /decimal digits/],
    ['number', '1,5', /decimal digits/],
    ['number', '9'.repeat(16), /decimal digits/],
    ['number', '٣', /decimal digits/],
    ['boolean', 'TRUE', /'true' or 'false'/],
    ['boolean', 'True', /'true' or 'false'/],
    ['boolean', '1', /'true' or 'false'/],
    ['boolean', 'yes', /'true' or 'false'/],
    ['boolean', 'on', /'true' or 'false'/],
  ])('of type %s: %j is refused, and not repeated', (type, text, expected) => {
    let thrown: unknown;
    try {
      parseEnvironmentValue({ name: 'X', type, doc: '' }, text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown instanceof TypeError || thrown instanceof RangeError).toBe(true);
    expect(problemText(thrown)).toMatch(expected);
    if (text.length > 5) expect(inspect(thrown)).not.toContain(text);
  });

  it('round-trip as a JSON array, whatever the texts', () => {
    const text = fc.string({ minLength: 1 }).filter((value) => value.trim() === value && value !== '');
    fc.assert(
      fc.property(fc.uniqueArray(text, { minLength: 1 }), (list) => {
        expect(parseEnvironmentList(JSON.stringify(list))).toEqual(list);
      }),
    );
  });

  it('never throw anything but a TypeError for a list', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parseEnvironmentList(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});

describe('a reader', () => {
  it('gives the values of its variables, each by its type', () => {
    const reader = read({
      NAME: ' Ada ',
      ISSUER: 'a,b',
      TIMEOUT_SECONDS: '2.5',
      SWITCH: 'true',
      CLIENT_SECRET: ' s ',
      ALGORITHM: 'ES256',
    });
    expect(reader.problems).toEqual([]);
    expect(reader.text('NAME')).toBe('Ada');
    expect(reader.list('ISSUER')).toEqual(['a', 'b']);
    expect(reader.number('TIMEOUT_SECONDS')).toBe(2.5);
    expect(reader.flag('SWITCH')).toBe(true);
    expect(reader.text('CLIENT_SECRET')).toBe(' s ');
    expect(reader.list('ALGORITHM')).toEqual(['ES256']);
  });

  it('answers undefined for what is not set, blank, or of another type', () => {
    const reader = read({ NAME: '', ISSUER: '  ', COUNT: undefined, SWITCH: 'true' });
    expect([reader.text('NAME'), reader.list('ISSUER'), reader.number('COUNT'), reader.flag('NAME')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([reader.text('SWITCH'), reader.list('SWITCH'), reader.number('SWITCH')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(reader.problems).toEqual([]);
    expect(['NAME', 'SWITCH'].map((name) => reader.isSet(name))).toEqual([false, true]);
  });

  it('collects every problem at once', () => {
    const reader = read({
      MODE: 'slow',
      URL: 'http://x.example',
      COUNT: '0',
      ALGORITHM: 'none',
      SWITCH: '1',
      NAEM: 'x',
    });
    expect(problemsOf(reader)).toEqual([
      'P_DEMO_MODE: must be one of fast, safe',
      'P_DEMO_URL: must be an https URL (http only on loopback), without user, password or fragment; ' +
        'it begins with http://, and is not on this machine',
      'P_DEMO_ALGORITHM: must be one of RS256, ES256',
      'P_DEMO_COUNT: must be a whole number at least 1',
      "P_DEMO_SWITCH: must be 'true' or 'false'",
      'P_DEMO_NAEM: unknown variable; the nearest known is P_DEMO_NAME',
    ]);
  });

  it.each([
    ['0', 'must be a number greater than 0 and at most 60'],
    ['61', 'must be a number greater than 0 and at most 60; the unit is seconds, not milliseconds'],
  ])('checks the bounds of a number: %s', (value, problem) => {
    expect(problemsOf(read({ TIMEOUT_SECONDS: value }))).toEqual([`P_DEMO_TIMEOUT_SECONDS: ${problem}`]);
  });

  it('says that a required variable is missing', () => {
    const table: EnvironmentTable = { variables: [{ name: 'ID', type: 'secret', doc: '', required: true }] };
    expect(problemsOf(new EnvironmentReader(table, {}))).toEqual([
      'MCP_SERVER_AUTH_ID: is not set, and it is required',
    ]);
  });

  it('leaves the variables alone that describe the server', () => {
    expect(read({ BASE_URL: 'https://x.example', RESOURCE: 'y', AUTHORIZATION_SERVERS: 'z' }).problems).toEqual([]);
  });

  it('looks at no inherited member', () => {
    const env = Object.create({ P_DEMO_NAME: 'inherited' }) as Environment;
    expect(new EnvironmentReader(TABLE, env, { prefix: 'P' }).text('NAME')).toBeUndefined();
  });
});

describe('a file', () => {
  const files: Readonly<Record<string, string>> = {
    '/s': 'secret-in-a-file\n',
    '/windows': '\uFEFFsecret-in-a-file\r\n',
    '/pem': `${PEM_LINES}\n`,
    '/empty': '\n',
  };
  const readTextFile = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`no such file ${path}`), { code: 'ENOENT' });
    return text;
  };

  it.each([
    ['CLIENT_SECRET', '/s', 'secret-in-a-file'],
    ['CLIENT_SECRET', ' /s ', 'secret-in-a-file'],
    ['CLIENT_SECRET', '/windows', 'secret-in-a-file'],
    ['PUBLIC_KEY', '/pem', PEM_LINES],
  ])('gives %s from %j, without the line break at its end', (name, path, expected) => {
    const reader = read({ [`${name}_FILE`]: path }, { readTextFile });
    expect(reader.problems).toEqual([]);
    expect(reader.text(name)).toBe(expected);
    expect(reader.isSet(name)).toBe(true);
  });

  it('that is not named is none', () => {
    expect(read({ CLIENT_SECRET_FILE: ' ' }, { readTextFile }).isSet('CLIENT_SECRET')).toBe(false);
  });

  it.each([
    ['/missing-place', 'the file cannot be read (ENOENT)'],
    ['/empty', 'the file holds nothing'],
  ])('%s is a problem that names the variable, not the path', (path, problem) => {
    const reader = read({ CLIENT_SECRET_FILE: path }, { readTextFile });
    expect(problemsOf(reader)).toEqual([`P_DEMO_CLIENT_SECRET_FILE: ${problem}`]);
  });

  it('whose reader throws something odd is a problem, too', () => {
    const throwing = (): never => {
      throw undefined as unknown as Error;
    };
    expect(problemsOf(read({ PUBLIC_KEY_FILE: '/x' }, { readTextFile: throwing }))).toEqual([
      'P_DEMO_PUBLIC_KEY_FILE: the file cannot be read',
    ]);
  });

  it('contradicts the variable itself', () => {
    expect(problemsOf(read({ CLIENT_SECRET: 'x', CLIENT_SECRET_FILE: '/s' }, { readTextFile }))).toEqual([
      'P_DEMO_CLIENT_SECRET_FILE: contradicts P_DEMO_CLIENT_SECRET: set one of the two',
    ]);
  });

  it('is refused where none can be read, and for what is no secret', () => {
    expect(problemsOf(read({ CLIENT_SECRET_FILE: '/s', NAME_FILE: '/s' }))).toEqual([
      'P_DEMO_CLIENT_SECRET_FILE: files cannot be read here; set the variable without _FILE',
      'P_DEMO_NAME_FILE: unknown variable; the nearest known is P_DEMO_NAME',
    ]);
  });
});

describe('identifiers that must be decided about', () => {
  it.each<[Environment, boolean, unknown, readonly string[]]>([
    [{ ISSUER: 'a' }, true, ['a'], []],
    [{ SKIP_ISSUER: 'true' }, true, null, []],
    [{ ISSUER: 'a', SKIP_ISSUER: 'false' }, true, ['a'], []],
    [{}, false, undefined, []],
    [
      {},
      true,
      undefined,
      ['P_DEMO_ISSUER: is not set; set what tokens must carry, or P_DEMO_SKIP_ISSUER=true to leave it unchecked'],
    ],
    [
      { SKIP_ISSUER: 'false' },
      true,
      undefined,
      ['P_DEMO_ISSUER: is not set; set what tokens must carry, or P_DEMO_SKIP_ISSUER=true to leave it unchecked'],
    ],
    [
      { ISSUER: 'a', SKIP_ISSUER: 'true' },
      true,
      null,
      ['P_DEMO_SKIP_ISSUER: contradicts P_DEMO_ISSUER: set one of the two'],
    ],
    [{ SKIP_ISSUER: 'yes' }, true, undefined, ["P_DEMO_SKIP_ISSUER: must be 'true' or 'false'"]],
    [{ ISSUER: '[]' }, true, [], ['P_DEMO_ISSUER: must name at least one']],
  ])('%j, required: %s', (variables, required, expected, problems) => {
    const reader = read(variables);
    expect(reader.identifiers('ISSUER', required)).toEqual(expected);
    expect(problemsOf(reader)).toEqual(problems);
  });
});

describe('construct', () => {
  it('returns what is built when nothing is wrong', () => {
    expect(read({}).construct(() => 'built')).toBe('built');
  });

  it('throws all problems, without building', () => {
    const reader = read({ SWITCH: '1' });
    reader.problem('NAME', 'must be another');
    let built = false;
    const attempt = (): unknown =>
      reader.construct(() => {
        built = true;
      });
    expect(attempt).toThrow(EnvironmentError);
    expect(attempt).toThrow("P_DEMO_SWITCH: must be 'true' or 'false'\n  P_DEMO_NAME: must be another");
    expect(built).toBe(false);
  });

  it.each<[Error, string]>([
    [new TypeError("Demo: option 'name' must be short"), 'P_DEMO_NAME: must be short'],
    [new RangeError("Demo: option 'timeoutSeconds' must be small"), 'P_DEMO_TIMEOUT_SECONDS: must be small'],
    [new TypeError("Demo: option 'endpoint' must be near"), 'P_DEMO_URL: must be near'],
    [new TypeError("Demo: option 'fed' must be near"), 'P_DEMO_COUNT: must be near'],
    [new TypeError("Demo: options 'a' and 'b' contradict"), "P: Demo: options 'a' and 'b' contradict"],
  ])('traces what a constructor throws back to the variable: %s', (error, expected) => {
    const reader = read({});
    let thrown: unknown;
    try {
      reader.construct(
        () => {
          throw error;
        },
        { fed: 'COUNT' },
      );
    } catch (caught) {
      thrown = caught;
    }
    expect(isEnvironmentError(thrown) && thrown.problems.map((p) => `${p.variable}: ${p.problem}`)).toEqual([expected]);
  });

  it('tries a part of the options when others are wrong', () => {
    const reader = read({ SWITCH: '1' });
    reader.attempt(() => 'fine');
    reader.attempt(() => {
      throw new TypeError("Demo: option 'name' needs a friend");
    });
    expect(problemsOf(reader)).toEqual(["P_DEMO_SWITCH: must be 'true' or 'false'", 'P_DEMO_NAME: needs a friend']);
  });

  it.each([new Error('a fault of ours'), new EnvironmentError([{ variable: 'X', problem: 'is wrong' }])])(
    'passes on %s as it is',
    (error) => {
      const attempt = (): unknown =>
        read({}).construct(() => {
          throw error;
        });
      expect(attempt).toThrow(error);
    },
  );
});

describe('describe', () => {
  it('says what is in force, with secrets only as set or unset', () => {
    const reader = read({
      URL: 'https://a.example/x?key=hidden',
      SKIP_ISSUER: 'true',
      CLIENT_SECRET: 'hidden-secret',
      COUNT: '3',
    });
    expect(reader.describe()).toEqual({
      name: 'nobody',
      mode: 'unset',
      endpoint: 'https://a.example/x?…',
      issuer: 'not checked',
      algorithms: 'unset',
      scopes: 'unset',
      timeoutSeconds: 'unset',
      count: 3,
      anyNumber: 5,
      limit: 'what it says',
      pauseSeconds: 0,
      switch: 'unset',
      otherSwitch: true,
      clientSecret: 'set',
      publicKey: 'unset',
    });
    expect(inspect(reader, { depth: null, showHidden: true })).not.toContain('hidden');
  });
});

describe('names', () => {
  it('are unknown when they are set under the start and not known, in whatever case', () => {
    const env = { P_A: '1', P_B: '1', p_c: '1', P_BLANK: ' ', P: '1', PP_X: '1', P_FOREIGN: '1' };
    expect(unknownVariables(env, 'P', ['P_A'], (name) => name === 'P_FOREIGN')).toEqual([
      { variable: 'P_B', problem: 'unknown variable; the nearest known is P_A' },
      { variable: 'p_c', problem: 'unknown variable; the nearest known is P_A' },
    ]);
    expect(unknownVariables({ P_B: '1' }, 'P', [])).toEqual([{ variable: 'P_B', problem: 'unknown variable' }]);
  });

  it('hold nothing when blank or no text', () => {
    const env = { A: 'x', B: ' ', C: undefined, D: 5 as unknown as string };
    expect(['A', 'B', 'C', 'D', 'E'].map((name) => environmentText(env, name))).toEqual([
      'x',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('an EnvironmentError', () => {
  it('is a TypeError that is known across copies of the package, and cannot be changed', () => {
    const error = new EnvironmentError([{ variable: 'X', problem: 'is wrong' }]);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toBe('EnvironmentError: the environment cannot be used:\n  X: is wrong');
    expect(Object.isFrozen(error.problems) && Object.isFrozen(error.problems[0])).toBe(true);
    const copy = Object.assign(new Error('of another copy'), {
      [Symbol.for('mcp-bearer-auth.EnvironmentError.1')]: true,
    });
    expect([error, copy, new TypeError('x'), null, 'text'].map(isEnvironmentError)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
