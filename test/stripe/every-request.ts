import { Kind, parse } from 'graphql';
import type Stripe from 'stripe';
import { type DemoData, seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import type { RecordedRequest } from '../../packages/local-stripe/src/recorded-request.ts';
import type { BillingPortalConfigurationInput, BillingPortalFlowInput } from '../generated/graphql.ts';
import * as admin from '../helpers/admin-operations.ts';
import * as conflicts from '../helpers/conflict-operations.ts';
import {
  billingCustomerQuery,
  createSessionMutation,
  invoicesQuery,
  nextChargeQuery,
  openPortalMutation,
  portalConfigurationQuery,
} from '../helpers/operations.ts';
import { writePolicyFile } from '../portal/policy-portal.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { toPath } from '../email-links/email-link-kit.ts';
import { type WebhookApp, createEvent, createWebhookApp } from '../webhooks/webhook-kit.ts';
import { type Call, askForPage } from './ask-for-page.ts';
import { createPolicyOfEverything } from './policy-of-everything.ts';

/** What Stripe is asked when the service is asked for everything it can do. */
export interface EveryRequest {
  readonly requests: readonly RecordedRequest[];
  /** The operations that were called: `Query.billingCustomer`. */
  readonly operations: ReadonlySet<string>;
}

const flows: readonly BillingPortalFlowInput[] = [
  { type: 'PAYMENT_METHOD_UPDATE', afterCompletion: { type: 'PORTAL_HOMEPAGE' } },
  { type: 'CUSTOMER_UPDATE', afterCompletion: { type: 'REDIRECT', returnUrl } },
  {
    type: 'SUBSCRIPTION_CANCEL',
    afterCompletion: { type: 'HOSTED_CONFIRMATION', message: 'Until next time' },
  },
  { type: 'SUBSCRIPTION_UPDATE' },
  { type: 'SUBSCRIPTION_UPDATE_CONFIRM', quantity: 3 },
  { type: 'SUBSCRIPTION_PAUSE' },
];

/** Asks for everything on the local Stripe, which has every state that this needs. */
export async function recordEveryRequest(): Promise<EveryRequest> {
  const operations = new Set<string>();
  const app = await createTestApp({ PUBLIC_URL: 'https://billing.example.com' });
  const demo = await seedDemoData(app.sdk);
  await app.link('ada', demo.customerId);
  await askAsUser(await createCall(app, operations));
  await askForInvoices(await createCall(app, operations));
  const callAsAdministrator = await createCall(app, operations, ['billing:admin']);
  await askAsAdministrator(callAsAdministrator, demo);
  await askForLinks(callAsAdministrator, app);

  for (const id of ['STAY', 'WELCOME'])
    await app.sdk.coupons.create({ id, percent_off: 10, duration: 'once' });
  const file = writePolicyFile(createPolicyOfEverything(demo));
  const withPolicies = await createTestApp({ STRIPE_API_URL: app.stripe.url, PORTAL_POLICIES: file });
  await withPolicies.link('ada', demo.customerId);
  const call = await createCall(withPolicies, operations);
  const configurationId = await askAsUser(call);
  for (const flow of flows) await call({ document: openPortalMutation, variables: { returnUrl, flow } });
  const features = { invoiceHistory: false };
  await call({ document: openPortalMutation, variables: { returnUrl, features } });
  await app.sdk.billingPortal.configurations.update(configurationId, { active: false });
  await call({ document: openPortalMutation, variables: { returnUrl } });

  const onDemand = await createTestApp({
    STRIPE_API_URL: app.stripe.url,
    CUSTOMER_CREATION: 'on_demand',
    LINK_BY_METADATA_KEY: 'user',
  });
  await askAsUser(await createCall(onDemand));
  const receiver = await createWebhookApp({ STRIPE_API_URL: app.stripe.url, LINK_BY_METADATA_KEY: 'user' });
  await tellOfCheckout(receiver, app.sdk, demo);
  await resolveConflict(receiver, app.sdk, operations);
  const open = { subscription: demo.subscriptionId, status: 'open' };
  await app.sdk.rawRequest('POST', '/_control/invoices', open);
  await askForInvoices(await createCall(app, operations));
  await askForPage(await createCall(app, operations), app.sdk, demo);
  // The service changes no schedule: this file does, and stripe-mock's file does not tell how.
  const isOwn = ({ path }: RecordedRequest) => !/^\/v1\/subscription_schedules\/\w+$/.test(path);
  return { requests: app.stripe.requests.filter(isOwn), operations };
}

/** Lets the service hear of a Checkout session, which it then reads. */
async function tellOfCheckout(
  receiver: WebhookApp,
  sdk: Stripe,
  { customerId, prices }: DemoData,
): Promise<void> {
  const session = await sdk.checkout.sessions.create({
    mode: 'subscription',
    customer: customerId,
    line_items: [{ price: prices[0]?.month ?? '', quantity: 1 }],
    success_url: returnUrl,
  });
  const completed = createEvent('checkout.session.completed', { id: session.id });
  await receiver.deliver(completed);
  // Of an event that was handled, Stripe is not asked whose it is.
  await receiver.deliver({ ...completed, id: `${completed.id}_2`, context: 'acct_1' });
}

/** Lets two customers name one user, and keeps the first. */
async function resolveConflict(receiver: WebhookApp, sdk: Stripe, operations: Set<string>): Promise<void> {
  for (const name of ['first', 'second']) {
    const customer = await sdk.customers.create({ name, metadata: { user: 'ada' } });
    await receiver.deliver(createEvent('customer.created', { ...customer }));
  }
  const call = await createCall(receiver, operations, ['billing:admin']);
  const { customerConflicts } = await call({
    document: conflicts.customerConflictsQuery,
    variables: { first: 1 },
  });
  const id = customerConflicts.edges[0]?.node.id ?? '';
  await call({ document: conflicts.resolveConflictMutation, variables: { id, resolution: 'KEEP_CURRENT' } });
}

/** Calls what every user may call, and returns the configuration that their session uses. */
export async function askAsUser(call: Call): Promise<string> {
  await call({ document: billingCustomerQuery });
  await call({ document: portalConfigurationQuery });
  const variables = { returnUrl, locale: 'de' };
  const data = await call({ document: createSessionMutation, variables });
  return data.createBillingPortalSession.configurationId;
}

async function askForInvoices(call: Call): Promise<void> {
  const { billingCustomer } = await call({ document: invoicesQuery, variables: { first: 1 } });
  const after = billingCustomer?.invoices?.pageInfo.endCursor;
  await call({ document: invoicesQuery, variables: { first: 1, after, status: ['PAID'] } });
  await call({ document: nextChargeQuery });
}

async function askAsAdministrator(call: Call, demo: DemoData): Promise<void> {
  const created = await call({
    document: admin.createConfigurationMutation,
    variables: { input: createConfigurationInput(demo) },
  });
  const { id } = created.createBillingPortalConfiguration;
  await call({ document: admin.updateConfigurationMutation, variables: { id, input: clearedInput } });
  await call({
    document: admin.createSessionForMutation,
    variables: { userId: 'ada', returnUrl, configurationId: id, flow: { type: 'PAYMENT_METHOD_UPDATE' } },
  });
  await call({ document: admin.deactivateConfigurationMutation, variables: { id } });
  await call({ document: admin.activateConfigurationMutation, variables: { id } });
  await call({ document: admin.portalConfigurationsQuery, variables: { first: 1 } });
  const link = { userId: 'ada', stripeCustomerId: demo.customerId };
  await call({ document: admin.unlinkCustomerMutation, variables: { userId: 'ada' } });
  await call({ document: admin.linkCustomerMutation, variables: link });
  await call({ document: admin.updateMappingMutation, variables: { userId: 'ada', attributes: [] } });
  await call({ document: admin.customerMappingQuery, variables: { userId: 'ada' } });
  await call({ document: admin.customerMappingsQuery, variables: { first: 1 } });
  await call({ document: admin.auditTrailQuery, variables: { first: 1 } });
}

async function askForLinks(call: Call, app: TestApp): Promise<void> {
  const created = await call({ document: admin.createLinkMutation, variables: { userId: 'ada', returnUrl } });
  const link = created.createBillingPortalLink;
  await app.fetch(toPath(link), { method: 'POST' });
  await call({ document: admin.linksQuery, variables: { userId: 'ada' } });
  await call({ document: admin.revokeLinkMutation, variables: { id: link.id } });
  await call({ document: admin.revokeLinksMutation, variables: { userId: 'ada' } });
}

export async function createCall(
  app: TestApp,
  operations = new Set<string>(),
  roles: readonly string[] = [],
): Promise<Call> {
  const token = await app.createToken({ userId: 'ada', roles });
  return async (operation) => {
    for (const name of findOperations(operation.document.toString())) operations.add(name);
    return (await app.execute({ token, ...operation })).expectData();
  };
}

function findOperations(query: string): string[] {
  return parse(query).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [];
    const root = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }[definition.operation];
    return definition.selectionSet.selections.map(
      (field) => `${root}.${'name' in field ? field.name.value : ''}`,
    );
  });
}

