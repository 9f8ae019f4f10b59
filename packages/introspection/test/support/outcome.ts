import { isAuthError, type Verifier } from '@auth/core';

/** How a verification came out, in one word: `accepted`, an invalid_token's reason, or an error's code. */
export async function outcomeOf(verifier: Verifier, token: string): Promise<string> {
  try {
    await verifier.verifyToken(token);
    return 'accepted';
  } catch (error) {
    if (!isAuthError(error)) return `not an AuthError: ${String(error)}`;
    return error.reason ?? error.code;
  }
}
