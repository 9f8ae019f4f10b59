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
