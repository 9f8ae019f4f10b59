/** A mutant that no test can notice, or that none needs to, and why. */
export interface ExplainedMutant {
  /** Relative to the root. */
  readonly file: string;
  /** The source text that is replaced, with each run of blanks as one; at least its beginning. */
  readonly original: string;
  readonly replacement: string;
  readonly why: string;
}

/** Survivors that were looked at. They count as survivors all the same. */
export const EXPLAINED_MUTANTS: readonly ExplainedMutant[] = [
  {
    file: 'packages/core/src/bearer-token.ts',
    original: 'scheme.length !== 6',
    replacement: 'false',
    why: 'A shortcut: what is not six letters long cannot lower-case to `bearer` either.',
  },
  {
    file: 'packages/core/src/bearer-token.ts',
    original: "''",
    replacement: '"Stryker was here!"',
    why: 'No header, or a header without a value, counts as another scheme; so does this text.',
  },
  {
    file: 'packages/core/src/claim-checks.ts',
    original: '{ seconds: undefined }',
    replacement: '{}',
    why: 'Both read as no time.',
  },
  {
    file: 'packages/core/src/claim-checks.ts',
    original: "typeof value !== 'number'",
    replacement: 'false',
    why: 'For the compiler: `Number.isFinite` refuses everything that is no number.',
  },
  {
    file: 'packages/core/src/claim-checks.ts',
    original: "typeof iss === 'string'",
    replacement: 'true',
    why: 'For the compiler: a list of texts includes nothing but texts.',
  },
  {
    file: 'packages/core/src/claim-checks.ts',
    original: '[]',
    replacement: '["Stryker was here"]',
    why: 'Looked at for a hint only, and near to no audience.',
  },
  {
    file: 'packages/core/src/claim-checks.ts',
    original: 'true',
    replacement: 'false',
    why: 'A check that is not called timeless is asked once more, and says the same.',
  },
  {
    file: 'packages/jwt/src/key-index.ts',
    original: 'key.kid === undefined',
    replacement: 'false',
    why: 'A key without a name is then listed under no name, where nobody looks.',
  },
  {
    file: 'packages/jwt/src/verify-signature.ts',
    original: "typeof jwk !== 'object'",
    replacement: 'false',
    why: 'For the compiler: what reads the key refuses everything that is no object.',
  },
  {
    file: 'packages/jwt/src/crypto-node.ts',
    original: "'latin1'",
    replacement: '""',
    why: 'Two names of one thing: what is signed is ASCII.',
  },
  {
    file: 'packages/jwt/src/crypto-node.ts',
    original: 'hashBits === undefined',
    replacement: 'false',
    why: 'The table has no entry for `undefined` either, and Node takes undefined for null.',
  },
  {
    file: 'packages/jwt/src/crypto-node.ts',
    original: 'error === null',
    replacement: 'true',
    why: 'With an error there is no result, which is not true either.',
  },
  {
    file: 'packages/jwt/src/crypto-node.ts',
    original: 'known === undefined',
    replacement: 'true',
    why: 'A memory: without it the same is found out again.',
  },
  {
    file: 'packages/jwt/src/crypto-node.ts',
    original: 'mlDsa.set(algorithm, known);',
    replacement: ';',
    why: 'A memory: without it the same is found out again.',
  },
  {
    file: 'packages/jwt/src/crypto-node.ts',
    original: '[]',
    replacement: '["Stryker was here"]',
    why: 'Not looked at when a public key is read.',
  },
  {
    file: 'packages/jwt/src/crypto-node.ts',
    original: "'a secret serves only HS256, HS384 and HS512'",
    replacement: '""',
    why: 'Not reached: the table has a hash for each HS*.',
  },
  {
    file: 'packages/jwt/src/crypto-node.ts',
    original: 'hash === null',
    replacement: 'false',
    why: 'Not reached: the table has a hash for each HS*.',
  },
  {
    file: 'packages/jwt/src/header-checks.ts',
    original: "'header was not checked'",
    replacement: '""',
    why: 'Not reached: the checks of the header come first.',
  },
  {
    file: 'packages/jwt/src/header-checks.ts',
    original: '!isAlgorithm(alg)',
    replacement: 'false',
    why: 'Not reached: the checks of the header come first.',
  },
  {
    file: 'packages/jwt/src/header-checks.ts',
    original: "typeof kid === 'string'",
    replacement: 'true',
    why: 'What is no text is then `undefined`, which is no kid either.',
  },
  {
    file: 'packages/jwt/src/proof-steps.ts',
    original: "'unreadable'",
    replacement: '""',
    why: 'Not reached: the reader throws nothing but its own error.',
  },
  {
    file: 'packages/jwt/src/proof-steps.ts',
    original: 'part !== good?.part',
    replacement: 'true',
    why: 'A memory: without it the same header is read again.',
  },
  {
    file: 'packages/jwt/src/check-signature.ts',
    original: '!key.algorithms.includes(algorithm)',
    replacement: 'false',
    why: "Said twice: the platform's key has nothing for another algorithm either.",
  },
  {
    file: 'packages/jwt/src/ecdsa-signature.ts',
    original: 'long === 1',
    replacement: 'true',
    why: 'Where it is 0, the byte is the length, which is written right after.',
  },
  {
    file: 'packages/jwt/src/hmac.ts',
    original: 'scratch.length < end',
    replacement: 'true',
    why: 'A buffer that is used again: without it there is a new one each time.',
  },
  {
    file: 'packages/jwt/src/hmac.ts',
    original: 'scratch.length < end',
    replacement: 'scratch.length <= end',
    why: 'A buffer that is used again: a new one comes a byte early.',
  },
  {
    file: 'packages/jwt/src/key-set.ts',
    original: "typeof jwk !== 'object'",
    replacement: 'false',
    why: 'For the compiler: what is no object has no kid of its own.',
  },
  {
    file: 'packages/jwt/src/key-set.ts',
    original: 'a < b',
    replacement: 'a <= b',
    why: 'Any order will do, and no two names are the same.',
  },
  {
    file: 'packages/jwt/src/key-set.ts',
    original: 'a < b',
    replacement: 'a >= b',
    why: 'Any order will do, as long as it is always the same.',
  },
  {
    file: 'packages/jwt/src/node-pss-key.ts',
    original: "'none'",
    replacement: '""',
    why: 'Any text will do: it is no number.',
  },
  {
    file: 'packages/jwt/src/profiles.ts',
    original: 'RFC_9068_CLAIMS[name]?.(ownClaim(claims, name))',
    replacement: 'RFC_9068_CLAIMS[name](ownClaim(claims, name))',
    why: 'For the compiler: the names are those of the table.',
  },
  {
    file: 'packages/jwt/src/public-jwk.ts',
    original: "typeof alg !== 'string'",
    replacement: 'false',
    why: 'For the compiler: the table has texts for names.',
  },
  {
    file: 'packages/jwt/src/public-jwk.ts',
    original: "typeof crv === 'string'",
    replacement: 'true',
    why: 'For the compiler: the table has texts for names.',
  },
  {
    file: 'packages/jwt/src/public-jwk.ts',
    original: "typeof crv !== 'string'",
    replacement: 'false',
    why: 'For the compiler: the table has texts for names.',
  },
  {
    file: 'packages/jwt/src/public-jwk.ts',
    original: 'bytesOfBase64Url(pub)?.length',
    replacement: 'bytesOfBase64Url(pub).length',
    why: 'For the compiler: the text was found to be filled, which asks the same.',
  },
  {
    file: 'packages/jwt/src/verify-signature.ts',
    original: '{ return false; }',
    replacement: '{}',
    why: 'Nothing is as false as false to the one who asks.',
  },
  {
    file: 'packages/jwt/src/public-jwk.ts',
    original: 'value === null',
    replacement: 'false',
    why: 'Said twice: reading a member of null throws, and is caught with the same answer.',
  },
  {
    file: 'packages/jwt/src/public-jwk.ts',
    original: 'key.alg === algorithm',
    replacement: 'true',
    why: 'An AKP key has an `alg`, which is compared before.',
  },
  {
    file: 'packages/jwt/src/public-jwk.ts',
    original: "key.kty === 'AKP'",
    replacement: 'false',
    why: 'An AKP key has an `alg`, which is compared before.',
  },
  {
    file: 'packages/jwt/src/public-jwk.ts',
    original: "'AKP'",
    replacement: '""',
    why: 'An AKP key has an `alg`, which is compared before.',
  },
  {
    file: 'packages/jwt/src/public-jwk.ts',
    original: "key.kty === 'RSA'",
    replacement: 'false',
    why: 'For the compiler: an RSA key and its rule have no curve, which is the same.',
  },
  {
    file: 'packages/jwt/src/public-jwk.ts',
    original: "'RSA'",
    replacement: '""',
    why: 'For the compiler: an RSA key and its rule have no curve, which is the same.',
  },
];
