import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Stripe from 'stripe';
import { examine, localChecks, runCheck } from '../../../src/cli/doctor/examination.ts';
import { type Finding, loadDeployment } from '../../../src/cli/doctor/check.ts';
import type { Environment } from '../../../src/config/environment.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import { handledEventTypes, webhookPath } from '../../../src/webhooks/webhook-event.ts';
import { createTemporaryFolder } from '../../helpers/temporary-folder.ts';
import {
  type LocalStripeClient,
  startLocalStripe,
} from '../../../packages/local-stripe/test/local-stripe-client.ts';
import { createPrice, idOf } from '../../../packages/local-stripe/test/fixtures.ts';

export const folder = createTemporaryFolder();

const publicUrl = 'http://127.0.0.1:4000/billing';

/** A deployment that nothing is wrong with, on a local Stripe of its own. */
export interface HealthyDeployment extends LocalStripeClient {
  readonly env: Environment;
  /** A price that the policies offer. */
  readonly price: Stripe.Price;
  readonly productId: string;
}

export async function createHealthyDeployment(): Promise<HealthyDeployment> {
  const client = await startLocalStripe();
  await client.control('POST', 'portal_settings');
  client.localStripe.addWebhookEndpoint({
    url: `${publicUrl}${webhookPath}`,
    enabledEvents: handledEventTypes,
  });
  const price = await createPrice(client.stripe);
  const productId = idOf(price.product);
  return {
    ...client,
    price,
    productId,
    env: {
      NODE_ENV: 'test',
      DATABASE_URL: await createDatabase(),
      STRIPE_SECRET_KEY: 'sk_test_doctor',
      STRIPE_API_URL: client.localStripe.url,
      STRIPE_WEBHOOK_SECRETS: 'whsec_c2VjcmV0IG9mIGRvY3Rvcg',
      PUBLIC_URL: publicUrl,
      JWT_SECRET: 'a secret for the tests of doctor only',
      JWT_ISSUER: 'https://issuer.example.com',
      JWT_AUDIENCE: 'billing',
      RETURN_URLS: 'https://app.example.com/account',
    },
  };
}

/** A SQLite database in which one user is linked in scope test. */
async function createDatabase(): Promise<string> {
  const url = `sqlite:${join(folder, `${randomUUID()}.db`)}`;
  const database = await openDatabase({ url, scope: 'test' });
  await database.customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
  await database.close();
  return url;
}

/** Writes a policy file, and names it as the variables do. */
export function writePolicies(content: unknown): Environment {
  const path = join(folder, `${randomUUID()}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return { PORTAL_POLICIES: path, POLICY_NAMESPACE: 'doctor' };
}

/** What one check says, as `outcome: detail`. Checks that do not ask Stripe are run alone, which saves time. */
export async function examineFor(name: string, env: Environment): Promise<string[]> {
  const check = localChecks[name];
  const deployment = await loadDeployment(env);
  const findings = check ? await runCheck(name, () => check(deployment)) : await examine(env);
  return findings.filter((finding) => finding.name === name).map(toLine);
}

export function toLine({ outcome, detail }: Finding): string {
  return `${outcome}: ${detail}`;
}
