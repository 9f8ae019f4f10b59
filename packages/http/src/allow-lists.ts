import { authorityOf, fieldValues, type GateRequest, targetOf } from './gate-request.js';

/** Which of the two lists a request failed. */
export type NotAllowed = 'host_not_allowed' | 'origin_not_allowed';

/** Hosts and origins that a server answers to; `undefined` lets all pass. */
export interface AllowLists {
  readonly hosts: ReadonlySet<string> | undefined;
  readonly origins: ReadonlySet<string> | undefined;
}

/** The names of this machine, on any port: what a server on a developer's machine answers to. */
export const LOOPBACK_HOSTS: readonly string[] = Object.freeze(['localhost', '127.0.0.1', '[::1]']);

/** A registered name, an IPv4 address or an IPv6 address in brackets; then perhaps a port (RFC 9110 §7.2). */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?$/;
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@"]+$/;

/** Checks and copies `allowedHosts`. Throws a `TypeError`. */
export function allowedHostsOption(owner: string, value: unknown): ReadonlySet<string> | undefined {
  const isHost = (host: string): boolean => HOST.test(host.toLowerCase());
  return setOption(owner, 'allowedHosts', value, "hosts such as 'localhost' or 'example.com:8080'", isHost);
}

/** Checks and copies `allowedOrigins`. Throws a `TypeError`. */
export function allowedOriginsOption(owner: string, value: unknown): ReadonlySet<string> | undefined {
  return setOption(
    owner,
    'allowedOrigins',
    value,
    "origins such as 'https://app.example.com', without a path",
    isOrigin,
  );
}

function isOrigin(text: string): boolean {
  if (!ORIGIN.test(text)) return false;
  // Browsers send the serialised form: a default port or a capital letter in the list would never match.
  return !/^https?:/.test(text) || (URL.canParse(text) && new URL(text).origin === text);
}

function setOption(
  owner: string,
  name: string,
  value: unknown,
  kind: string,
  valid: (item: string) => boolean,
): ReadonlySet<string> | undefined {
  if (value === undefined) return undefined;
  const items: readonly unknown[] = Array.isArray(value) ? Array.from<unknown>(value) : [];
  const texts = items.filter((item) => typeof item === 'string');
  if (items.length === 0 || texts.length !== items.length || !texts.every(valid)) {
    throw new TypeError(`${owner}: option '${name}' must be a list of ${kind}; it must not be empty`);
  }
  return new Set(texts.map((text) => text.toLowerCase()));
}

/**
 * Against DNS rebinding (CVE-2025-66414): a page whose name was pointed at this machine still sends its own name as Host and
 * Origin. Only what the connection itself says is read; forwarded headers are anybody's word.
 */
export function notAllowed(lists: AllowLists, request: GateRequest): NotAllowed | undefined {
  if (lists.hosts !== undefined && !hostAllowed(lists.hosts, request)) return 'host_not_allowed';
  if (lists.origins !== undefined) {
    const origin = fieldValues(request, 'origin');
    // No Origin: not a browser's cross-origin request.
    if (origin !== undefined && (typeof origin !== 'string' || !lists.origins.has(origin))) return 'origin_not_allowed';
  }
  return undefined;
}

function hostAllowed(hosts: ReadonlySet<string>, request: GateRequest): boolean {
  // HTTP/2 has the pseudo field instead. A target in absolute form overrides Host: where there are several, each must do.
  const named = [fieldValues(request, 'host'), fieldValues(request, ':authority'), authorityOf(targetOf(request))];
  const present = named.filter((value) => value !== undefined);
  return present.length > 0 && present.every((value) => typeof value === 'string' && isListed(hosts, value));
}

function isListed(hosts: ReadonlySet<string>, value: string): boolean {
  const match = HOST.exec(value.toLowerCase());
  if (match === null) return false;
  const [host, name = ''] = match;
  return hosts.has(host) || hosts.has(name);
}
