/**
 * Parses a URL; null when the text is not a URL. It does not use `URL.canParse`: once optimized, that function refuses
 * valid text with letters such as ü on Node 20.
 */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
