/** The first words of paths whose resource is the second: `/v1/billing_portal/sessions`. */
const namespaces = new Set(['billing_portal', 'checkout']);

/**
 * The operation that a request is for, as Stripe counts them: `GET /v1/customers/:id` and `GET /v1/customers`
 * are two, and customers are none of their own. https://docs.stripe.com/rate-limits
 */
export function nameEndpoint(method: string, path: string): string {
  const [pathname = ''] = path.split('?', 1);
  const [, version = '', ...words] = pathname.split('/');
  const prefix = namespaces.has(words[0] ?? '') ? words.splice(0, 1) : [];
  // After its resource comes an object's id, but for a search, then a resource of its own.
  const names = words.map((word, index) => (index % 2 === 0 || word === 'search' ? word : ':id'));
  return `${method} /${[version, ...prefix, ...names].join('/')}`;
}
