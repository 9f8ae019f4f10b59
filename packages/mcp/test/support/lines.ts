import { toNodeHandler } from '@modelcontextprotocol/node';
import type { DecisionEvent } from '../../src/index.js';
import { createAuthorizer } from '../../src/sdk.js';
import { createAuthorizer as createAuthorizerV1 } from '../../src/sdk-v1.js';
import { type Line, legacyLine, modernLine, sessionLine, startServer } from './http.js';
import { notesServer as notesServerV1 } from './notes-v1.js';
import { notesServer } from './notes-v2.js';
import { HIERARCHY, PRINCIPALS, TableVerifier } from './tokens.js';

/** The same notes server on every SDK and in every protocol era. */
export async function startLines(onDecision?: (event: DecisionEvent) => void): Promise<{
  readonly lines: readonly Line[];
  close(): Promise<void>;
}> {
  const verifier = new TableVerifier(PRINCIPALS);
  const options = { hierarchy: HIERARCHY, onDecision };
  const v2 = createAuthorizer(options);
  const handler = v2.createHandler(({ authInfo }) => notesServer(v2, authInfo));
  const two = await startServer(verifier, toNodeHandler(handler));
  const v1 = createAuthorizerV1(options);
  const sessions = v1.createHandler(({ authInfo }) => notesServerV1(v1, authInfo));
  const one = await startServer(verifier, sessions);
  const stateless = v1.createHandler(({ authInfo }) => notesServerV1(v1, authInfo), { sessions: false });
  const none = await startServer(verifier, stateless);
  return {
    lines: [
      modernLine(two.url),
      legacyLine(two.url),
      sessionLine(one.url),
      legacyLine(none.url, 'v1, without sessions'),
    ],
    close: async () => {
      await Promise.all([two.close(), one.close(), none.close(), handler.close(), sessions.close()]);
    },
  };
}
