import type Stripe from 'stripe';
import { CreationAttempts } from '../../src/customers/creation-attempts.ts';
import { markKey } from '../../src/customers/own-customers.service.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import type { CreateSessionMutation } from '../generated/graphql.ts';
import type { Environment } from '../../src/config/environment.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { type StripeGate, startStripeGate } from '../helpers/stripe-gate.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import {
  type LocalStripeClient,
  startLocalStripe,
} from '../../packages/local-stripe/test/local-stripe-client.ts';

export interface Visitor {
  readonly userId: string;
  readonly email?: string;
}

type Open = (visitor: Visitor) => Promise<GraphqlAnswer<CreateSessionMutation>>;

/** A service that creates customers, on a local Stripe whose answers can be held up. */
export interface CreationKit extends LocalStripeClient {
  readonly app: TestApp;
  readonly gate: StripeGate;
  /** The store that the service uses. */
  readonly database: Database;
  /** Lets time pass for the service and for Stripe. */
  pass(minutes: number): Promise<void>;
  /** Removes all that is kept of attempts, as the sweep does after two days. */
  sweepAttempts(): Promise<void>;
  /** Opens a session, as a frontend does. */
  open: Open;
  /** The same by another replica, which knows nothing of what the first is doing. */
  openElsewhere: Open;
  /** Every customer at Stripe that was created for the user, or that names the user under the operator's key. */
  listCustomers(userId: string): Promise<Stripe.Customer[]>;
  findLinked(userId: string): Promise<string | undefined>;
  /** What was asked for in order to create customers. */
  listCreations(): { readonly params: unknown; readonly idempotencyKey: string | null }[];
}

export async function createCreationKit(env: Environment = {}): Promise<CreationKit> {
  const client = await startLocalStripe();
  await client.control('POST', 'portal_settings');
  const gate = await startStripeGate(client.localStripe.url);
  let passedMs = 0;
  const overrides = { now: () => new Date(Date.now() + passedMs) };
  const variables = { CUSTOMER_CREATION: 'on_demand', STRIPE_API_URL: gate.url, ...env };
  const app = await createTestApp(variables, overrides);
  const { databaseUrl: url, stripe, linking } = app.config;
  let replica: Promise<TestApp> | undefined;
  const database = await openDatabase({ url, scope: stripe.scope });
  closeAfterTests(() => database.close());
  const marks = createMarkBook(database);
  return {
    ...client,
    app,
    gate,
    database,
    pass: async (minutes) => {
      passedMs += minutes * 60_000;
      await client.control('POST', 'clock', { advance_seconds: String(minutes * 60) });
    },
    sweepAttempts: async () => {
      await marks.readAll();
      await database.records.removeExpired(new Date(Date.now() + passedMs + 49 * 60 * 60_000));
    },
    open: marks.watch(createOpen(app)),
    openElsewhere: marks.watch(async (visitor) => {
      replica ??= createTestApp({ ...variables, DATABASE_URL: url }, overrides);
      return createOpen(await replica)(visitor);
    }),
    listCustomers: async (userId) => {
      await marks.readAll(userId);
      const { metadataKey } = linking;
      return (await listCustomers(client.stripe)).filter(
        ({ metadata }) =>
          marks.has(userId, metadata[markKey]) || (metadataKey !== null && metadata[metadataKey] === userId),
      );
    },
    findLinked: async (userId) => (await database.customers.findByUserId(userId))?.stripeCustomerId,
    listCreations: () =>
      client.localStripe.requests
        .filter(({ method, path }) => method === 'POST' && path === '/v1/customers')
        .map(({ params, idempotencyKey }) => ({ params, idempotencyKey })),
  };
}

function createOpen(app: TestApp): Open {
  return async (visitor) => {
    const token = await app.createToken(visitor);
    return app.execute({ document: createSessionMutation, variables: { returnUrl }, token });
  };
}

/** Remembers by which marks the customers of each visitor are known, also after the attempts are swept away. */
function createMarkBook(database: Database) {
  const attempts = new CreationAttempts(database.records);
  const marks = new Map<string, Set<string | undefined>>();
  const readAll = async (...more: readonly string[]): Promise<void> => {
    for (const userId of more) marks.set(userId, marks.get(userId) ?? new Set());
    for (const [userId, known] of marks) known.add((await attempts.findLatest(userId))?.mark);
  };
  return {
    readAll,
    has: (userId: string, mark: string | undefined) =>
      mark !== undefined && (marks.get(userId)?.has(mark) ?? false),
    watch:
      (open: Open): Open =>
      (visitor) => {
        if (!marks.has(visitor.userId)) marks.set(visitor.userId, new Set());
        return open(visitor);
      },
  };
}

export function listCustomers(stripe: Stripe): Promise<Stripe.Customer[]> {
  return stripe.customers.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
}
