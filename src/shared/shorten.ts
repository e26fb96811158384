const longestMessage = 400;
const headLength = 200;
const tailLength = 100;

/**
 * Cuts the middle out of a long message. Messages of graphql-js, of zod and of this service repeat parts of a request, which
 * can be as large as the request. Each answer passes through here, whichever route it comes from.
 */
export function shorten(message: string): string {
  if (message.length <= longestMessage) return message;
  // A character of two code units is not cut in half.
  const head = message.slice(0, headLength).replace(/[\ud800-\udbff]$/, '');
  const tail = message.slice(-tailLength).replace(/^[\udc00-\udfff]/, '');
  return `${head} … ${tail}`;
}
