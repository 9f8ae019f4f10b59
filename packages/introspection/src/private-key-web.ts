/** Without a synchronous key reader a JWK is taken as it is, and PEM (PKCS#8) is left for later. */
export function platformPrivateKey(
  key: string | Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  return typeof key === 'string' ? undefined : { ...key };
}
