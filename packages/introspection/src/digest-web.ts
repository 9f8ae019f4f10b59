const utf8 = new TextEncoder();

/** SHA-256 of a text's UTF-8 bytes, in hexadecimal. */
export async function sha256(text: string): Promise<string> {
  return hex(await globalThis.crypto.subtle.digest('SHA-256', utf8.encode(text)));
}

/** HMAC-SHA-256 over a text, in hexadecimal. */
export async function hmacSha256(key: string, text: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await globalThis.crypto.subtle.importKey('raw', utf8.encode(key), algorithm, false, ['sign']);
  return hex(await globalThis.crypto.subtle.sign('HMAC', imported, utf8.encode(text)));
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
