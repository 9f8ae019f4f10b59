/** What the suite tells a runtime's server: where the authorization server is, and which keys are trusted. */
export interface SmokeConfig {
  readonly issuer: string;
  readonly audience: string;
  /** Algorithm → public key (JWK), for verifiers with a static key. */
  readonly publicKeys: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly secret: string;
  readonly jwksUri: string;
  readonly introspectionUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** An origin where nothing listens. */
  readonly deadOrigin: string;
}
