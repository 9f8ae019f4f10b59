export { type Authorizer, createAuthorizer } from './authorizer.js';
export {
  type ArgumentsReading,
  type AuthOption,
  type ComponentAuth,
  type ComponentKind,
  componentAuth,
  type ProtectedComponent,
  requires,
  type ScopesFromOperation,
} from './component.js';
export type { Decision, FindComponent } from './decision.js';
export type { AuthorizerOptions, DecisionEvent } from './decision-engine.js';
export { type ComponentReference, type JsonRpcRequest, type Operation, operationOf } from './operation.js';
