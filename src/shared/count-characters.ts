/** As Stripe counts, and JavaScript's `length` does not: an emoji has two of those. */
export function countCharacters(text: string): number {
  return Array.from(text).length;
}
