import Stripe from 'stripe';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { type LocalStripe, createLocalStripe } from '../../packages/local-stripe/src/local-stripe.ts';
import { createApp } from '../../src/app.ts';
import { createToken } from '../../src/auth/token-issuer.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { Environment } from '../../src/config/environment.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import type { SuiteFacts } from './fifty-requests.ts';

/** Receives what to close after the use of the fixture. */
type Closing = (close: () => unknown) => void;

export interface HostedFixture {
  readonly stripe: LocalStripe;
  /** The variables of a host. */
  readonly env: Environment;
  /** Creates a customer with a subscription at Stripe, and links the user. */
  readonly addUser: (userId: string) => Promise<string>;
}

/** A local Stripe and a store for a service inside of a host. */
export async function createHostedFixture(folder: string, closing: Closing): Promise<HostedFixture> {
  const stripe = createLocalStripe();
  await stripe.start();
  closing(() => stripe.stop());
  const env = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    PORT: '0',
    RATE_LIMIT: 'off',
    DATABASE_URL: `sqlite:${folder}/billing.db`,
    STRIPE_SECRET_KEY: 'sk_test_integration',
    STRIPE_API_URL: stripe.url,
    STRIPE_WEBHOOK_SECRETS: 'whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHM',
    JWT_SECRET: 'a secret for the integration tests only',
    JWT_ISSUER: 'https://issuer.example.com',
    JWT_AUDIENCE: 'billing',
    RETURN_URLS: 'https://app.example.com',
    CORS_ORIGINS: 'https://app.example.com',
    PUBLIC_URL: 'https://app.example.com/billing',
  };
  const {
    databaseUrl,
    stripe: { scope },
  } = loadConfig(env);
  return {
    stripe,
    env,
    addUser: async (userId) => {
      const { hostname: host, port } = new URL(stripe.url);
      const sdk = new Stripe(env.STRIPE_SECRET_KEY, { host, port, protocol: 'http', telemetry: false });
      const { customerId } = await seedDemoData(sdk);
      const database = await openDatabase({ url: databaseUrl, scope });
      await database.customers.link({ userId, stripeCustomerId: customerId });
      await database.close();
      return customerId;
    },
  };
}

/** The service itself, whose answers mounts are compared with. */
export async function startService(
  { env, addUser }: HostedFixture,
  closing: Closing,
): Promise<{ readonly url: string; readonly facts: SuiteFacts }> {
  await addUser('ada');
  const config = loadConfig(env);
  const app = await createApp(config);
  closing(() => app.stop());
  const url = await app.start();
  const authorize = async (userId: string, roles: readonly string[] = []): Promise<string> =>
    `Bearer ${await createToken(config.auth, { userId, roles })}`;
  const admin = await authorize('root', [config.adminRole]);
  const facts = {
    user: await authorize('ada'),
    stranger: await authorize('bob'),
    admin,
    webhookSecret: config.webhooks.secrets[0] ?? '',
    linkToken: await createLink(url, admin),
  };
  return { url, facts };
}

async function createLink(url: string, authorization: string): Promise<string> {
  const query = `mutation { createBillingPortalLink(userId: "ada", returnUrl: "https://app.example.com/", singleUse: false) { url } }`;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as { data: { createBillingPortalLink: { url: string } } };
  return data.createBillingPortalLink.url.split('/').at(-1) ?? '';
}
