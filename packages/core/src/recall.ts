import { type AccessToken, isAccessToken } from './access-token.js';
import type { Verifier } from './token-verifier.js';

/**
 * What a `verifyToken` would resolve to, given at once: for this very text, which was verified before, while it is still good;
 * `undefined` when there is anything to wait for or to refuse.
 */
export type Recall = (verifier: Verifier, token: string) => AccessToken | undefined;

/**
 * By the function that it is a short cut for, and not by a name: whoever wraps, overrides or patches `verifyToken` has another
 * function, which is asked each time. Written by {@link registerRecall}.
 */
const recalls = new WeakMap<Verifier['verifyToken'], Recall>();

/** Says how to recall what this `verifyToken` gave, for verifiers that remember tokens. One without it is only slower. */
export function registerRecall(verifyToken: Verifier['verifyToken'], recall: Recall): void {
  recalls.set(verifyToken, recall);
}

/** The caller, if the verifier's own `verifyToken` can recall the token. Never throws: a fault means that it has to be verified. */
export function recallToken(verifier: Verifier, token: string): AccessToken | undefined {
  try {
    const recalled = recalls.get(verifier.verifyToken)?.(verifier, token);
    return isAccessToken(recalled) ? recalled : undefined;
  } catch {
    return undefined;
  }
}
