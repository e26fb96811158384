/**
 * The URL that a text is, or null. Not by `URL.canParse`: on Node 20 it refuses valid text with letters such
 * as ü once it has been called often enough to be optimised.
 */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
