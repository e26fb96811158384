import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StripeEmulator, createStripeEmulator } from 'billing-portal-local-stripe';
import { seedDemoData } from 'billing-portal-local-stripe/demo-data';
import Stripe from 'stripe';
import { createApp } from '../../app.ts';
import { createToken } from '../../auth/token-issuer.ts';
import { type Config, ConfigurationError } from '../../config/config.ts';
import type { Environment } from '../../config/environment.ts';
import { openDatabase } from '../../database/database.ts';
import { createLogger } from '../../logger.ts';
import { OpenedParts } from '../../opened-parts.ts';
import { StripeClient } from '../../stripe/stripe-client.ts';
import { webhookPath } from '../../webhooks/webhook-event-types.ts';
import { loadAddressedConfig } from './demo-address.ts';
import { createDemoEnvironment, needsLocalStripe } from './demo-environment.ts';
import { startDemoWeb } from './demo-web.ts';

const userId = 'demo-user';
/** Long enough for an afternoon with an explorer. */
const tokenLifetimeSeconds = 8 * 3600;

export interface Demo {
  readonly graphqlUrl: string;
  readonly token: string;
  readonly adminToken: string;
  readonly userId: string;
  readonly returnUrl: string;
  readonly stripeUrl: string;
  /** Where the example's account page is; null where it has not been built. */
  readonly webUrl: string | null;
  stop(): Promise<void>;
}

/** Starts the service with all that it needs on this machine, and a user with a subscription. */
export async function startDemo(env: Environment): Promise<Demo> {
  refuseRealThings(env);
  const opened = new OpenedParts();
  try {
    return { ...(await startParts(env, opened)), stop: () => opened.close() };
  } catch (error) {
    await opened.close().catch(() => undefined);
    throw error;
  }
}

async function startParts(env: Environment, opened: OpenedParts): Promise<Omit<Demo, 'stop'>> {
  const folder = mkdtempSync(join(tmpdir(), 'billing-portal-demo-'));
  opened.add(() => rm(folder, { recursive: true, force: true }));
  const emulator = needsLocalStripe(env) ? createStripeEmulator() : null;
  await emulator?.start();
  opened.add(() => emulator?.stop());
  const web = await startDemoWeb();
  opened.add(() => web?.stop());

  const defaults = {
    databaseUrl: `sqlite:${join(folder, 'billing.db')}`,
    stripeUrl: emulator?.url ?? null,
    webUrl: web?.url ?? null,
  };
  const config = await loadAddressedConfig(createDemoEnvironment(env, defaults));
  await linkDemoUser(config, await createDemoCustomer(config, emulator));
  const app = await createApp(config, { logger: createLogger(config.logLevel, process.stderr) });
  opened.add(() => app.stop());
  const url = await app.start();
  const [secret] = config.webhooks.secrets;
  if (secret !== undefined) emulator?.addWebhookEndpoint({ url: `${url}${webhookPath}`, secret });

  const createDemoToken = (subject: string, roles: readonly string[]): Promise<string> =>
    createToken(config.auth, { userId: subject, roles, lifetimeSeconds: tokenLifetimeSeconds });
  const graphqlUrl = `${url}/graphql`;
  const token = await createDemoToken(userId, config.requiredRole === null ? [] : [config.requiredRole]);
  web?.admit({ graphqlUrl, token });
  return {
    graphqlUrl,
    token,
    adminToken: await createDemoToken('demo-admin', [config.adminRole]),
    userId,
    returnUrl: toReturnUrl(config),
    stripeUrl: config.stripe.apiUrl?.origin ?? 'https://api.stripe.com',
    webUrl: defaults.webUrl,
  };
}

/** @throws ConfigurationError for what only the demo refuses */
function refuseRealThings(env: Environment): void {
  const faults: string[] = [];
  if (env['STRIPE_SECRET_KEY']?.includes('_live_') === true) {
    faults.push(
      'STRIPE_SECRET_KEY: the demo refuses a live key; set a test key, or none for the local Stripe',
    );
  }
  if (env['JWT_JWKS_URL'] ?? env['JWT_PUBLIC_KEY']) {
    faults.push(
      'JWT_JWKS_URL, JWT_PUBLIC_KEY: the demo signs its own tokens; unset them, or set JWT_SECRET instead',
    );
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
}

/** On the local Stripe the customer comes with a subscription; on another account nothing but a customer is made. */
async function createDemoCustomer(config: Config, emulator: StripeEmulator | null): Promise<string> {
  if (emulator !== null)
    return (await seedDemoData(createSdk(config.stripe.secretKey, emulator.url))).customerId;
  const stripe = new StripeClient(config.stripe);
  try {
    const params = { name: 'Demo user', metadata: { userId } };
    return (await stripe.write((sdk, options) => sdk.customers.create(params, options))).id;
  } finally {
    await stripe.close();
  }
}

/** The plain SDK: the local Stripe does not fail. */
function createSdk(secretKey: string, url: string): Stripe {
  const { hostname: host, port } = new URL(url);
  return new Stripe(secretKey, { host, port, protocol: 'http', telemetry: false });
}

/** The store may be one that outlives the demo, and know the user from an earlier run. */
async function linkDemoUser(config: Config, stripeCustomerId: string): Promise<void> {
  const database = await openDatabase({ url: config.databaseUrl, scope: config.stripe.scope });
  try {
    await database.customers.unlink(userId);
    await database.customers.link({ userId, stripeCustomerId });
  } finally {
    await database.close();
  }
}

function toReturnUrl({ returnUrls: [first] }: Config): string {
  return `${first?.origin ?? ''}${first?.path ?? '/'}`;
}
