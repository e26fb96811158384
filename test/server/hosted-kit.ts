import Stripe from 'stripe';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { type LocalStripe, createLocalStripe } from '../../packages/local-stripe/src/local-stripe.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { loadHostedConfig } from '../../src/config/config.ts';
import type { Environment } from '../../src/config/environment.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';

export interface HostedFixture {
  readonly stripe: LocalStripe;
  /** The variables of a host, without any of tokens. */
  readonly env: Environment;
  /** Creates a customer with a subscription at Stripe, and links the user. */
  addUser(userId: string): Promise<string>;
}

/** A local Stripe and a store for a service inside of a host. */
export async function createHostedFixture(): Promise<HostedFixture> {
  const stripe = createLocalStripe();
  await stripe.start();
  closeAfterTests(() => stripe.stop());
  const env = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    DATABASE_URL: `sqlite:${createTemporaryFolder()}/billing.db`,
    STRIPE_SECRET_KEY: 'sk_test_integration',
    STRIPE_API_URL: stripe.url,
    RETURN_URLS: 'https://app.example.com',
  };
  return {
    stripe,
    env,
    addUser: async (userId) => {
      const { hostname: host, port } = new URL(stripe.url);
      const sdk = new Stripe(env.STRIPE_SECRET_KEY, { host, port, protocol: 'http', telemetry: false });
      const { customerId } = await seedDemoData(sdk);
      const {
        databaseUrl,
        stripe: { scope },
      } = loadHostedConfig(env);
      const database = await openDatabase({ url: databaseUrl, scope });
      await database.customers.link({ userId, stripeCustomerId: customerId });
      await database.close();
      return customerId;
    },
  };
}
