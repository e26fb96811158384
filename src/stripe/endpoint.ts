/** Path prefixes before the resource: `/v1/billing_portal/sessions`. */
const namespaces = new Set(['billing_portal', 'checkout']);

/**
 * Names the endpoint of a request, as Stripe's rate limits count: `GET /v1/customers/:id` and `GET /v1/customers` are
 * two endpoints. https://docs.stripe.com/rate-limits
 */
export function nameEndpoint(method: string, path: string): string {
  const [pathname = ''] = path.split('?', 1);
  const [, version = '', ...words] = pathname.split('/');
  const prefix = namespaces.has(words[0] ?? '') ? words.splice(0, 1) : [];
  // A path alternates resources and ids; `search` takes the place of an id.
  const names = words.map((word, index) => (index % 2 === 0 || word === 'search' ? word : ':id'));
  return `${method} /${[version, ...prefix, ...names].join('/')}`;
}
