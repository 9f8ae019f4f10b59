import { AuthError, type AuthErrorDetails, isAuthError } from './auth-error.js';
import { mayHoldSecret, withoutSecrets } from './secret-traces.js';
import { JsonError } from './strict-json.js';

/** `temporarily_unavailable` around a foreign error, which is left out of it when a log of it could show the token. */
export function unavailable(cause: unknown, token: unknown): AuthError {
  return new AuthError('temporarily_unavailable', { cause: withoutSecrets(cause, secretsOf(token)) });
}

/**
 * Whatever a verifier threw, as an {@link AuthError}: an AuthError as it is, anything else as {@link unavailable}. Neither its
 * details nor its cause ever hold the token.
 */
export function toAuthError(thrown: unknown, token: unknown): AuthError {
  return isAuthError(thrown) ? withoutToken(thrown, token) : unavailable(thrown, token);
}

function withoutToken(error: AuthError, token: unknown): AuthError {
  const { details, cause } = error;
  const secrets = secretsOf(token);
  const [secret] = secrets;
  if (secret === undefined) return error;
  // Our own JSON errors have fixed texts; not to look into them keeps the refusal of malformed tokens cheap.
  const dirtyCause = cause !== undefined && !(cause instanceof JsonError) && mayHoldSecret(cause, secret);
  const dirtyDetails = details !== undefined && mayHoldSecret(details, secret);
  if (!dirtyCause && !dirtyDetails) return error;
  const { code, reason, retryAfterSeconds, requiredScopes, missingScopes } = error;
  return new AuthError(code, {
    ...(reason === undefined ? {} : { reason }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(requiredScopes === undefined ? {} : { requiredScopes }),
    ...(missingScopes === undefined ? {} : { missingScopes }),
    ...(details === undefined ? {} : { details: dirtyDetails ? withoutValues(details, secret) : details }),
    ...(cause === undefined ? {} : { cause: dirtyCause ? withoutSecrets(cause, secrets) : cause }),
  });
}

/** The details as far as they are free of the secret. */
function withoutValues(details: AuthErrorDetails, secret: string): AuthErrorDetails {
  const clean = Object.entries(details).filter(([, value]) => !mayHoldSecret(value, secret));
  return Object.fromEntries(clean);
}

function secretsOf(token: unknown): readonly string[] {
  return typeof token === 'string' && token !== '' ? [token] : [];
}
