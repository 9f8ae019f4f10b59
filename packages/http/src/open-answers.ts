import type { GatePolicy } from './gate-options.js';
import { fieldValues, type GateRequest, pathOf, pathStartsWith, targetOf } from './gate-request.js';
import { type GateResponse, metadataResponse, PREFLIGHT } from './gate-response.js';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** What is answered to everyone, token or not: the protected-resource metadata, and a browser's question ahead of a request. */
export function openAnswers(policy: GatePolicy): (request: GateRequest) => GateResponse | undefined {
  const { metadata, metadataUrl } = policy;
  const paths = metadataPaths(metadataUrl);
  const answer = metadata === undefined ? undefined : metadataResponse(metadata);
  return (request) => {
    const method = request.method ?? 'GET';
    if (answer !== undefined) {
      const target = targetOf(request);
      if (pathStartsWith(target, WELL_KNOWN) && paths.has(pathOf(target))) return answer(method);
    }
    if (method === 'OPTIONS' && fieldValues(request, 'access-control-request-method') !== undefined) return PREFLIGHT;
    return undefined;
  };
}

/** The path-inserted URL of RFC 9728 §3.1 and the root; clients do not agree about a slash at the end. */
function metadataPaths(metadataUrl: string | undefined): ReadonlySet<string> {
  if (metadataUrl === undefined) return new Set();
  const { pathname } = new URL(metadataUrl);
  const bare = pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
  return new Set([bare, `${bare}/`, WELL_KNOWN, `${WELL_KNOWN}/`]);
}
