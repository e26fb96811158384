import { randomBytes } from 'node:crypto';
import type { Environment } from '../../config/environment.ts';

/** The variables that the demo takes from the process. Others may hold a deployment's secrets, or the URL of its database. */
const adjustable = [
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

export interface DemoParts {
  readonly databaseUrl: string;
  /** The origin of the local Stripe. */
  readonly stripeUrl: string;
  /** The origins of the example's page, which calls the service and is a return URL; empty without the page. */
  readonly webOrigins: readonly string[];
  /** Whether GraphiQL's page is there, which needs no other server. */
  readonly hasExplorer: boolean;
}

/** The demo's own values, and the variables of the process that cannot reach anything real. */
export function createDemoEnvironment(
  env: Environment,
  { databaseUrl, stripeUrl, webOrigins, hasExplorer }: DemoParts,
): Environment {
  const adjusted = adjustable.map((name) => [name, env[name]] as const).filter(([, value]) => isSet(value));
  return {
    LOG_LEVEL: 'warn',
    LANDING_PAGE: hasExplorer ? 'graphiql' : 'sandbox',
    ...Object.fromEntries(adjusted),
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    STRIPE_SECRET_KEY: 'sk_test_demo',
    STRIPE_API_URL: stripeUrl,
    STRIPE_SCOPE: 'demo',
    STRIPE_WEBHOOK_SECRETS: `whsec_${randomBytes(24).toString('hex')}`,
    JWT_SECRET: randomBytes(48).toString('base64url'),
    JWT_ISSUER: 'billing-portal-demo',
    JWT_AUDIENCE: 'billing-portal-demo',
    RETURN_URLS: join([...webOrigins, exampleOrigin, ...localOrigins, env['RETURN_URLS']]),
    CORS_ORIGINS: join([...webOrigins, ...localOrigins, env['CORS_ORIGINS']]),
  };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}

function join(origins: readonly (string | undefined)[]): string {
  return origins.filter(isSet).join(',');
}
