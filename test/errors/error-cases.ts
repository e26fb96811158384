import { createRsaToken } from '../auth/token-kit.ts';
import { corruptStore, dropCustomers } from '../helpers/broken-store.ts';
import {
  type Answer,
  hang,
  resetConnection,
  sendError,
  sendHalf,
  sendJson,
  sendText,
} from '../helpers/faulty-stripe.ts';
import { portalConfigurationQuery } from '../helpers/operations.ts';
import { findFreePort } from '../helpers/server-process.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { type ErrorCase, openSession, session } from './error-case.ts';
import { planted, plantedMessage } from './planted.ts';
import { createStripeConfiguration } from '../helpers/stripe-objects.ts';
import { writeManifest } from '../graphql/manifest.ts';

/** Stripe's error with everything planted that an error can carry, and without retries, to save time. */
function refuse(status: number, members: object = {}, headers: object = {}): Answer {
  const links = { doc_url: planted.sessionUrl, request_log_url: planted.sessionUrl };
  return sendError(
    status,
    { message: plantedMessage, ...links, ...members },
    { 'stripe-should-retry': 'false', ...headers },
  );
}

const callerCases: readonly ErrorCase[] = [
  { code: 'UNAUTHENTICATED', when: 'there is no token', token: null },
  {
    code: 'UNAUTHENTICATED',
    when: 'the token is expired',
    token: (app) => app.createToken({ userId: planted.userId, lifetimeSeconds: -3600 }),
  },
  {
    code: 'UNAUTHENTICATED',
    when: 'the token is not signed with our key',
    token: async (app) => `${await app.createToken({ userId: planted.userId })}Planted`,
  },
  {
    code: 'AUTH_UNAVAILABLE',
    when: "the issuer's keys cannot be had",
    env: async () => ({
      JWT_SECRET: '',
      JWT_JWKS_URL: `http://127.0.0.1:${await findFreePort()}/planted-jwks.json`,
    }),
    token: () => Promise.resolve(createRsaToken()),
  },
  {
    code: 'FORBIDDEN',
    when: 'the token does not have the required role',
    env: () => ({ REQUIRED_ROLE: 'billing' }),
    token: (app) => app.createToken({ userId: planted.userId, roles: ['planted'] }),
  },
  {
    code: 'RATE_LIMITED',
    when: 'the caller asked too often',
    env: () => ({ RATE_LIMIT: '2/1m' }),
    arrange: async (app) => {
      const token = await app.createToken({ userId: planted.userId });
      await app.fetch('/billing-portal', { token });
      await app.fetch('/graphql', { token });
    },
  },
  {
    code: 'CUSTOMER_NOT_FOUND',
    when: 'no customer is linked to the user',
    token: (app) => app.createToken({ userId: planted.userWithoutCustomer, email: planted.email }),
  },
  {
    code: 'CUSTOMER_NOT_FOUND',
    when: 'Stripe does not have the customer, or no longer',
    stripe: refuse(400, { code: 'resource_missing', param: 'customer' }),
  },
  {
    code: 'CUSTOMER_AMBIGUOUS',
    when: 'several customers name the user who has none',
    env: () => ({ CUSTOMER_CREATION: 'on_demand', LINK_BY_METADATA_KEY: 'userId' }),
    token: (app) => app.createToken({ userId: planted.userWithoutCustomer, email: planted.email }),
    stripe: sendJson(200, {
      object: 'list',
      data: ['cus_1', 'cus_2'].map((id) => ({
        object: 'customer',
        id,
        invoice_settings: { default_payment_method: null },
        name: plantedMessage,
        metadata: { userId: planted.userWithoutCustomer },
      })),
      has_more: false,
    }),
  },
];

const inputCases: readonly ErrorCase[] = [
  {
    code: 'RETURN_URL_NOT_ALLOWED',
    when: 'the return URL leads elsewhere',
    input: { returnUrl: planted.sessionUrl },
  },
  { code: 'RETURN_URL_NOT_ALLOWED', when: 'the return URL is none', input: { returnUrl: 'Planted' } },
  {
    code: 'BAD_USER_INPUT',
    when: 'a variable has the wrong type',
    graphql: {
      query: openSession,
      variables: { returnUrl: { token: planted.stripeKey } },
    },
    graphqlStatus: 400,
  },
  {
    code: 'BAD_USER_INPUT',
    when: 'a variable is missing',
    graphql: { query: openSession, variables: { url: planted.sessionUrl } },
    graphqlStatus: 400,
  },
  { code: 'GRAPHQL_PARSE_FAILED', when: 'the query is no GraphQL', graphql: { query: 'query {' } },
  {
    code: 'GRAPHQL_PARSE_FAILED',
    when: 'the query has too many tokens',
    graphql: { query: `{ ${'billingCustomer { id } '.repeat(300)} }` },
  },
  {
    code: 'DOCUMENT_NOT_TRUSTED',
    when: 'the query is not in the manifest',
    env: () => ({ TRUSTED_DOCUMENTS: writeManifest({ hash: '{ billingCustomer { id } }' }) }),
    graphql: { query: '{ billingCustomer { email } }' },
  },
  {
    code: 'GRAPHQL_VALIDATION_FAILED',
    when: 'the query asks for what is not there',
    graphql: { query: '{ billingCustomer { secret } }' },
  },
];

