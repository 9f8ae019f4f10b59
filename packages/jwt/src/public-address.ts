/** Special-purpose IPv4 ranges that no public server is in (IANA IPv4 Special-Purpose Address Registry, RFC 6890). */
const SPECIAL_IPV4: readonly (readonly [range: string, bits: number])[] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private use
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, cloud metadata services among them
  ['172.16.0.0', 12], // private use
  ['192.0.0.0', 24], // IETF protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relay anycast, deprecated
  ['192.168.0.0', 16], // private use
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast among them
];

/**
 * Special-purpose ranges inside of 2000::/3, the only part of IPv6 that is global unicast (IANA IPv6 Special-Purpose Address
 * Registry). All of the rest is refused without a table: loopback, unique-local, link-local, multicast, NAT64 for local use …
 */
const SPECIAL_IPV6: readonly (readonly [range: string, bits: number])[] = [
  ['2001::', 23], // IETF protocol assignments: Teredo, benchmarking, ORCHID …
  ['2001:db8::', 32], // documentation
  ['3fff::', 20], // documentation
];

/** IPv6 forms that only carry an IPv4 address, which is the one that counts; `group`: which 16-bit group it starts at. */
const CARRIES_IPV4: readonly (readonly [range: string, bits: number, group: number])[] = [
  ['::ffff:0:0', 96, 6], // IPv4-mapped
  ['::ffff:0:0:0', 96, 6], // IPv4-translated (RFC 2765)
  ['64:ff9b::', 96, 6], // NAT64, well-known prefix
  ['2002::', 16, 1], // 6to4
];

/**
 * Whether an IP address, as text, is that of a public server: not private, not of this machine or link, not reserved for some
 * purpose, and not an IPv6 spelling of such an address. False for anything that is no IP address.
 */
export function isPublicAddress(address: string): boolean {
  const ipv4 = parseIpv4(address);
  if (ipv4 !== undefined) return isPublicIpv4(ipv4);
  const groups = parseIpv6(address);
  return groups !== undefined && isPublicIpv6(groups);
}

function isPublicIpv4(groups: readonly number[]): boolean {
  return !IPV4_TABLE.some(([range, bits]) => inRange(groups, range, bits));
}

function isPublicIpv6(groups: readonly number[]): boolean {
  for (const [range, bits, group] of IPV4_CARRIERS) {
    if (inRange(groups, range, bits)) return isPublicIpv4(groups.slice(group, group + 2));
  }
  if (((groups[0] ?? 0) & 0xe000) !== 0x2000 || IPV6_TABLE.some(([range, bits]) => inRange(groups, range, bits))) {
    return false;
  }
  // ISATAP interface identifiers (RFC 5214 §6.1) carry an IPv4 address behind any prefix.
  const isatap = ((groups[4] ?? 0) & 0xfdff) === 0 && groups[5] === 0x5efe;
  return !isatap || isPublicIpv4(groups.slice(6));
}

/** Whether the first `bits` of an address, given in groups of 16 bits, are those of the range. */
function inRange(groups: readonly number[], range: readonly number[], bits: number): boolean {
  return range.every((group, index) => {
    const compared = Math.min(Math.max(bits - index * 16, 0), 16);
    const mask = (0xffff << (16 - compared)) & 0xffff;
    return ((groups[index] ?? 0) & mask) === (group & mask);
  });
}

/** The two 16-bit groups of a dotted address; decimal only, without leading zeros. */
function parseIpv4(text: string): readonly number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const bytes = match.slice(1).map(Number);
  if (bytes.some((byte) => byte > 255) || match.slice(1).some((part) => /^0\d/.test(part))) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return [a * 256 + b, c * 256 + d];
}

/** The eight 16-bit groups of an IPv6 address (RFC 4291 §2.2); an address with a zone is not one of the internet's. */
function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => parseGroups(half));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (tail === undefined) return head.length === 8 ? head : undefined;
  // What `::` stands for is at least one group.
  const gap = 8 - head.length - tail.length;
  // An IPv4 part may only end the whole address.
  if (gap < 1 || (halves[0] ?? '').includes('.')) return undefined;
  return [...head, ...new Array<number>(gap).fill(0), ...tail];
}

function parseGroups(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    const ipv4 = index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (ipv4 !== undefined) groups.push(...ipv4);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

const IPV4_TABLE = SPECIAL_IPV4.map(([range, bits]) => [parseIpv4(range) ?? [], bits] as const);
const IPV6_TABLE = SPECIAL_IPV6.map(([range, bits]) => [parseIpv6(range) ?? [], bits] as const);
const IPV4_CARRIERS = CARRIES_IPV4.map(([range, bits, group]) => [parseIpv6(range) ?? [], bits, group] as const);
