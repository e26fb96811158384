import type { AppOverrides } from '../../src/app.ts';
import type { Environment } from '../../src/config/environment.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { linkPath } from '../../src/email-links/email-link-register.ts';
import { adminRole } from '../audit/audit-kit.ts';
import type * as types from '../generated/graphql.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import {
  createLinkMutation,
  linksQuery,
  revokeLinkMutation,
  revokeLinksMutation,
} from '../helpers/admin-operations.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { type Operation, type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { writePolicyFile } from '../portal/policy-portal.ts';
import {
  type LocalStripeClient,
  startLocalStripe,
} from '../../packages/local-stripe/test/local-stripe-client.ts';

export type CreatedLink = types.CreateLinkMutation['createBillingPortalLink'];
type Answer<Data> = Promise<GraphqlAnswer<Data>>;

/** Who is visited by a link. */
export interface LinkedUser {
  readonly userId: string;
  readonly customerId: string;
}

/** What a link answered. */
export interface Visit {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A service that makes links, with its store and its local Stripe at hand. */
export interface LinkKit extends LocalStripeClient {
  readonly app: TestApp;
  readonly database: Database;
  /** What other services need to be told to work on the same store and the same Stripe. */
  readonly env: Environment;
  /** The time by which links end, which passes by the test's own hand. */
  readonly clock: { now: Date };
  createUser(): Promise<LinkedUser>;
  /** Asks for a link of the user's, by an administrator. */
  ask(
    user: { userId: string },
    request?: Partial<types.CreateLinkMutationVariables>,
  ): Answer<types.CreateLinkMutation>;
  /** A link that could be made. */
  create(user: LinkedUser, request?: Partial<types.CreateLinkMutationVariables>): Promise<CreatedLink>;
  list(userId: string): Promise<types.LinksQuery['billingPortalLinks']>;
  revoke(id: string): Answer<types.RevokeLinkMutation>;
  revokeAllOf(userId: string): Answer<types.RevokeLinksMutation>;
  /** Follows a link to the service, or to another one on the same store. */
  visit(method: string, link: { url: string }, app?: TestApp): Promise<Visit>;
  /** How often Stripe was asked for a session of a customer's. */
  countSessions(user: LinkedUser): number;
  /** Another service on the same store and the same Stripe, as after a deployment. */
  deploy(env: Environment, overrides?: AppOverrides): Promise<TestApp>;
}

/** Customers with a running contract see their invoices and do nothing else. */
const policies = {
  policies: {
    standard: {
      features: {
        invoice_history: { enabled: true },
        payment_method_update: { enabled: true },
        subscription_cancel: { enabled: true },
      },
    },
    contract: { features: { invoice_history: { enabled: true } } },
  },
  rules: [{ when: { under_contract: true }, use: 'contract' }],
  default: 'standard',
  strictest: 'contract',
};

export async function createLinkKit(env: Environment = {}, overrides: AppOverrides = {}): Promise<LinkKit> {
  const client = await startLocalStripe();
  const clock = { now: new Date() };
  const variables = {
    STRIPE_API_URL: client.localStripe.url,
    PORTAL_POLICIES: writePolicyFile(policies),
    PUBLIC_URL: 'https://billing.example.com/self-service',
    ...env,
  };
  const app = await createTestApp(variables, { now: () => clock.now, ...overrides });
  const { databaseUrl } = app.config;
  const database = await openDatabase({ url: databaseUrl, scope: app.config.stripe.scope });
  closeAfterTests(() => database.close());
  const shared = { ...variables, DATABASE_URL: databaseUrl };
  const token = await app.createToken({ userId: 'root', roles: [adminRole] });
  const execute = <Data, Variables>(operation: Operation<Data, Variables>): Answer<Data> =>
    app.execute({ token, ...operation });
  const ask: LinkKit['ask'] = ({ userId }, request) =>
    execute({ document: createLinkMutation, variables: { userId, returnUrl, ...request } });
  let users = 0;
  return {
    ...client,
    app,
    database,
    env: shared,
    clock,
    createUser: async () => {
      const userId = `user-${(users += 1)}`;
      const { id: customerId } = await client.stripe.customers.create({ name: userId });
      await database.customers.link({ userId, stripeCustomerId: customerId });
      return { userId, customerId };
    },
    ask,
    create: async (user, request) => (await ask(user, request)).expectData().createBillingPortalLink,
    list: async (userId) =>
      (await execute({ document: linksQuery, variables: { userId } })).expectData().billingPortalLinks,
    revoke: (id) => execute({ document: revokeLinkMutation, variables: { id } }),
    revokeAllOf: (userId) => execute({ document: revokeLinksMutation, variables: { userId } }),
    visit: async (method, link, visited = app) => {
      const response = await visited.fetch(toPath(link), { method });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    countSessions: ({ customerId }) =>
      client.localStripe.requests.filter(
        ({ path, params }) =>
          path === '/v1/billing_portal/sessions' && JSON.stringify(params).includes(`"${customerId}"`),
      ).length,
    deploy: (changes, differences) => createTestApp({ ...shared, ...changes }, differences),
  };
}

/** Where a proxy that takes the public path away sends a link. */
export function toPath({ url }: { readonly url: string }): string {
  return url.slice(url.indexOf(linkPath));
}
