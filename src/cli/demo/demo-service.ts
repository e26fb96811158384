import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedDemoData, seedDemoStates } from '#local-stripe/demo-data';
import { createLocalStripe } from '#local-stripe/local-stripe';
import Stripe from 'stripe';
import { createApp } from '../../app.ts';
import { createToken } from '../../auth/token-issuer.ts';
import { type Config, loadConfig } from '../../config/config.ts';
import type { Environment } from '../../config/environment.ts';
import { hasExplorer } from '../../http/explorer.routes.ts';
import { createLogger } from '../../logging/logger.ts';
import { type OpenedParts, openAll } from '../../shared/opened-parts.ts';
import { webhookPath } from '../../webhooks/webhook-event.ts';
import { withPlatform } from '../platform.ts';
import { createDemoEnvironment } from './demo-environment.ts';
import { startDemoWeb } from './demo-web.ts';

const userId = 'demo-user';
/** A second user, with a subscription in each state that a billing page shows. */
const statesUserId = 'demo-states';
/** Long enough to explore the API for an afternoon. */
const tokenLifetimeSeconds = 8 * 3600;

export interface Demo {
  readonly graphqlUrl: string;
  /** The explorer, with the demo user's token filled in. */
  readonly explorerUrl: string;
  readonly token: string;
  readonly adminToken: string;
  readonly statesToken: string;
  readonly userId: string;
  readonly returnUrl: string;
  readonly stripeUrl: string;
  /** The secret that the local Stripe signs its events with. */
  readonly webhookSecret: string;
  /** The address of the example's account page; null when the page is not built. */
  readonly webUrl: string | null;
  stop(): Promise<void>;
}

/** Starts the service, its dependencies and a user with a subscription. Everything listens on loopback only. */
export function startDemo(env: Environment): Promise<Demo> {
  return openAll(async (opened) => ({ ...(await startParts(env, opened)), stop: () => opened.close() }));
}

async function startParts(env: Environment, opened: OpenedParts): Promise<Omit<Demo, 'stop'>> {
  const folder = mkdtempSync(join(tmpdir(), 'billing-portal-demo-'));
  opened.add(() => rm(folder, { recursive: true, force: true }));
  const stripe = createLocalStripe();
  await stripe.start();
  opened.add(() => stripe.stop());
  const web = await startDemoWeb();
  opened.add(() => web?.stop());

  const config = await loadAddressedConfig(
    createDemoEnvironment(env, {
      databaseUrl: `sqlite:${join(folder, 'billing.db')}`,
      stripeUrl: stripe.url,
      webOrigins: web?.origins ?? [],
      hasExplorer: hasExplorer(),
    }),
  );
  await linkDemoUsers(config, await createDemoCustomers(config.stripe.secretKey, stripe.url));
  const app = await createApp(config, { logger: createLogger(config.logLevel, process.stderr) });
  opened.add(() => app.stop());
  const url = await app.start();
  const [webhookSecret = ''] = config.webhooks.secrets;
  stripe.addWebhookEndpoint({ url: `${url}${webhookPath}`, secret: webhookSecret });

  const graphqlUrl = `${url}/graphql`;
  const token = await createDemoToken(config, userId, []);
  web?.admit({ graphqlUrl, token });
  return {
    graphqlUrl,
    explorerUrl: `${graphqlUrl}#token=${token}`,
    token,
    adminToken: await createDemoToken(config, 'demo-admin', [config.adminRole]),
    statesToken: await createDemoToken(config, statesUserId, []),
    userId,
    returnUrl: `${web?.url ?? 'http://localhost:3000'}/`,
    stripeUrl: stripe.url,
    webhookSecret,
    webUrl: web?.url ?? null,
  };
}

/** Chooses the port before the service listens, because e-mail links contain it. */
async function loadAddressedConfig(env: Environment): Promise<Config> {
  const { http } = loadConfig(env);
  const port = http.port === 0 ? await findFreePort(http.host) : http.port;
  return loadConfig({ ...env, PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` });
}

async function findFreePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function createDemoToken({ auth }: Config, subject: string, roles: readonly string[]): Promise<string> {
  return createToken(auth, { userId: subject, roles, lifetimeSeconds: tokenLifetimeSeconds });
}

/** The local Stripe does not fail, so the plain SDK is enough. Returns the customer of each user. */
async function createDemoCustomers(secretKey: string, stripeUrl: string): Promise<Record<string, string>> {
  const { hostname: host, port } = new URL(stripeUrl);
  const sdk = new Stripe(secretKey, { host, port, protocol: 'http', telemetry: false });
  return {
    [statesUserId]: await seedDemoStates(sdk),
    [userId]: (await seedDemoData(sdk)).customerId,
  };
}

async function linkDemoUsers(config: Config, customers: Readonly<Record<string, string>>): Promise<void> {
  await withPlatform(config, createLogger(config.logLevel, process.stderr), async ({ database }) => {
    for (const [user, stripeCustomerId] of Object.entries(customers))
      await database.customers.link({ userId: user, stripeCustomerId });
  });
}
