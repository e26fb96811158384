import { expect, test } from '@jest/globals';
import { nameEndpoint, nameTurnHolder } from '../../src/stripe/request-pace.ts';

test.each([
  ['GET', '/v1/customers/cus_1', 'GET /v1/customers/:id'],
  ['GET', '/v1/customers/cus_1?expand[0]=subscriptions', 'GET /v1/customers/:id'],
  ['GET', '/v1/customers?limit=1', 'GET /v1/customers'],
  ['GET', '/v1/customers/search?query=a', 'GET /v1/customers/search'],
  ['DELETE', '/v1/customers/cus_1', 'DELETE /v1/customers/:id'],
  ['GET', '/v1/customers/cus_1/payment_methods/pm_1', 'GET /v1/customers/:id/payment_methods/:id'],
  ['POST', '/v1/billing_portal/sessions', 'POST /v1/billing_portal/sessions'],
  ['POST', '/v1/billing_portal/configurations/bpc_1', 'POST /v1/billing_portal/configurations/:id'],
  ['GET', '/v1/checkout/sessions/cs_1/line_items', 'GET /v1/checkout/sessions/:id/line_items'],
  ['GET', '/', 'GET /'],
])('%s %s is %s', (method, path, endpoint) => {
  expect(nameEndpoint(method, path)).toBe(endpoint);
});

test.each([
  [
    '/v1/billing_portal/sessions',
    'configuration=bpc_1&customer=cus_1&return_url=https%3A%2F%2Fa.example',
    'cus_1',
  ],
  ['/v1/customers/cus_2?expand[0]=sources', null, 'cus_2'],
  ['/v1/subscriptions?customer=cus_3&limit=100', null, 'cus_3'],
  ['/v1/customers/search?query=ada', null, '/v1/customers/search?query=ada '],
])('%s %s takes its turn as %s', (path, body, holder) => {
  expect(nameTurnHolder(path, body)).toBe(holder);
});
