/** Files of one package whose every mutant is tried. */
export interface MutationTarget {
  /** Folder of the package, relative to the root. */
  readonly folder: string;
  /** Relative to the package's folder. */
  readonly files: readonly string[];
}

/** Share of mutants that the tests have to notice, in each file. */
export const MUTATION_FLOOR = 0.9;

/** The files that decide about a token. */
export const MUTATION_TARGETS: readonly MutationTarget[] = [
  { folder: 'packages/core', files: ['src/bearer-token.ts', 'src/claim-checks.ts'] },
  { folder: 'packages/introspection', files: ['src/response.ts'] },
  {
    folder: 'packages/jwt',
    files: [
      ...['src/base64url.ts', 'src/compact-token.ts', 'src/check-signature.ts', 'src/verify-signature.ts'],
      ...['src/crypto-node.ts', 'src/node-pss-key.ts', 'src/hmac.ts', 'src/ecdsa-signature.ts'],
      ...['src/key-set.ts', 'src/key-index.ts', 'src/public-jwk.ts', 'src/verification-key.ts'],
      ...['src/header-checks.ts', 'src/profiles.ts', 'src/proof-steps.ts'],
    ],
  },
];

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
];
