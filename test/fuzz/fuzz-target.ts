import fc from 'fast-check';
import {
  type GraphQLSchema,
  type IntrospectionQuery,
  buildClientSchema,
  getIntrospectionQuery,
} from 'graphql';
import type { Environment } from '../../src/config/environment.ts';
import type { CustomerDirectory, MappingIds } from '../../src/customers/customer-directory.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { EmailLinkRegister, type NewEmailLink } from '../../src/email-links/email-link-register.ts';
import { adminRole } from '../audit/audit-kit.ts';
import { planted } from '../errors/planted.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { createFlowPolicies } from '../portal/flow-policies.ts';
import { writePolicyFile } from '../portal/policy-portal.ts';
import { startLocalStripe } from '../../packages/local-stripe/test/local-stripe-client.ts';
import type { FuzzOperation, FuzzRequest } from './fuzz-request.ts';
import { linkIds, seedFuzzData } from './fuzz-data.ts';
import type { KnownValues } from './hostile-values.ts';
import { Tally } from './tally.ts';
import { type Verdict, judge } from './verdict.ts';

const roles = ['nobody', 'newcomer', 'customer', 'administrator'] as const;

/** Who asks: without a token, without a customer, with one, or for everybody. */
export type Role = (typeof roles)[number];

/** Most of what there is, only administrators get into. */
export const anyRole: fc.Arbitrary<Role> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(...roles) },
  { weight: 2, arbitrary: fc.constantFrom<Role>('customer', 'administrator') },
  { weight: 2, arbitrary: fc.constant<Role>('administrator') },
);

/** A running service with customers, that counts what is sent to it. */
export interface FuzzTarget {
  readonly app: TestApp;
  readonly operations: readonly FuzzOperation[];
  readonly known: KnownValues;
  readonly tokens: Readonly<Record<Role, string | undefined>>;
  readonly tally: Tally;
  /** Undoes what requests have done: users have their customers again, and links. */
  arrange(): Promise<void>;
  /** Sends a request, and throws when harm comes of it. */
  send(role: Role, request: FuzzRequest): Promise<Verdict>;
}

export async function createFuzzTarget(env: Environment = {}): Promise<FuzzTarget> {
  const { localStripe, stripe } = await startLocalStripe();
  const data = await seedFuzzData(stripe);
  const app = await createTestApp({
    STRIPE_API_URL: localStripe.url,
    STRIPE_SECRET_KEY: planted.stripeKey,
    JWT_SECRET: planted.jwtSecret,
    STRIPE_WEBHOOK_SECRETS: 'whsec_UGxhbnRlZFdlYmhvb2tTZWNyZXQ',
    PUBLIC_URL: 'https://billing.example.com',
    PORTAL_POLICIES: writePolicyFile(createFlowPolicies(data.demo)),
    ...env,
  });
  const tokens = {
    nobody: undefined,
    newcomer: await app.createToken({ userId: 'newcomer' }),
    customer: await app.createToken({ userId: 'ada' }),
    administrator: await app.createToken({ userId: 'root', roles: [adminRole] }),
  };
  const { config } = app;
  const database = await openDatabase({ url: config.databaseUrl, scope: config.stripe.scope });
  closeAfterTests(() => database.close());
  const tally = new Tally();
  return {
    app,
    tally,
    tokens,
    operations: listOperations(await readServedSchema(app)),
    known: data.known,
    arrange: async () => {
      await data.resetConfiguration();
      await data.endSubscription();
      await putBack(database.customers, data.users);
      const links = new EmailLinkRegister(database.records);
      for (const conflict of data.conflicts) await database.records.insert('customer-conflict', conflict);
      for (const id of linkIds) await links.add(createLink(id, data.demo.customerId));
    },
    send: async (role, request) => {
      const verdict = await sendAndJudge(app, tokens[role], request);
      tally.add(`${role} ${request.path} ${request.contentType ?? ''} ${String(request.body)}`, verdict);
      if (verdict.harms.length > 0) throw new Error(`${verdict.harms.join(', ')}: ${verdict.shown}`);
      return verdict;
    },
  };
}

async function sendAndJudge(
  app: TestApp,
  token: string | undefined,
  { method, path, contentType, body }: FuzzRequest,
): Promise<Verdict & { readonly shown: string }> {
  const response = await app.fetch(path, {
    method,
    token,
    headers: { 'apollo-require-preflight': 'yes', ...(contentType && { 'content-type': contentType }) },
    ...(body !== undefined && { body }),
  });
  const { status, headers } = response;
  const text = await response.text();
  const secrets = [planted.jwtSecret, app.config.databaseUrl.replace(/^\w+:\/*/, '')];
  return { ...judge({ status, headers, text }, secrets), shown: `${status} ${text.slice(0, 2000)}` };
}

/** Links users to their customers again, whoever has them. */
async function putBack(customers: CustomerDirectory, links: readonly MappingIds[]): Promise<void> {
  for (const { userId, stripeCustomerId } of links) {
    await customers.unlink(userId);
    const other = await customers.findByStripeCustomerId(stripeCustomerId);
    if (other !== null) await customers.unlink(other.userId);
    await customers.link({ userId, stripeCustomerId });
  }
}

function createLink(id: string, stripeCustomerId: string): NewEmailLink {
  const createdAt = new Date();
  const expiresAt = new Date(createdAt.getTime() + 3_600_000);
  return {
    id,
    userId: 'ada',
    stripeCustomerId,
    returnUrl,
    flow: null,
    singleUse: true,
    createdAt,
    expiresAt,
  };
}

/** The schema as clients see it: what is added to it is tried too. */
async function readServedSchema(app: TestApp): Promise<GraphQLSchema> {
  const response = await app.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: getIntrospectionQuery() }),
  });
  const { data } = (await response.json()) as { data: IntrospectionQuery };
  return buildClientSchema(data);
}

function listOperations(schema: GraphQLSchema): FuzzOperation[] {
  const list = (
    kind: FuzzOperation['kind'],
    type = kind === 'query' ? schema.getQueryType() : schema.getMutationType(),
  ) => Object.values(type?.getFields() ?? {}).map((field) => ({ name: field.name, kind, field }));
  return [...list('query'), ...list('mutation')];
}
