/** Counts code points, as Stripe does. JavaScript's `length` counts UTF-16 units: an emoji has two. */
export function countCharacters(text: string): number {
  return Array.from(text).length;
}
