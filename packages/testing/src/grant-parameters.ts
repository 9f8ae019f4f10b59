import { OAuthError, singleParameter } from './answer.js';
import type { ServerSettings } from './server-options.js';

/** The scopes that a request asks for. Throws `invalid_scope` for one that the server does not have. */
export function requestedScopes(form: URLSearchParams, { scopes }: ServerSettings): readonly string[] {
  const requested = (singleParameter(form, 'scope') ?? '').split(' ').filter((scope) => scope !== '');
  if (scopes !== undefined && requested.some((scope) => !scopes.includes(scope))) {
    throw new OAuthError('invalid_scope', 'a scope is not known here');
  }
  return [...new Set(requested)];
}

/** The resource indicators of a request (RFC 8707 §2), which may be repeated. Throws `invalid_target`. */
export function requestedResources(form: URLSearchParams, { resources }: ServerSettings): readonly string[] {
  const requested = form.getAll('resource');
  for (const resource of requested) {
    const valid = URL.canParse(resource) && !resource.includes('#') && (resources?.includes(resource) ?? true);
    if (!valid) throw new OAuthError('invalid_target', 'a resource is not known here');
  }
  return [...new Set(requested)];
}

/** `aud` for resources: one as text, several as a list, none as the server's default. The indicator is taken verbatim. */
export function audienceOf(resources: readonly string[], { audience }: ServerSettings): string | readonly string[] {
  const [first = audience] = resources;
  return resources.length > 1 ? resources : first;
}
