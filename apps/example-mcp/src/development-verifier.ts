import { AsyncLocalStorage } from 'node:async_hooks';
import { type AccessToken, isAuthError, type Verifier, type VerifierObserver, type VerifyOptions } from '@auth/core';
import type { Explanation } from './explanation-text.js';

/** A verifier as the strategies make them; those of development have no `explain`. */
export interface ExplainableVerifier extends Verifier {
  explain?(token: string): Promise<Explanation>;
  close?(): Promise<void>;
}

/** Options of {@link DevelopmentVerifier}. */
export interface DevelopmentVerifierOptions {
  /** Makes the verifier, at the start and after {@link DevelopmentVerifier.renew}. */
  readonly make: (observer: VerifierObserver) => ExplainableVerifier;
  readonly observer: VerifierObserver;
  /** Receives each check of every token that was refused. */
  readonly refused: (explanation: Explanation) => void;
}

/**
 * A verifier for a developer's machine: hands the checks of every refused token to a log, and can be asked about a token without
 * leaving a trace in it. Not for production: explaining costs as much as verifying again, and says what the server expects.
 */
export class DevelopmentVerifier implements Verifier {
  readonly #options: DevelopmentVerifierOptions;
  /** Set while {@link inspect} runs: what it finds out is no event. */
  readonly #inspecting = new AsyncLocalStorage<true>();
  /** Written by {@link renew}. */
  #verifier: ExplainableVerifier;

  constructor(options: DevelopmentVerifierOptions) {
    this.#options = options;
    this.#verifier = this.#make();
  }

  async verifyToken(token: string, options?: VerifyOptions): Promise<AccessToken> {
    try {
      return await this.#verifier.verifyToken(token, options);
    } catch (error) {
      // A token that could not be checked was not refused.
      if (isAuthError(error) && error.code !== 'temporarily_unavailable') await this.#explain(token);
      throw error;
    }
  }

  /** Each check of a token, where the verifier can say, and who the caller is, where it is accepted. */
  inspect(token: string): Promise<{ explanation?: Explanation | undefined; accessToken?: AccessToken | undefined }> {
    return this.#inspecting.run(true, async () => {
      const explanation = await this.#verifier.explain?.(token);
      if (explanation?.accepted === false) return { explanation };
      const accessToken = await this.#verifier.verifyToken(token).catch(() => undefined);
      return { explanation, accessToken };
    });
  }

  /** Starts anew with nothing remembered, as after a restart of the process. */
  async renew(): Promise<void> {
    const old = this.#verifier;
    this.#verifier = this.#make();
    await old.close?.();
  }

  async close(): Promise<void> {
    await this.#verifier.close?.();
  }

  #make(): ExplainableVerifier {
    return this.#options.make((event) => {
      if (this.#inspecting.getStore() === undefined) this.#options.observer(event);
    });
  }

  async #explain(token: string): Promise<void> {
    const explanation = await this.#verifier.explain?.(token);
    if (explanation !== undefined) this.#options.refused(explanation);
  }
}
