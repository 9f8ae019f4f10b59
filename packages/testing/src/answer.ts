/** What an endpoint has to say, before it goes on the wire: faults need to get between the two. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An OAuth error answer (RFC 6749 §5.2), thrown by the endpoints of the local authorization server. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly status: number;
  readonly error: string;

  constructor(error: string, description: string, status = 400) {
    super(description);
    this.error = error;
    this.status = status;
  }
}

/** A JSON answer that nobody may keep, unless `headers` say otherwise. */
export function jsonAnswer(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  const fields = { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers };
  return { status, headers: fields, body: JSON.stringify(value) };
}

/** The answer to an {@link OAuthError}; a client that failed to authenticate is told how (RFC 6749 §5.2). */
export function errorAnswer({ status, error, message }: OAuthError): Answer {
  const headers = status === 401 ? { 'www-authenticate': 'Basic realm="authorization server"' } : undefined;
  return jsonAnswer(status, { error, error_description: message }, headers);
}

/** The value of a parameter that may be there once (RFC 6749 §3.1); an empty one counts as absent. */
export function singleParameter(form: URLSearchParams, name: string): string | undefined {
  const values = form.getAll(name);
  if (values.length > 1) throw new OAuthError('invalid_request', `${name} must not be repeated`);
  return values[0] === '' ? undefined : values[0];
}

/** The value of a parameter that has to be there. */
export function requiredParameter(form: URLSearchParams, name: string): string {
  const value = singleParameter(form, name);
  if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing`);
  return value;
}
