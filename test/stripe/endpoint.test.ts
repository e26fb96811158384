import { expect, test } from '@jest/globals';
import { nameEndpoint } from '../../src/stripe/request-pace.ts';

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
