import { parse } from 'tldts';

/** Null when the text is not a URL. Once optimized, `URL.canParse` refuses valid text with letters such as ü on Node 20. */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** One asterisk, in place of the first label of an https host. */
const wildcard = /^https:\/\/\*\.[^*]+$/;

/** An entry without a wildcard passes. @throws Error that says what is wrong with the wildcard */
export function checkWildcard(entry: string): void {
  if (!entry.includes('*')) return;
  if (!wildcard.test(entry))
    throw new Error(
      `"${entry}": a wildcard can only replace the first label of an https host, as in https://*.preview.example.com`,
    );
  const { hostname = '' } = parseUrl(entry.replace('*.', '')) ?? {};
  const { domain } = parse(hostname, { allowPrivateDomains: true });
  // Anyone can register a host under a public suffix, such as co.uk or vercel.app.
  if (domain === null)
    throw new Error(
      `"${entry}": a wildcard cannot stand on "${hostname}", which is a public suffix or not a domain name`,
    );
}

const firstLabel = /^https:\/\/[a-z\d-]{1,63}\./;

/** Whether an origin matches a checked allowlist entry. The asterisk matches exactly one label. */
export function matchesOrigin(origin: string, entry: string): boolean {
  if (!entry.includes('*')) return origin === entry;
  return firstLabel.test(origin) && origin.replace(firstLabel, 'https://*.') === entry;
}
