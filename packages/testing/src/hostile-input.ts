/** Something that is no good token, made of one that is. */
export interface HostileInput {
  /** What it is, as the end of the sentence "refuses …". */
  readonly name: string;
  /** Not always a text: callers in JavaScript hand over anything. */
  readonly input: unknown;
}

/** Spellings of a good token, and texts that have broken parsers and lookups before. */
export function hostileTexts(token: string): readonly HostileInput[] {
  const nested = Buffer.from(`{"alg":"RS256","x":${'['.repeat(3000)}${']'.repeat(3000)}}`).toString('base64url');
  const texts: Readonly<Record<string, string>> = {
    'the empty text': '',
    'a space': ' ',
    'a space after the token': `${token} `,
    'a space before the token': ` ${token}`,
    'a line end after the token': `${token}\n`,
    'a NUL after the token': `${token}\0`,
    'a comma after the token': `${token},`,
    'the token twice': `${token}${token}`,
    'the token twice with a comma': `${token},${token}`,
    'the token without its first character': token.slice(1),
    'the token without its last character': token.slice(0, -1),
    'the scheme before the token': `Bearer ${token}`,
    'a zero-width space inside the token': `${token.slice(0, 4)}\u200b${token.slice(4)}`,
    'the token in full-width letters': fullWidth(token),
    'a byte-order mark before the token': `\ufeff${token}`,
    'the word null': 'null',
    'the word undefined': 'undefined',
    'the name of the prototype': '__proto__',
    'the name of the constructor': 'constructor',
    'the name of a method': 'hasOwnProperty',
    'an object as JSON': '{"active":true}',
    'only dots': '..',
    'three short segments': 'a.b.c',
    'a header nested 3000 deep': `${nested}.e30.AAAA`,
    'a lone surrogate': '\ud800',
    'an emoji': '\u{1f511}',
    'the token in percent encoding': [...token].map((one) => `%${one.charCodeAt(0).toString(16)}`).join(''),
    'the token in the other case': otherCase(token),
    'the token with a combining mark': `${token}\u0301`,
    'the token with a soft hyphen inside': `${token.slice(0, 4)}\u00ad${token.slice(4)}`,
    'control characters': '\u0001\u001b[31m\r\nSet-Cookie: a=b',
    SQL: "' OR '1'='1",
    'a path': '../../../../etc/passwd',
    'a million characters': 'a'.repeat(1_000_000),
    'a million dots': '.'.repeat(1_000_000),
  };
  return Object.entries(texts).map(([name, input]) => ({ name, input }));
}

/** Values that are no texts, some of which become the good token when somebody converts them. */
export function hostileValues(token: string): readonly HostileInput[] {
  const values: Readonly<Record<string, unknown>> = {
    undefined: undefined,
    null: null,
    'a number': 42,
    true: true,
    'a bigint': 1n,
    'a symbol': Symbol('token'),
    'an empty object': {},
    'a list with the token': [token],
    'an object that converts to the token': { toString: () => token, length: token.length },
    'a String object of the token': Object(token),
    'the bytes of the token': Buffer.from(token),
    'a function that returns the token': () => token,
    'an object that converts to the token by its symbol': { [Symbol.toPrimitive]: () => token },
    'an object that becomes the token as JSON': { toJSON: () => token },
    'a promise of the token': Promise.resolve(token),
    'a Proxy of a list with the token': new Proxy([token], {}),
    'a Proxy that throws when it is looked at': new Proxy({}, throwingTraps()),
    'a revoked Proxy': revokedProxy(),
    'an object whose conversion throws': {
      toString() {
        throw new Error('no text');
      },
    },
  };
  return Object.entries(values).map(([name, input]) => ({ name, input }));
}

function otherCase(text: string): string {
  return text.replace(/[a-z]/gi, (one) => (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase()));
}

function throwingTraps(): ProxyHandler<object> {
  const trap = (): never => {
    throw new Error('do not look at me');
  };
  return { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap };
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
}
