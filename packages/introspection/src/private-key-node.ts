import { createPrivateKey, type JsonWebKeyInput } from 'node:crypto';

/** Reads a private key, in any PEM form or as a JWK, and gives it as a JWK. Throws for anything else. */
export function platformPrivateKey(
  key: string | Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const input = typeof key === 'string' ? key : ({ key, format: 'jwk' } as JsonWebKeyInput);
  return { ...createPrivateKey(input).export({ format: 'jwk' }) };
}
