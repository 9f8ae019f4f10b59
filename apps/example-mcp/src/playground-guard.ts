import type { IncomingMessage } from 'node:http';

/**
 * Whether a request comes from the page itself. Any web site can make the browser of a developer send requests to this machine,
 * and a site that rebinds its name to 127.0.0.1 can even read the answers: both show in Host and Origin, which it cannot choose.
 */
export function isFromOurPage(request: IncomingMessage, port: number): boolean {
  const { host, origin } = request.headersDistinct;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const name = host?.[0];
  if (host?.length !== 1 || name === undefined || !hosts.includes(name)) return false;
  // Reading needs no Origin, and browsers send none; whatever changes something has to bring the page's own.
  if (origin === undefined) return request.method === 'GET';
  return origin.length === 1 && origin[0] === `http://${name}`;
}

/** What every answer carries: nothing from elsewhere, nothing inline, no framing, nothing kept. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};
