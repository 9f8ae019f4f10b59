export type { Algorithm } from './algorithms.js';
export type { Answer } from './answer.js';
export {
  type AnswerLike,
  assertAccepted,
  assertChallenge,
  assertRejected,
  assertUnavailable,
  type ExpectedAccessToken,
  type ExpectedChallenge,
  type ExpectedRejection,
  parseBearerChallenge,
} from './assertions.js';
export { type AuthorizationServer, type ClientCredentials, startAuthorizationServer } from './authorization-server.js';
export type { CertificateOptions } from './certificate.js';
export {
  type ConformanceOptions,
  type ConformanceReport,
  type ConformanceResult,
  type ConformanceRunner,
  runVerifierConformance,
  verifierConformanceReport,
} from './conformance.js';
export { CONFORMANCE_CASES } from './conformance-cases.js';
export type {
  ConformanceCase,
  ConformanceCaseId,
  ConformanceContext,
  ConformanceFactory,
  ConformanceGrant,
  ConformanceSetup,
  ConformanceSubject,
} from './conformance-subject.js';
export type { Fault, FaultHandler, FaultInit, FaultKind, FaultTarget } from './fault.js';
export {
  confusedSecrets,
  encodeSegment,
  type ForgeTokenOptions,
  forgeToken,
  type TokenPart,
} from './forge-token.js';
export { type ForgedToken, forgedTokens } from './forged-tokens.js';
export { KeyPair, type KeyPairOptions, type PublicJwk, type PublicJwks, RSAKeyPair } from './key-pair.js';
export type { ConnectionCount, LoopbackHost } from './loopback.js';
export type { Endpoint, RecordedRequest } from './recorded-request.js';
export {
  type HttpAnswerInit,
  httpBytes,
  httpReply,
  jsonReply,
  rawReply,
  type ScriptedReply,
} from './scripted-reply.js';
export type { ScriptedRequest } from './scripted-request.js';
export { type ScriptedServer, type ScriptedServerOptions, startScriptedServer } from './scripted-server.js';
export { type ScriptedAnswer, type ScriptedTransport, scriptedTransport } from './scripted-transport.js';
export type { AuthorizationServerOptions, ClientInit } from './server-options.js';
export type { CreateTokenOptions } from './token-claims.js';
export type { IssueOptions } from './token-store.js';
