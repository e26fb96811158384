import { randomBytes } from 'node:crypto';
import type { Environment } from '../../config/environment.ts';

/** Where the portal leads back to when there is no page of the demo's own. */
const defaultWebUrl = 'http://localhost:3000';

export interface DemoDefaults {
  readonly databaseUrl: string;
  /** Where the local Stripe listens; null when the demo runs against another. */
  readonly stripeUrl: string | null;
  /** The origin of the example's page, which calls the service and is returned to; null when there is none. */
  readonly webUrl: string | null;
}

/** The demo's own values, each of which gives way to a variable that is set. */
export function createDemoEnvironment(
  env: Environment,
  { databaseUrl, stripeUrl, webUrl }: DemoDefaults,
): Environment {
  const defaults: Environment = {
    NODE_ENV: 'development',
    LOG_LEVEL: 'warn',
    DATABASE_URL: databaseUrl,
    STRIPE_SECRET_KEY: 'sk_test_demo',
    STRIPE_API_URL: stripeUrl ?? undefined,
    STRIPE_SCOPE: 'demo',
    // Another Stripe than the local one cannot reach this machine with its events.
    STRIPE_WEBHOOK_SECRETS: stripeUrl === null ? undefined : `whsec_${randomBytes(24).toString('hex')}`,
    JWT_SECRET: randomBytes(48).toString('base64url'),
    JWT_ISSUER: 'billing-portal-demo',
    JWT_AUDIENCE: 'billing-portal-demo',
    RETURN_URLS: webUrl ?? defaultWebUrl,
    CORS_ORIGINS: webUrl ?? undefined,
  };
  const set = Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== '');
  return { ...defaults, ...Object.fromEntries(set) };
}

/** The demo brings its own Stripe unless it is told of another. */
export function needsLocalStripe(env: Environment): boolean {
  return !env['STRIPE_SECRET_KEY'] && !env['STRIPE_API_URL'];
}
