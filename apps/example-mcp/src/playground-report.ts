import type { CheckOutcome } from '@auth/core';

/** What the page offers, and how the identity provider is. */
export interface PlaygroundState {
  /** Absent where the provider is not ours to stop. */
  readonly provider?: { readonly up: boolean; readonly rotations: number };
  readonly servers: readonly { readonly id: string; readonly label: string; readonly url: string }[];
  readonly tokens: readonly TokenChoice[];
  readonly tools: readonly ToolChoice[];
}

/** One kind of token to call with. */
export interface TokenChoice {
  readonly id: string;
  readonly label: string;
  readonly about: string;
  /** The server that tokens of this kind are made for. */
  readonly server: string;
}

/** One tool to call. */
export interface ToolChoice {
  readonly name: string;
  readonly needs: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** What the page asks for. */
export interface CallOrder {
  readonly server: string;
  readonly token: string;
  /** The text of the token, for the kind `own`. */
  readonly own: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** One call, from the request to what came of it. Holds no whole credential. */
export interface CallReport {
  readonly request: {
    readonly line: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly body: string;
  };
  readonly decision: {
    readonly outcome: 'accepted' | 'refused' | 'unavailable';
    readonly title: string;
    readonly text: string;
  };
  /** Absent without a token, and where the verifier cannot explain. */
  readonly checks?: readonly ShownCheck[];
  readonly response: {
    readonly line: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
    /** The parameters of `WWW-Authenticate: Bearer`, in order. */
    readonly challenge?: readonly (readonly [name: string, value: string])[];
    readonly body: string;
  };
  /** Who the caller is, when the token was accepted. */
  readonly principal?: readonly (readonly [name: string, value: string])[];
  /** What the tool said. */
  readonly result?: string;
}

/** A check with its values as texts. */
export interface ShownCheck {
  readonly name: string;
  readonly outcome: CheckOutcome['outcome'];
  readonly expected?: string | undefined;
  readonly actual?: string | undefined;
  readonly hint?: string | undefined;
}
