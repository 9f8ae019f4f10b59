export { abortedError, withSignal } from './abort.js';
export {
  type AccessToken,
  type AccessTokenInit,
  adoptAccessToken,
  createAccessToken,
  freezeJson,
  principalKey,
} from './access-token.js';
export {
  AuthError,
  type AuthErrorCode,
  type AuthErrorDetails,
  type AuthErrorInit,
  type AuthErrorStatus,
  type InvalidTokenReason,
  invalidToken,
  isAuthError,
} from './auth-error.js';
export { type AuthenticateOptions, authenticate } from './authenticate.js';
export {
  type AuthorizationContext,
  allOf,
  anyOf,
  authorize,
  type Check,
  requireAnyScope,
  requireClaim,
  requireRoles,
  requireScopes,
  requireScopesFrom,
  scopesOf,
} from './authorization.js';
export { parseBearerToken } from './bearer-token.js';
export { type Challenge, type ChallengeOptions, toChallenge } from './challenge.js';
export {
  assertClaims,
  audienceCheck,
  audienceList,
  type CheckOutcome,
  type ClaimCheck,
  type ClaimCheckContext,
  type ClaimCheckFailure,
  claimError,
  expirationCheck,
  explainClaims,
  issuedAtCheck,
  issuerCheck,
  MAX_NUMERIC_DATE,
  notBeforeCheck,
  requiredTextClaimsCheck,
  senderConstraintCheck,
} from './claim-checks.js';
export { mapPrincipal, type Principal } from './claim-mapping.js';
export { type Claims, nearMissHint, ownClaim, shown } from './claim-values.js';
export { type Clock, systemClock } from './clock.js';
export { EnvironmentReader } from './environment.js';
export {
  DEFAULT_ENVIRONMENT_PREFIX,
  type Environment,
  EnvironmentError,
  type EnvironmentProblem,
  type EnvironmentTable,
  type EnvironmentVariable,
  environmentText,
  FASTMCP_ENVIRONMENT_PREFIX,
  type FromEnvContext,
  isEnvironmentError,
  mayBeFile,
  SERVER_VARIABLES,
  unknownVariables,
  type VariableType,
} from './environment-table.js';
export { type EnvironmentValue, problemText } from './environment-values.js';
export {
  type FetchFailure,
  FetchJsonError,
  type FetchJsonRequest,
  fetchJson,
  type JsonResponse,
} from './fetch-json.js';
export { fetchTransport } from './fetch-transport.js';
export { firstMatch } from './first-match-verifier.js';
export { unavailable } from './foreign-error.js';
export {
  type HttpDelivery,
  type HttpHeaders,
  type HttpReceiver,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
  headerValue,
  type PushTransport,
  retryAfterSeconds,
} from './http-transport.js';
export { MemoryTokenCache } from './memory-token-cache.js';
export { nearestName } from './nearest-name.js';
export {
  assertKnownOptions,
  assertOptionalBoolean,
  assertOptionalFunction,
  assertText,
  identifierListOption,
  likelyCause,
  type NumberBounds,
  numberOption,
} from './options.js';
export {
  type ProtectedResourceMetadata,
  type ProtectedResourceOptions,
  protectedResourceMetadata,
  protectedResourceMetadataUrl,
} from './protected-resource.js';
export { type Recall, recallToken, registerRecall } from './recall.js';
export { type ClosableTransport, type RequestApi, requestTransport } from './request-transport.js';
export {
  expandScopes,
  isScopeToken,
  missingScopes,
  parseScopes,
  type ScopeHierarchy,
  scopeHierarchyOption,
  scopeListOption,
} from './scopes.js';
export { assertSecureUrl, isLoopback } from './secure-url.js';
export {
  assertDiscoverableIssuer,
  isMetadataOf,
  metadataEndpoint,
  serverMetadataUrls,
} from './server-metadata.js';
export { JsonError, MAX_JSON_DEPTH, parseJsonObject } from './strict-json.js';
export type { TokenCache, TokenCacheStore } from './token-cache.js';
export {
  assertScopes,
  assertTokenSize,
  safeVerify,
  TOKEN_VERIFIER_OPTIONS,
  TokenVerifier,
  type TokenVerifierOptions,
  type Verifier,
  type VerifyOptions,
  type VerifyResult,
} from './token-verifier.js';
export { notify, type VerifierEvent, type VerifierObserver } from './verifier-events.js';
