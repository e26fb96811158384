import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedDemoData, seedDemoStates } from '#local-stripe/demo-data';
import { createLocalStripe } from '#local-stripe/local-stripe';
import Stripe from 'stripe';
import { type App, createApp } from '../../app.ts';
import { createToken } from '../../auth/token-issuer.ts';
import { type Config, loadConfig } from '../../config/config.ts';
import type { Environment } from '../../config/environment.ts';
import type { CustomerMapping } from '../../customers/customer-directory.ts';
import { hasExplorer } from '../../http/explorer.routes.ts';
import { createLogger } from '../../logging/logger.ts';
import { type OpenedParts, openAll } from '../../shared/opened-parts.ts';
import { webhookPath } from '../../webhooks/webhook-event.ts';
import { findFreePort } from '../free-port.ts';
import { startDemoWeb } from './demo-web.ts';

const userId = 'demo-user';
/** A second user, with a subscription in each state that a billing page shows. */
const statesUserId = 'demo-states';
/** Long enough to explore the API for an afternoon. */
const tokenLifetimeSeconds = 8 * 3600;

export type Demo = Awaited<ReturnType<typeof startParts>> & { readonly stop: () => Promise<void> };

/** Starts the service, its dependencies and a user with a subscription. Everything listens on loopback only. */
export function startDemo(env: Environment): Promise<Demo> {
  return openAll(async (opened) => ({ ...(await startParts(env, opened)), stop: () => opened.close() }));
}

async function startParts(env: Environment, opened: OpenedParts) {
  const folder = mkdtempSync(join(tmpdir(), 'billing-portal-demo-'));
  opened.add(() => rm(folder, { recursive: true, force: true }));
  const stripe = createLocalStripe();
  await stripe.start();
  opened.add(() => stripe.stop());
  const web = await startDemoWeb();
  opened.add(() => web?.stop());

  const config = await loadAddressedConfig({
    ...createEnvironment(env, web?.origins ?? []),
    DATABASE_URL: `sqlite:${join(folder, 'billing.db')}`,
    STRIPE_API_URL: stripe.url,
  });
  const app = await createApp(config, { logger: createLogger(config.logLevel, process.stderr) });
  opened.add(() => app.stop());
  const mapping = await linkDemoUsers(app, config, stripe.url);
  const url = await app.start();
  const [webhookSecret = ''] = config.webhooks.secrets;
  stripe.addWebhookEndpoint({ url: `${url}${webhookPath}`, secret: webhookSecret });

  const graphqlUrl = `${url}/graphql`;
  const sign = (subject: string, roles: readonly string[] = []): Promise<string> =>
    createToken(config.auth, { userId: subject, roles, lifetimeSeconds: tokenLifetimeSeconds });
  const token = await sign(userId);
  const statesToken = await sign(statesUserId);
  web?.admit({ graphqlUrl, token, statesToken });
  const returnUrl = `${web?.url ?? 'http://localhost:3000'}/`;
  return {
    sessionUrl: (await app.features.portal.sessions.createFor(mapping, { returnUrl })).url,
    graphqlUrl,
    explorerUrl: `${graphqlUrl}#token=${token}`,
    token,
    adminToken: await sign('demo-admin', [config.adminRole]),
    statesToken,
    userId,
    returnUrl,
    stripeUrl: stripe.url,
    webhookSecret,
    /** The address of the example's account page; null when the page is not built. */
    webUrl: web?.url ?? null,
  };
}

/** The variables that the demo takes from the process. Others may hold a deployment's secrets, or the URL of its database. */
export const adjustable = [
  'CUSTOMER_CREATION',
  'LANDING_PAGE',
  'LINK_BY_METADATA_KEY',
  'LOG_LEVEL',
  'PORT',
  'PORTAL_POLICIES',
];

/** The origin in the README's mutation and in the example operations. */
const exampleOrigin = 'https://app.example.com';
/** The origins that development servers have unless told otherwise: of most frameworks, and of Vite. */
const localOrigins = ['http://localhost:3000', 'http://localhost:5173'];

/** The demo's own values, and the variables of the process that cannot reach anything real. */
function createEnvironment(env: Environment, webOrigins: readonly string[]): Environment {
  const taken = adjustable.filter((name) => (env[name] ?? '').trim() !== '');
  return {
    LOG_LEVEL: 'warn',
    LANDING_PAGE: hasExplorer() ? 'graphiql' : 'sandbox',
    ...Object.fromEntries(taken.map((name) => [name, env[name]])),
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    STRIPE_SECRET_KEY: 'sk_test_demo',
    STRIPE_SCOPE: 'demo',
    STRIPE_WEBHOOK_SECRETS: `whsec_${randomBytes(24).toString('hex')}`,
    JWT_SECRET: randomBytes(48).toString('base64url'),
    JWT_ISSUER: 'billing-portal-demo',
    JWT_AUDIENCE: 'billing-portal-demo',
    // The page of the user with many plans costs a request for each.
    RATE_LIMIT: 'off',
    RETURN_URLS: [...webOrigins, exampleOrigin, ...localOrigins, env['RETURN_URLS']].join(),
    CORS_ORIGINS: [...webOrigins, ...localOrigins, env['CORS_ORIGINS']].join(),
  };
}

/** Chooses the port before the service listens, because e-mail links contain it. */
async function loadAddressedConfig(env: Environment): Promise<Config> {
  const { http } = loadConfig(env);
  const port = http.port === 0 ? await findFreePort(http.host) : http.port;
  return loadConfig({ ...env, PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` });
}

/** The local Stripe does not fail, so the plain SDK is enough. Returns the demo user's mapping. */
async function linkDemoUsers({ features }: App, config: Config, stripeUrl: string): Promise<CustomerMapping> {
  const { hostname: host, port } = new URL(stripeUrl);
  const sdk = new Stripe(config.stripe.secretKey, { host, port, protocol: 'http', telemetry: false });
  const statesCustomerId = await seedDemoStates(sdk);
  const { customerId } = await seedDemoData(sdk);
  const { directory } = features.customers;
  await directory.link({ userId: statesUserId, stripeCustomerId: statesCustomerId });
  const { mapping } = await directory.link({ userId, stripeCustomerId: customerId });
  return mapping;
}
