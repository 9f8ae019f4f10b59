import { type AccessTokenInit, createAccessToken } from '../src/access-token.js';
import { AuthError, invalidToken } from '../src/auth-error.js';
import { TokenVerifier, type TokenVerifierOptions, type Verifier, type VerifyOptions } from '../src/token-verifier.js';

/** 2001-09-09, in seconds. */
export const NOW = 1_000_000_000;

type Answer = (token: string, options: VerifyOptions) => unknown;

/** A verifier whose subclass part is a function. */
export class FakeVerifier extends TokenVerifier {
  readonly seen: string[] = [];
  readonly #answer: Answer;

  constructor(answer: Answer, options: TokenVerifierOptions = {}) {
    super({ clock: () => NOW, ...options });
    this.#answer = answer;
  }

  protected override async authenticate(token: string, options: VerifyOptions): Promise<AccessTokenInit> {
    this.seen.push(token);
    return (await this.#answer(token, options)) as AccessTokenInit;
  }
}

/** Knows the tokens of a table and nothing else. */
export function tableVerifier(table: Record<string, AccessTokenInit>, options?: TokenVerifierOptions): FakeVerifier {
  return new FakeVerifier((token) => {
    if (!Object.hasOwn(table, token)) throw invalidToken('not_recognized');
    return table[token];
  }, options);
}

/** A verifier of somebody else's making: `verifyToken` is whatever it is given. */
export function foreignVerifier(verifyToken: (token: string, options?: VerifyOptions) => unknown): Verifier {
  return { verifyToken: verifyToken as Verifier['verifyToken'] };
}

/** What `work` threw or rejected with. Fails when it did neither. */
export async function rejectionOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** The AuthError that `work` threw or rejected with; anything else fails. */
export async function authErrorOf(work: () => unknown): Promise<AuthError> {
  const error = await rejectionOf(work);
  if (!(error instanceof AuthError)) throw new Error('not an AuthError', { cause: error });
  return error;
}

export const alice = createAccessToken('alice-token', { clientId: 'app', subject: 'alice', scopes: ['notes:read'] });