/** All that an administrator can say of a configuration. */
function createConfigurationInput({ productIds, prices }: DemoData): BillingPortalConfigurationInput {
  return {
    name: 'Everything',
    defaultReturnUrl: returnUrl,
    businessProfile: {
      headline: 'Your subscription',
      privacyPolicyUrl: 'https://example.com/privacy',
      termsOfServiceUrl: 'https://example.com/terms',
    },
    loginPage: { enabled: true },
    features: {
      customerUpdate: {
        enabled: true,
        allowedUpdates: ['ADDRESS', 'EMAIL', 'NAME', 'PHONE', 'SHIPPING', 'TAX_ID'],
      },
      invoiceHistory: { enabled: true },
      paymentMethodUpdate: { enabled: true, paymentMethodConfigurationId: 'pmc_1' },
      subscriptionCancel: {
        enabled: true,
        mode: 'AT_PERIOD_END',
        prorationBehavior: 'NONE',
        cancellationReason: { enabled: true, options: ['OTHER'], feedbackOptionIds: [] },
      },
      subscriptionPause: {
        enabled: true,
        duration: { type: 'INTERVAL_OPTIONS', intervalOptions: [{ interval: 'MONTH', intervalCount: 2 }] },
      },
      subscriptionUpdate: {
        enabled: true,
        defaultAllowedUpdates: ['PRICE', 'QUANTITY'],
        prorationBehavior: 'CREATE_PRORATIONS',
        billingCycleAnchor: 'UNCHANGED',
        scheduleAtPeriodEnd: ['SHORTENING_INTERVAL'],
        trialUpdateBehavior: 'END_TRIAL',
        products: productIds.map((productId, index) => ({
          productId,
          priceIds: [prices[index]?.month ?? ''],
          adjustableQuantity: { enabled: true, minimum: 1, maximum: 10 },
        })),
      },
    },
  };
}

/** Takes away what can be taken away. */
const clearedInput: BillingPortalConfigurationInput = {
  name: null,
  defaultReturnUrl: null,
  businessProfile: { headline: null, privacyPolicyUrl: null, termsOfServiceUrl: null },
  loginPage: { enabled: false },
  features: {
    customerUpdate: { enabled: false },
    paymentMethodUpdate: { enabled: true, paymentMethodConfigurationId: null },
    subscriptionCancel: { enabled: false },
    subscriptionPause: { enabled: false },
    subscriptionUpdate: { enabled: false, products: [], defaultAllowedUpdates: [] },
  },
};
