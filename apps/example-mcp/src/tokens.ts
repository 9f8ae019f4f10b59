import { createPrivateKey, sign } from 'node:crypto';
import type { JWK } from 'oidc-provider';
import type { AuthorizationServer, DemoClient } from './authorization-server.js';

/** A real access token from the authorization server (client_credentials grant, RFC 6749 §4.4; resource indicator, RFC 8707). */
export async function requestToken(
  server: Pick<AuthorizationServer, 'tokenUrl'>,
  client: DemoClient,
  options: { readonly resource?: string } = {},
): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope: client.scope });
  if (options.resource !== undefined) form.set('resource', options.resource);
  const response = await fetch(server.tokenUrl, {
    method: 'POST',
    headers: { authorization: basicCredentials(client) },
    body: form,
  });
  const answer = (await response.json()) as { access_token?: unknown; error?: unknown };
  if (typeof answer.access_token !== 'string') {
    throw new Error(`The authorization server issued no token: ${String(answer.error)}`);
  }
  return answer.access_token;
}

/** Ends the life of an opaque token (RFC 7009). */
export async function revokeToken(server: AuthorizationServer, client: DemoClient, token: string): Promise<void> {
  const response = await fetch(`${server.tokenUrl}/revocation`, {
    method: 'POST',
    headers: { authorization: basicCredentials(client) },
    body: new URLSearchParams({ token }),
  });
  if (!response.ok) throw new Error(`Revocation failed with HTTP ${response.status}`);
}

/** RFC 6749 §2.3.1: id and secret are form-encoded before they are joined. */
function basicCredentials({ id, secret }: DemoClient): string {
  const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`;
}

/** Someone reads their own token and makes themselves an administrator: other claims under the old signature. */
export function forgedToken(token: string): string {
  const { header, claims, signature } = parts(token);
  const better = { ...claims, scope: 'notes:read notes:write notes:delete', sub: 'admin' };
  return [header, segment(better), signature].join('.');
}

/** The same token as its issuer would have made it some time ago: by now it has expired. */
export function expiredToken(token: string, key: JWK): string {
  const { header, claims } = parts(token);
  const now = Math.floor(Date.now() / 1000);
  const input = `${header}.${segment({ ...claims, iat: now - 7200, exp: now - 3600 })}`;
  const signature = sign('RSA-SHA256', Buffer.from(input), createPrivateKey({ key: { ...key }, format: 'jwk' }));
  return `${input}.${signature.toString('base64url')}`;
}

function parts(token: string): { header: string; claims: Record<string, unknown>; signature: string } {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  return { header, claims, signature };
}

function segment(claims: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(claims)).toString('base64url');
}
