/** Counts code points, as Stripe does. JavaScript's `length` counts UTF-16 units: an emoji has two. */
export function countCharacters(text: string): number {
  return Array.from(text).length;
}

export function isQuoted(text: string): boolean {
  return /^(["'`]).*\1$/s.test(text);
}

const longestMessage = 400;
const headLength = 200;
const tailLength = 100;

/** Messages quote parts of a request, and can be as large. Every error response is shortened here, whichever route sends it. */
export function shorten(message: string): string {
  if (message.length <= longestMessage) return message;
  // Keeps surrogate pairs whole.
  const head = message.slice(0, headLength).replace(/[\ud800-\udbff]$/, '');
  const tail = message.slice(-tailLength).replace(/^[\udc00-\udfff]/, '');
  return `${head} … ${tail}`;
}
