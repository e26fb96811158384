import { isIPv4, isIPv6 } from 'node:net';
import { parseUrl } from '../shared/parse-url.ts';

/**
 * The network that requests from an address are counted by: an IPv4 address itself, and the first 64 bits of an
 * IPv6 address. A household or a server gets that many at least (RFC 6177), and each can use all that follow: counted
 * one by one, a single machine has 2^64 limits.
 */
export function toCountedNetwork(address: string): string {
  if (isIPv4(address)) return address;
  const [withoutZone = ''] = address.split('%');
  // The parser of URLs writes every address in one form; some proxies add a port, which is dropped with it.
  const host =
    parseUrl(`http://${isIPv6(withoutZone) ? `[${withoutZone}]` : withoutZone}`)?.hostname ?? address;
  if (!host.startsWith('[')) return host;
  const groups = expand(host.slice(1, -1));
  const isMapped = groups.slice(0, 6).join() === '0,0,0,0,0,ffff';
  return isMapped ? toIPv4(groups.slice(6)) : `${groups.slice(0, 4).join(':')}::/64`;
}

/** The eight groups of an IPv6 address, of which `::` leaves out those that are zero. */
function expand(address: string): string[] {
  const [head = [], tail = []] = address
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  return [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
}

/** As which IPv4 clients are seen where the service listens for both: `::ffff:192.0.2.1`. */
function toIPv4(groups: readonly string[]): string {
  return groups
    .map((group) => parseInt(group, 16))
    .flatMap((value) => [value >> 8, value & 255])
    .join('.');
}
