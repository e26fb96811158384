import { parse } from 'tldts';
import { parseUrl } from './parse-url.ts';

/** An asterisk for the first label of an https host, and no other. */
const wildcard = /^https:\/\/\*\.[^*]+$/;

/**
 * Checks the wildcard of an origin in an allowlist, where it has one.
 * @throws Error that says what is wrong with it
 */
export function checkWildcard(entry: string): void {
  if (!entry.includes('*')) return;
  if (!wildcard.test(entry)) {
    throw new Error(
      `"${entry}" has a wildcard elsewhere than in place of the first label of an https host: https://*.preview.example.com`,
    );
  }
  const { hostname = '' } = parseUrl(entry.replace('*.', '')) ?? {};
  const { domain } = parse(hostname, { allowPrivateDomains: true });
  // Under a public suffix, such as co.uk or vercel.app, anyone can have a host.
  if (domain === null) {
    throw new Error(
      `"${entry}" has a wildcard on "${hostname}", which is a public suffix or not a domain name`,
    );
  }
}

const firstLabel = /^https:\/\/[a-z\d-]{1,63}\./;

/** Whether an origin equals a checked one of an allowlist, or has one label in place of its asterisk. */
export function matchesOrigin(origin: string, entry: string): boolean {
  if (!entry.includes('*')) return origin === entry;
  return firstLabel.test(origin) && origin.replace(firstLabel, 'https://*.') === entry;
}
