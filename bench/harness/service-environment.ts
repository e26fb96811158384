import { join } from 'node:path';
import { returnUrl } from '../expected.ts';
import { root } from './build.ts';

export interface ServiceEnvironmentOptions {
  readonly port: number;
  readonly metricsPort: number;
  readonly stubPort: number;
  readonly databaseUrl: string;
  readonly tokens: Readonly<Record<string, string>>;
}

export const webhookSecret = 'whsec_benchmarks_only_0123456789';

/** The service in production, with nothing switched off. */
export function createServiceEnvironment(options: ServiceEnvironmentOptions): Record<string, string> {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(options.port),
    METRICS_PORT: String(options.metricsPort),
    DATABASE_URL: options.databaseUrl,
    STRIPE_SECRET_KEY: stripeKey,
    STRIPE_API_URL: `http://127.0.0.1:${options.stubPort}`,
    STRIPE_WEBHOOK_SECRETS: webhookSecret,
    ...options.tokens,
    RETURN_URLS: `https://www.example.com,${new URL(returnUrl).origin}`,
    PORTAL_POLICIES: join(root, 'bench/policies.yaml'),
    POLICY_NAMESPACE: 'bench',
    CORS_ORIGINS: new URL(returnUrl).origin,
    // Counts every request, and is so high that it refuses none.
    RATE_LIMIT: '1000000/1m',
    LOG_LEVEL: 'info',
  };
}

/** The stub knows no other; it looks like a real one, whose length is part of every request. */
export const stripeKey = `sk_test_${'51Bench'.repeat(14)}`;