const stripeRefusals: readonly ErrorCase[] = [
  {
    code: 'PORTAL_NOT_CONFIGURED',
    when: "the portal's settings were never saved",
    stripe: refuse(400, {
      message: `No configuration provided and your test mode default configuration has not been created. ${plantedMessage}`,
    }),
  },
  {
    code: 'PORTAL_NOT_CONFIGURED',
    when: 'Stripe lists no default configuration',
    stripe: sendJson(200, { object: 'list', data: [], has_more: false, url: planted.sessionUrl }),
    graphql: { query: portalConfigurationQuery.toString() },
  },
  {
    code: 'FLOW_NOT_ALLOWED',
    when: 'the portal does not offer the task',
    stripe: sendJson(200, {
      object: 'list',
      data: [createStripeConfiguration({ name: plantedMessage })],
      has_more: false,
    }),
    input: { returnUrl, flow: { type: 'PAYMENT_METHOD_UPDATE' } },
  },
  { code: 'STRIPE_MISCONFIGURED', when: 'the key is refused', stripe: refuse(401) },
  { code: 'STRIPE_MISCONFIGURED', when: 'the key lacks a permission', stripe: refuse(403) },
  {
    code: 'STRIPE_MISCONFIGURED',
    when: 'the account is unknown',
    stripe: refuse(403, { code: 'account_invalid' }),
  },
  {
    code: 'STRIPE_MISCONFIGURED',
    when: 'Stripe refuses a parameter',
    stripe: refuse(400, { param: 'locale' }),
  },
  {
    code: 'STRIPE_MISCONFIGURED',
    when: 'Stripe misses something else than the customer',
    stripe: refuse(400, { code: 'resource_missing', param: 'configuration' }),
  },
  { code: 'STRIPE_MISCONFIGURED', when: 'Stripe does not know the path', stripe: refuse(404) },
  { code: 'STRIPE_RATE_LIMITED', when: "Stripe's limit is met", stripe: refuse(429) },
  {
    code: 'STRIPE_RATE_LIMITED',
    when: 'Stripe asks to wait',
    stripe: refuse(429, {}, { 'retry-after': '7' }),
  },
];

const outages: readonly (readonly [string, Answer])[] = [
  ['fails', refuse(500)],
  ['is down for a while', refuse(503)],
  ['meets a conflict', refuse(409)],
  [
    "is hidden by a gateway's page",
    sendText(502, `<html>${plantedMessage}`, { 'content-type': 'text/html', 'stripe-should-retry': 'false' }),
  ],
  ['answers text', sendText(200, plantedMessage)],
  ['answers null', sendJson(200, null)],
  ['answers an empty object', sendJson(200, {})],
  ['answers a list', sendJson(200, [session])],
  ['answers without a URL', sendJson(200, { ...session, url: undefined })],
  ['answers a URL that is not the web', sendJson(200, { ...session, url: 'javascript:planted()' })],
];

/** The service tries again until the deadline. */
const lostAnswers: readonly (readonly [string, Answer])[] = [
  ['does not answer', hang],
  ['resets the connection', resetConnection],
  ['hangs up within the answer', sendHalf(session)],
];
const deadlineMs = 100;

const stripeOutages: readonly ErrorCase[] = [
  ...outages.map(
    ([when, stripe]) => ({ code: 'STRIPE_UNAVAILABLE', when: `Stripe ${when}`, stripe }) as const,
  ),
  ...lostAnswers.map(
    ([when, stripe]) => ({ code: 'STRIPE_UNAVAILABLE', when: `Stripe ${when}`, stripe, deadlineMs }) as const,
  ),
  {
    code: 'STRIPE_UNAVAILABLE',
    when: 'Stripe refuses the connection',
    deadlineMs,
    env: async () => ({ STRIPE_API_URL: `http://127.0.0.1:${await findFreePort()}` }),
  },
  {
    code: 'STRIPE_UNAVAILABLE',
    when: "Stripe's name is not found",
    deadlineMs,
    env: () => ({ STRIPE_API_URL: 'https://stripe.planted.invalid' }),
  },
];

const ownFailures: readonly ErrorCase[] = [
  {
    code: 'STORE_UNAVAILABLE',
    when: 'the store cannot be read',
    arrange: ({ config }) => corruptStore(config),
  },
  {
    code: 'INTERNAL_SERVER_ERROR',
    when: 'something happens that nobody thought of',
    arrange: ({ config }) => dropCustomers(config),
  },
  {
    code: 'STRIPE_UNAVAILABLE',
    when: "Stripe's configuration lacks a part",
    stripe: sendJson(200, {
      object: 'list',
      data: [{ object: 'billing_portal.configuration', id: 'bpc_1', name: plantedMessage }],
      has_more: false,
    }),
    graphql: { query: portalConfigurationQuery.toString() },
  },
];

/** Every way to fail, each with the code that answers it. */
export const errorCases: readonly ErrorCase[] = [
  ...callerCases,
  ...inputCases,
  ...stripeRefusals,
  ...stripeOutages,
  ...ownFailures,
];
